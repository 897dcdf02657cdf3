/* The words of a text as hashes: matching/tokens.py has the tables. */
#include "kernels.h"

#define PLANE 65536 /* characters beyond, such as emoji, part words */
#define ODD 0x9E3779B97F4A7C15ULL

enum { SPACE, LETTER, DIGIT, SINGLE, APOSTROPHE, MARK, POINT, COMMA };

typedef struct {
    const void *text;
    Py_ssize_t size;
    const u8 *kinds;
    const u64 *values;
    const u8 *upper;
    const u64 *fold_keys;
    const u64 *fold_values;
    Py_ssize_t folds;
    u8 may_fold[4096]; /* by the low bits of a hash: most words are spared the search */
    u64 *hashes;
    i64 *starts;
    u8 *capital;
    Py_ssize_t count, before; /* words read, and characters in the texts before this one */
} Reading;

static u64
mixed(u64 value)
{
    value += ODD;
    value = (value ^ (value >> 30)) * 0xBF58476D1CE4E5B9ULL;
    value = (value ^ (value >> 27)) * 0x94D049BB133111EBULL;
    return value ^ (value >> 31);
}

static u64
folded(const Reading *of, u64 hash)
{
    if (!of->may_fold[hash & 4095])
        return hash;
    Py_ssize_t low = 0, high = of->folds;
    while (low < high) {
        Py_ssize_t middle = (low + high) / 2;
        if (of->fold_keys[middle] < hash)
            low = middle + 1;
        else
            high = middle;
    }
    return low < of->folds && of->fold_keys[low] == hash ? of->fold_values[low] : hash;
}

INLINE u32
code_at(const Reading *of, int width, Py_ssize_t at)
{
    u32 code = PyUnicode_READ(width, of->text, at);
    return code < PLANE ? code : ' ';
}

INLINE u8
kind_at(const Reading *of, int width, Py_ssize_t at)
{
    return at < of->size ? of->kinds[code_at(of, width, at)] : SPACE;
}

/* Tell whether a letter of ASCII and a point stand here: U. */
INLINE int
is_unit(const Reading *of, int width, Py_ssize_t at)
{
    return kind_at(of, width, at) == LETTER && code_at(of, width, at) < 128 && kind_at(of, width, at + 1) == POINT;
}

/* Count the characters from `at`, behind a letter or a mark of a word that began at `start`, that part nothing and
 * count for nothing; 0 when the word ends here. `*last` is set when it ends behind them. */
INLINE Py_ssize_t
glued(const Reading *of, int width, Py_ssize_t start, Py_ssize_t at, u8 kind, int *last)
{
    if (kind == MARK)
        return 1; /* an accent written apart */
    if (kind == APOSTROPHE && kind_at(of, width, at + 1) == LETTER) {
        u8 after = kind_at(of, width, at + 2);
        if ((code_at(of, width, at + 1) | 32) != 's' || after == LETTER || after == MARK ||
            (after == APOSTROPHE && kind_at(of, width, at + 3) == LETTER) ||
            (after == POINT && is_unit(of, width, at + 3)))
            return 1; /* don't */
        *last = 1;
        return 2; /* Biden's */
    }
    if (kind == POINT && is_unit(of, width, at - 1) && is_unit(of, width, at + 1)) {
        u8 before = at - 1 > start ? kind_at(of, width, at - 2) : SPACE;
        return before != LETTER && before != MARK; /* U.S. */
    }
    return 0;
}

