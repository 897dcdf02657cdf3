/* What stands between marks of speech, and which paragraphs hold a sign: matching/quotation.py and prose.py. */
#include "kernels.h"

#define SIGNS_MOST 32

typedef struct {
    const void *data;
    Py_ssize_t size, anchor; /* the anchor is a character that few words have */
    int kind;
} Sign;

static int
is_at(const Sign *sign, int kind, const void *data, Py_ssize_t size, Py_ssize_t start)
{
    if (start < 0 || start > size - sign->size)
        return 0;
    for (Py_ssize_t at = 0; at < sign->size; at++)
        if (PyUnicode_READ(kind, data, start + at) != PyUnicode_READ(sign->kind, sign->data, at))
            return 0;
    return 1;
}

/* Tell which signs a text holds, a bit each; `anchored` has those that a character with such low bits may anchor. */
static inline u32
signs_in(int kind, const void *data, Py_ssize_t size, const Sign *signs, const u32 *anchored)
{
    u32 found = 0;
    for (Py_ssize_t at = 0; at < size; at++)
        for (u32 may = anchored[PyUnicode_READ(kind, data, at) & 255] & ~found; may; may &= may - 1) {
            const Sign *sign = signs + __builtin_ctz(may);
            if (is_at(sign, kind, data, size, at - sign->anchor))
                found |= may & -may;
        }
    return found;
}

PyObject *
holding(PyObject *module, PyObject *const *args, Py_ssize_t given)
{
    Sign signs[SIGNS_MOST];
    u32 anchored[256] = {0};
    if (!arguments(given, 2))
        return NULL;
    PyObject *wanted = texts_of(args[1]), *texts = wanted ? texts_of(args[0]) : NULL, *result = NULL;
    if (texts == NULL)
        goto done;
    Py_ssize_t count = PyTuple_GET_SIZE(wanted);
    if (count > SIGNS_MOST) {
        PyErr_SetString(PyExc_ValueError, "too many signs");
        goto done;
    }
    for (Py_ssize_t number = 0; number < count; number++) {
        PyObject *text = PyTuple_GET_ITEM(wanted, number);
        Sign *sign = signs + number;
        *sign = (Sign){PyUnicode_DATA(text), PyUnicode_GET_LENGTH(text), 0, PyUnicode_KIND(text)};
        if (sign->size == 0) {
            PyErr_SetString(PyExc_ValueError, "a sign of no characters");
            goto done;
        }
        Py_UCS4 code = PyUnicode_READ(sign->kind, sign->data, 0);
        for (Py_ssize_t at = 0; at < sign->size; at++) {
            Py_UCS4 next = PyUnicode_READ(sign->kind, sign->data, at);
            if (next == 0 || next > 127 || strchr(" .etaoinshrdlcu", (int)next) == NULL) {
                sign->anchor = at;
                code = next;
                break;
            }
        }
        anchored[code & 255] |= (u32)1 << number;
    }
    if ((result = PyList_New(count)) == NULL)
        goto done;
    for (Py_ssize_t number = 0; number < count; number++) {
        PyObject *places = PyList_New(0);
        if (places == NULL)
            goto failed;
        PyList_SET_ITEM(result, number, places);
    }
    for (Py_ssize_t place = 0; place < PyTuple_GET_SIZE(texts); place++) {
        PyObject *text = PyTuple_GET_ITEM(texts, place);
        const void *data = PyUnicode_DATA(text);
        Py_ssize_t size = PyUnicode_GET_LENGTH(text);
        u32 found;
        switch (PyUnicode_KIND(text)) {
        case PyUnicode_1BYTE_KIND:
            found = signs_in(PyUnicode_1BYTE_KIND, data, size, signs, anchored);
            break;
        case PyUnicode_2BYTE_KIND:
            found = signs_in(PyUnicode_2BYTE_KIND, data, size, signs, anchored);
            break;
        default:
            found = signs_in(PyUnicode_4BYTE_KIND, data, size, signs, anchored);
        }
        for (; found; found &= found - 1) {
            if (!append(PyList_GET_ITEM(result, __builtin_ctz(found)), PyLong_FromSsize_t(place)))
                goto failed;
        }
    }
    goto done;
failed:
    Py_CLEAR(result);
done:
    Py_XDECREF(texts);
    Py_XDECREF(wanted);
    return result;
}

