/* The lines of a text, and which of them may be more than prose: formats/lines.py says what gives that away. */
#include "kernels.h"

#define WORDS 32 /* words that lines hold, at most */
#define LEAST 4 /* letters of such a word from which on all are found in one pass */
#define SLOTS 12 /* bits of the table of their letters */
#define LEAD 4   /* marks before the first word of a line */
#define WORD 32  /* characters of such a word; a longer one is none of ours */

typedef struct {
    Py_ssize_t start, end, blanks;
    u32 held; /* which words, a bit each */
} Span;

typedef struct {
    PyObject *string;
    u8 *made, *at; /* its characters; those beyond Latin-1 are 0 */
    Py_ssize_t size;
} Text;

typedef struct {
    const u8 *word;
    Py_ssize_t letters, longest;
} Held;

static int
narrow(Text *text, PyObject *string)
{
    Py_ssize_t size = PyUnicode_GET_LENGTH(string);
    *text = (Text){string, NULL, PyUnicode_DATA(string), size};
    if (PyUnicode_KIND(string) == PyUnicode_1BYTE_KIND)
        return 1;
    if ((text->at = text->made = room(size, 1)) == NULL)
        return 0;
    if (PyUnicode_KIND(string) == PyUnicode_2BYTE_KIND) {
        const Py_UCS2 *wide = PyUnicode_2BYTE_DATA(string);
        for (Py_ssize_t at = 0; at < size; at++)
            text->made[at] = (u8)(wide[at] < 256 ? wide[at] : 0);
    } else {
        const Py_UCS4 *wide = PyUnicode_4BYTE_DATA(string);
        for (Py_ssize_t at = 0; at < size; at++)
            text->made[at] = (u8)(wide[at] < 256 ? wide[at] : 0);
    }
    return 1;
}

static u32
character(const Text *text, Py_ssize_t at)
{
    return PyUnicode_READ_CHAR(text->string, at);
}

static int
holds(PyObject *marks, u32 code)
{
    return PyUnicode_FindChar(marks, code, 0, PyUnicode_GET_LENGTH(marks), 1) >= 0;
}

/* Cut a text at line feeds; give the lines that are not blank, without the white space around them. */
static Span *
cut_lines(const Text *text, Py_ssize_t *count)
{
    Py_ssize_t made = 64, blanks = 0;
    Span *spans = room(made, sizeof *spans);
    *count = 0;
    for (Py_ssize_t start = 0, next; spans && start < text->size; start = next + 1) {
        const u8 *feed = memchr(text->at + start, '\n', (size_t)(text->size - start));
        Py_ssize_t end = next = feed ? feed - text->at : text->size;
        while (start < end && Py_UNICODE_ISSPACE(character(text, start)))
            start++;
        while (start < end && Py_UNICODE_ISSPACE(character(text, end - 1)))
            end--;
        if (start == end) {
            blanks++;
            continue;
        }
        if (*count == made) {
            Span *more = PyMem_Realloc(spans, (size_t)(made *= 2) * sizeof *spans);
            if (more == NULL) {
                PyErr_NoMemory();
                PyMem_Free(spans);
                return NULL;
            }
            spans = more;
        }
        spans[(*count)++] = (Span){start, end, blanks, 0};
        blanks = 0;
    }
    return spans;
}

static u32
slot(const u8 *three)
{
    return (u32)(three[0] | three[1] << 8 | three[2] << 16) * 0x9E3779B1u >> (32 - SLOTS);
}

/* Read what lines hold, (word, most characters of a line) each; the number of them, -1 on an error. */
static int
read_held(PyObject *held, Held *words)
{
    Py_ssize_t many = PyTuple_GET_SIZE(held);
    if (many > WORDS) {
        PyErr_SetString(PyExc_ValueError, "more words that lines hold than are looked for at once");
        return -1;
    }
    for (Py_ssize_t each = 0; each < many; each++) {
        Held *read = words + each;
        const char *name;
        if (!PyTuple_Check(PyTuple_GET_ITEM(held, each))) {
            PyErr_SetString(PyExc_TypeError, "what lines hold is no tuple");
            return -1;
        }
        if (!PyArg_ParseTuple(PyTuple_GET_ITEM(held, each), "s#n", &name, &read->letters, &read->longest))
            return -1;
        read->word = (const u8 *)name;
        for (Py_ssize_t letter = 0; letter < read->letters; letter++)
            if (read->word[letter] == 0 || read->word[letter] > 127)
                read->letters = 0;
        if (read->letters == 0) {
            PyErr_SetString(PyExc_ValueError, "a word that lines hold is empty or not in ASCII");
            return -1;
        }
    }
    return (int)many;
}