INLINE void
read_words(Reading *of, int width)
{
    const u8 *kinds = of->kinds;
    const u64 *values = of->values;
    Py_ssize_t count = of->count, at = 0, size = of->size;
    while (at < size) {
        Py_ssize_t start = at;
        u32 code = code_at(of, width, at++);
        u8 kind = kinds[code];
        if (kind != LETTER && kind != DIGIT && kind != SINGLE)
            continue;
        u8 capital = of->upper[code];
        u64 hash = values[code], power = ODD;
        int last = kind == SINGLE;
        while (at < size && !last) {
            code = code_at(of, width, at);
            u8 next = kinds[code];
            if (next != kind) {
                Py_ssize_t skipped = 0;
                if (next == SPACE)
                    break;
                if (kind == LETTER)
                    skipped = glued(of, width, start, at, next, &last);
                else if ((next == POINT || next == COMMA) && kind_at(of, width, at + 1) == DIGIT)
                    skipped = next == COMMA; /* 1,000; the point of 3.5 counts as a digit */
                else
                    break;
                at += skipped;
                if (skipped)
                    continue;
                if (kind == LETTER)
                    break;
            }
            hash += values[code] * power;
            power *= ODD;
            at++;
        }
        hash = folded(of, mixed(hash));
        if (hash == 0)
            continue; /* an honorific */
        of->hashes[count] = hash;
        of->starts[count] = of->before + start;
        of->capital[count++] = capital;
    }
    of->count = count;
}

PyObject *
words(PyObject *module, PyObject *const *args, Py_ssize_t given)
{
    Buffers all = {.count = 0};
    Reading of = {.hashes = NULL, .starts = NULL, .capital = NULL, .count = 0, .before = 0};
    PyObject *texts = NULL, *result = NULL;
    Py_ssize_t plane, values, uppers, fold_values, size = 0;
    if (!arguments(given, 6) || (texts = texts_of(args[0])) == NULL)
        return NULL;
    of.kinds = borrow(&all, args[1], 1, 0, &plane);
    of.values = of.kinds ? borrow(&all, args[2], 8, 0, &values) : NULL;
    of.upper = of.values ? borrow(&all, args[3], 1, 0, &uppers) : NULL;
    of.fold_keys = of.upper ? borrow(&all, args[4], 8, 0, &of.folds) : NULL;
    of.fold_values = of.fold_keys ? borrow(&all, args[5], 8, 0, &fold_values) : NULL;
    if (of.fold_values == NULL || !sized(plane, PLANE) || !sized(values, PLANE) || !sized(uppers, PLANE) ||
        !sized(fold_values, of.folds))
        goto done;
    for (Py_ssize_t place = 0; place < PyTuple_GET_SIZE(texts); place++)
        size += PyUnicode_GET_LENGTH(PyTuple_GET_ITEM(texts, place));
    if ((of.hashes = room(size, sizeof *of.hashes)) == NULL || (of.starts = room(size, sizeof *of.starts)) == NULL ||
        (of.capital = room(size, 1)) == NULL)
        goto done;
    for (Py_ssize_t at = 0; at < of.folds; at++)
        of.may_fold[of.fold_keys[at] & 4095] = 1;
    for (Py_ssize_t place = 0; place < PyTuple_GET_SIZE(texts); place++) {
        PyObject *text = PyTuple_GET_ITEM(texts, place);
        of.text = PyUnicode_DATA(text);
        of.size = PyUnicode_GET_LENGTH(text);
        switch (PyUnicode_KIND(text)) {
        case PyUnicode_1BYTE_KIND:
            read_words(&of, PyUnicode_1BYTE_KIND);
            break;
        case PyUnicode_2BYTE_KIND:
            read_words(&of, PyUnicode_2BYTE_KIND);
            break;
        default:
            read_words(&of, PyUnicode_4BYTE_KIND);
        }
        of.before += of.size + 1; /* and a line end */
    }
    result = Py_BuildValue("(NNN)", array_of(of.hashes, of.count, sizeof *of.hashes),
                           array_of(of.starts, of.count, sizeof *of.starts), array_of(of.capital, of.count, 1));
done:
    Py_DECREF(texts);
    PyMem_Free(of.hashes);
    PyMem_Free(of.starts);
    PyMem_Free(of.capital);
    release(&all);
    return result;
}