/* What a mark does: a straight one closes what is open, or opens, by what stands around it. */
enum { OPENS, CLOSES, CLOSES_INSIDE };

typedef struct {
    Py_ssize_t at;
    u8 does, width;
} Mark;

typedef struct {
    Mark *items;
    Py_ssize_t count, room;
} Marks;

static int
is_any(Py_UCS4 code, const Py_UCS4 *codes, int count)
{
    for (int at = 0; at < count; at++)
        if (codes[at] == code)
            return 1;
    return 0;
}

static u8
straight(int kind, const void *data, Py_ssize_t size, Py_ssize_t at, int width)
{
    static const Py_UCS4 leading[] = {'(', '[', 0x2014, 0x2013}; /* and dashes */
    static const Py_UCS4 ending[] = {'.', ',', '!', '?', 0x2026};
    Py_UCS4 before = at > 0 ? PyUnicode_READ(kind, data, at - 1) : ' ';
    Py_UCS4 after = at + width < size ? PyUnicode_READ(kind, data, at + width) : ' ';
    if (Py_UNICODE_ISSPACE(before) || is_any(before, leading, 4))
        return Py_UNICODE_ISSPACE(after) ? CLOSES_INSIDE : OPENS;
    if (Py_UNICODE_ISALNUM(after))
        return is_any(before, ending, 5) ? CLOSES_INSIDE : OPENS;
    return CLOSES;
}

static int
add(Marks *marks, Py_ssize_t at, u8 does, int width)
{
    if (marks->count == marks->room) {
        Py_ssize_t room = 2 * marks->room + 64;
        Mark *items = PyMem_Realloc(marks->items, (size_t)room * sizeof *items);
        if (items == NULL) {
            PyErr_NoMemory();
            return 0;
        }
        marks->items = items;
        marks->room = room;
    }
    marks->items[marks->count++] = (Mark){at, does, (u8)width};
    return 1;
}

/* Find the marks of one paragraph. */
static inline int
read_marks(int kind, const void *data, Py_ssize_t size, Marks *marks)
{
    static const u8 may_mark[256] = {['"'] = 1, ['\''] = 1, ['`'] = 1, [0xAB] = 1, [0xBB] = 1};
    for (Py_ssize_t at = 0; at < size; at++) {
        Py_UCS4 code = PyUnicode_READ(kind, data, at);
        if (code < 256 ? !may_mark[code] : code >> 4 != 0x201 && code != 0xFF02)
            continue;
        int width = 1;
        u8 does;
        switch (code) {
        case '\'':
        case '`': /* two of them are one mark */
            if (at + 1 == size || PyUnicode_READ(kind, data, at + 1) != code)
                continue;
            width = 2;
            does = code == '`' ? OPENS : straight(kind, data, size, at, 2);
            break;
        case '"':
        case 0xFF02: /* the wide one */
            does = straight(kind, data, size, at, 1);
            break;
        case 0x201C: /* “ */
        case 0x201E: /* „ */
        case 0x201F: /* ‟ */
        case 0xAB:   /* « */
            does = OPENS;
            break;
        case 0x201D: /* ” */
        case 0xBB:   /* » */
            does = CLOSES;
            break;
        default:
            continue;
        }
        if (!add(marks, at, does, width))
            return 0;
        at += width - 1;
    }
    return 1;
}