/* Tell the line that holds a word, if that stands here and lies within the line; `line` is the first one that does
 * not end before. */
static void
tell_holder(const Text *text, Span *spans, Py_ssize_t count, Py_ssize_t *line, const Held *words, int each,
            Py_ssize_t at)
{
    const Held *sought = words + each;
    if (at < 0 || at + sought->letters > text->size || text->at[at] != sought->word[0] ||
        memcmp(text->at + at, sought->word, (size_t)sought->letters) != 0)
        return;
    while (*line < count && spans[*line].end <= at)
        ++*line;
    if (*line == count)
        return;
    Span *span = spans + *line;
    if (span->start <= at && span->end >= at + sought->letters && span->end - span->start <= sought->longest)
        span->held |= (u32)1 << each;
}

/* Tell the lines that hold words. Every other character is looked at, with the two behind it: the first three
 * letters of a word stand there, or the three from its second letter on. Words too short for that are looked for one
 * by one. */
static void
tell_holders(const Text *text, Span *spans, Py_ssize_t count, const Held *words, int many)
{
    u32 table[1 << SLOTS] = {0};
    Py_ssize_t line = 0;
    for (int each = 0; each < many; each++) {
        const Held *sought = words + each;
        if (sought->letters >= LEAST) {
            table[slot(sought->word)] |= (u32)1 << each;
            table[slot(sought->word + 1)] |= (u32)1 << each;
            continue;
        }
        const u8 *here = text->at, *end = text->at + text->size;
        for (line = 0; (here = memchr(here, sought->word[0], (size_t)(end - here))) != NULL; here++)
            tell_holder(text, spans, count, &line, words, each, here - text->at);
    }
    line = 0;
    for (Py_ssize_t at = 0; at + LEAST <= text->size + 1; at += 2) {
        u32 may = table[slot(text->at + at)];
        for (; may; may &= may - 1) {
            int each = __builtin_ctz(may);
            tell_holder(text, spans, count, &line, words, each, at - 1);
            tell_holder(text, spans, count, &line, words, each, at);
        }
    }
}

/* Tell whether a line has to be asked for the sake of its first word, or of the marks before it; -1 on an error. */
static int
opens(const Text *text, Span span, PyObject *openings, PyObject *quotes)
{
    Py_ssize_t at = span.start, longest = 0;
    while (longest == 0) { /* behind "the" the next word counts */
        char word[WORD];
        int letters = 0;
        for (int lead = 0; lead < LEAD && at < span.end; lead++, at++) {
            u32 code = character(text, at);
            if (Py_UNICODE_ISALNUM(code))
                break;
            if (at == span.start && !holds(quotes, code))
                return 1;
        }
        for (; at < span.end; at++) {
            u32 code = character(text, at);
            if (!Py_UNICODE_ISALNUM(code))
                break;
            if (code > 127 || (letters == 0 && code <= '9'))
                return 1;
            if (letters == WORD)
                return 0;
            word[letters++] = (char)(code > '9' ? code | 32 : code);
        }
        if (letters == 0)
            return 1;
        PyObject *key = PyUnicode_FromStringAndSize(word, letters);
        PyObject *value = key ? PyDict_GetItemWithError(openings, key) : NULL;
        Py_XDECREF(key);
        if (value == NULL)
            return PyErr_Occurred() ? -1 : 0;
        longest = PyLong_AsSsize_t(value);
        if (longest < 0) {
            if (!PyErr_Occurred())
                PyErr_SetString(PyExc_ValueError, "a line of less than no characters");
            return -1;
        }
    }
    return span.end - span.start <= longest;
}

/* Tell whether a line may open with a dateline: with two capitals, or with one and such a mark within reach. */
static int
dated(const Text *text, Span span, const char *marks, Py_ssize_t reach)
{
    u32 first = character(text, span.start);
    if (!Py_UNICODE_ISUPPER(first) && (first == 0 || first > 127 || strchr(marks, (int)first) == NULL))
        return 0;
    if (span.end - span.start > 1 && Py_UNICODE_ISUPPER(character(text, span.start + 1)))
        return 1;
    if (reach > span.end - span.start)
        reach = span.end - span.start;
    for (; *marks; marks++)
        if (memchr(text->at + span.start, *marks, (size_t)reach))
            return 1;
    return 0;
}

/* Count the spaces of a line, at most so many. */
static Py_ssize_t
spaces(const Text *text, Span span, Py_ssize_t most)
{
    Py_ssize_t found = 0;
    for (Py_ssize_t at = span.start; at < span.end && found < most; at++)
        found += text->at[at] == ' ';
    return found;
}