static int
append_span(PyObject *spans, Py_ssize_t start, Py_ssize_t end)
{
    PyObject *first = PyLong_FromSsize_t(start), *last = PyLong_FromSsize_t(end);
    PyObject *span = first && last ? PyTuple_Pack(2, first, last) : NULL;
    Py_XDECREF(first);
    Py_XDECREF(last);
    return append(spans, span);
}

/* Tell whether an open quotation is closed in one of the next paragraphs, before anything opens. */
static int
is_continued(const Marks *marks, const Py_ssize_t *firsts, Py_ssize_t place, Py_ssize_t count, Py_ssize_t most)
{
    Py_ssize_t last = most < count - place ? place + most : count;
    if (firsts[place] >= firsts[last])
        return 0;
    const Mark *mark = marks->items + firsts[place];
    return mark->at > 0 && mark->does != OPENS;
}

PyObject *
quoted(PyObject *module, PyObject *const *args, Py_ssize_t given)
{
    Buffers all = {.count = 0};
    Marks marks = {NULL, 0, 0};
    Py_ssize_t *firsts = NULL; /* the first mark of each paragraph */
    PyObject *texts = NULL, *result = NULL;
    Py_ssize_t flags;
    if (!arguments(given, 3))
        return NULL;
    Py_ssize_t most = PyLong_AsSsize_t(args[2]);
    const u8 *whole = most == -1 && PyErr_Occurred() ? NULL : borrow(&all, args[1], 1, 0, &flags);
    if (whole == NULL || (texts = texts_of(args[0])) == NULL)
        goto done;
    Py_ssize_t count = PyTuple_GET_SIZE(texts);
    if (!sized(flags, count) || (firsts = room(count + 1, sizeof *firsts)) == NULL)
        goto done;
    for (Py_ssize_t place = 0; place < count; place++) {
        PyObject *text = PyTuple_GET_ITEM(texts, place);
        const void *data = PyUnicode_DATA(text);
        Py_ssize_t size = PyUnicode_GET_LENGTH(text);
        int kind = PyUnicode_KIND(text);
        firsts[place] = marks.count;
        if (!(kind == PyUnicode_1BYTE_KIND   ? read_marks(PyUnicode_1BYTE_KIND, data, size, &marks)
              : kind == PyUnicode_2BYTE_KIND ? read_marks(PyUnicode_2BYTE_KIND, data, size, &marks)
                                             : read_marks(PyUnicode_4BYTE_KIND, data, size, &marks)))
            goto done;
    }
    firsts[count] = marks.count;
    if ((result = PyList_New(count)) == NULL)
        goto done;
    int inside = 0;
    for (Py_ssize_t place = 0; place < count; place++) {
        Py_ssize_t size = PyUnicode_GET_LENGTH(PyTuple_GET_ITEM(texts, place));
        PyObject *spans = PyList_New(0);
        if (spans == NULL)
            goto failed;
        PyList_SET_ITEM(result, place, spans);
        if (whole[place]) {
            inside = 0;
            if (!append_span(spans, 0, size))
                goto failed;
            continue;
        }
        Py_ssize_t start = inside && is_continued(&marks, firsts, place, count, most) ? 0 : -1;
        for (Py_ssize_t number = firsts[place]; number < firsts[place + 1]; number++) {
            const Mark *mark = marks.items + number;
            int closing = mark->does == CLOSES || (mark->does == CLOSES_INSIDE && start >= 0);
            if (closing && start >= 0) {
                if (!append_span(spans, start, mark->at + mark->width))
                    goto failed;
                start = -1;
            } else if (!closing) { /* an open mark inside an open quotation: the earlier one was left open */
                if (start >= 0 && !append_span(spans, start, mark->at))
                    goto failed;
                start = mark->at;
            }
        }
        inside = start >= 0;
        if (inside && !append_span(spans, start, size))
            goto failed;
    }
    goto done;
failed:
    Py_CLEAR(result);
done:
    Py_XDECREF(texts);
    PyMem_Free(marks.items);
    PyMem_Free(firsts);
    release(&all);
    return result;
}