/* Make a line and put it where it belongs. */
static int
put_line(PyObject *rows, Py_ssize_t at, PyObject *made, PyObject *string, Span span, int is_long, int is_title,
         int is_plain, int may_be_dated)
{
    PyObject *text = PyUnicode_Substring(string, span.start, span.end), *blanks = PyLong_FromSsize_t(span.blanks);
    PyObject *told[] = {text, blanks, is_long ? Py_True : Py_False, is_title ? Py_True : Py_False,
                        is_plain ? Py_True : Py_False, may_be_dated ? Py_True : Py_False};
    PyObject *line = text && blanks ? PyObject_Vectorcall(made, told, 6, NULL) : NULL;
    Py_XDECREF(text);
    Py_XDECREF(blanks);
    if (line == NULL)
        return 0;
    PyList_SET_ITEM(rows, at, line);
    return 1;
}

PyObject *
lines(PyObject *module, PyObject *const *args, Py_ssize_t given)
{
    PyObject *rows = NULL, *asked = NULL, *titles = NULL, *timed = NULL, *result = NULL;
    PyObject *string, *openings, *held, *quotes, *closing, *stops;
    Text text = {NULL};
    Span *spans = NULL;
    Held sought[WORDS];
    int many;
    Py_ssize_t count, shortest, longest, words, reach, clocks;
    const char *marks, *hours;
    if (!arguments(given, 10))
        return NULL;
    string = args[1], openings = args[2], held = args[3], quotes = args[4], closing = args[5];
    if (!PyUnicode_Check(string) || !PyDict_Check(openings) || !PyTuple_Check(held) || !PyUnicode_Check(quotes) ||
        !PyUnicode_Check(closing) || !PyTuple_Check(args[7]) || !PyTuple_Check(args[8]) ||
        !PyTuple_Check(args[9])) {
        PyErr_SetString(PyExc_TypeError, "lines takes a callable, str, dict, tuple, str, str, int and three tuples");
        return NULL;
    }
    Py_ssize_t long_from = PyLong_AsSsize_t(args[6]);
    if (PyErr_Occurred() || !PyArg_ParseTuple(args[7], "nnnU", &shortest, &longest, &words, &stops) ||
        !PyArg_ParseTuple(args[8], "sn", &marks, &reach) || !PyArg_ParseTuple(args[9], "sn", &hours, &clocks))
        return NULL;
    if (reach < 0) {
        PyErr_SetString(PyExc_ValueError, "a reach of less than no characters");
        return NULL;
    }
    if (!narrow(&text, string) || (spans = cut_lines(&text, &count)) == NULL)
        goto done;
    if ((rows = PyList_New(count)) == NULL || (asked = PyList_New(0)) == NULL || (titles = PyList_New(0)) == NULL ||
        (timed = PyList_New(0)) == NULL)
        goto done;
    if ((many = read_held(held, sought)) < 0)
        goto done;
    tell_holders(&text, spans, count, sought, many);
    for (Py_ssize_t at = 0; at < count; at++) {
        Span span = spans[at];
        Py_ssize_t length = span.end - span.start;
        u32 first = character(&text, span.start), last = character(&text, span.end - 1);
        int open = opens(&text, span, openings, quotes), titled = 0;
        if (open < 0)
            goto done;
        open = open || Py_UNICODE_ISDIGIT(last) || holds(closing, last) || spaces(&text, span, 1) == 0;
        u64 why = span.held | (u64)open << many;
        if (length >= shortest && length <= longest && !Py_UNICODE_ISLOWER(first) && !holds(stops, last)) {
            Py_ssize_t found = spaces(&text, span, words);
            titled = found >= 1 && found < words;
        }
        if (!put_line(rows, at, args[0], string, span, length >= long_from, titled, why == 0,
                      dated(&text, span, marks, reach)))
            goto done;
        if ((why && !append(asked, Py_BuildValue("(nK)", at, (unsigned long long)why))) ||
            (titled && !append(titles, PyLong_FromSsize_t(at))))
            goto done;
        int may_be_hour = Py_UNICODE_ISDIGIT(first) || (first && first < 128 && strchr(hours, (int)first));
        if (may_be_hour && length <= clocks && !append(timed, PyLong_FromSsize_t(at)))
            goto done;
    }
    result = PyTuple_Pack(4, rows, asked, titles, timed);
done:
    Py_XDECREF(rows);
    Py_XDECREF(asked);
    Py_XDECREF(titles);
    Py_XDECREF(timed);
    PyMem_Free(spans);
    PyMem_Free(text.made);
    return result;
}
