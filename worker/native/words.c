/* The words of a text as hashes: matching/tokens.py has the tables. */
#include "kernels.h"

#define PLANE 65536 /* characters beyond, such as emoji, part words */
#define ODD 0x9E3779B97F4A7C15ULL

enum { SPACE, LETTER, DIGIT, SINGLE, APOSTROPHE, MARK, POINT, COMMA, GLUE };

static u64
mixed(u64 value)
{
    value += ODD;
    value = (value ^ (value >> 30)) * 0xBF58476D1CE4E5B9ULL;
    value = (value ^ (value >> 27)) * 0x94D049BB133111EBULL;
    return value ^ (value >> 31);
}

/* Turn the marks inside words into glue, which parts nothing and counts for nothing. `kinds` has two spaces before
 * and two behind; `codes` begins where those end. */
static void
glue(u8 *kinds, const u32 *codes, Py_ssize_t size)
{
    Py_ssize_t end = size + 2, unit = -2;
    int points = 0, commas = 0, apostrophes = 0;
    for (Py_ssize_t at = 2; at < end; at++) {
        switch (kinds[at]) {
        case MARK: /* an accent written apart */
            if (kinds[at - 1] == LETTER || kinds[at - 1] == GLUE)
                kinds[at] = GLUE;
            break;
        case POINT:
            points = 1;
            break;
        case COMMA:
            commas = 1;
            break;
        case APOSTROPHE:
            apostrophes = 1;
            break;
        }
    }
    if (points)
        for (Py_ssize_t at = 2; at < end; at++) {
            if (kinds[at] != POINT)
                continue;
            if (kinds[at - 1] == DIGIT && kinds[at + 1] == DIGIT) {
                kinds[at] = DIGIT; /* 3.5 */
            } else if (kinds[at - 1] == LETTER && codes[at - 3] < 128 && kinds[at - 2] != LETTER &&
                       kinds[at - 2] != GLUE) {
                if (unit == at - 2) /* U.S. */
                    kinds[unit] = GLUE;
                unit = at;
            }
        }
    if (commas)
        for (Py_ssize_t at = 2; at < end; at++)
            if (kinds[at] == COMMA && kinds[at - 1] == DIGIT && kinds[at + 1] == DIGIT)
                kinds[at] = GLUE; /* 1,000 */
    if (apostrophes) {
        for (Py_ssize_t at = 2; at < end; at++)
            if (kinds[at] == APOSTROPHE && (kinds[at - 1] == LETTER || kinds[at - 1] == GLUE) &&
                kinds[at + 1] == LETTER)
                kinds[at] = GLUE | 128; /* don't; told from other glue for the next loop */
        for (Py_ssize_t at = 2; at < end; at++) {
            if (kinds[at] != (GLUE | 128))
                continue;
            u8 after = kinds[at + 2] & 127;
            kinds[at] = GLUE;
            if (after != LETTER && after != GLUE && (codes[at - 1] | 32) == 's')
                kinds[at + 1] = GLUE; /* Biden's */
        }
    }
}

PyObject *
words(PyObject *module, PyObject *const *args, Py_ssize_t given)
{
    Buffers all = {.count = 0};
    PyObject *result = NULL;
    u32 *codes = NULL;
    u8 *kinds = NULL, *upper = NULL;
    u64 *hashes = NULL;
    i64 *starts = NULL;
    Py_ssize_t plane, values, uppers, folds, folded, count = 0;
    if (!arguments(given, 6))
        return NULL;
    if (!PyUnicode_Check(args[0])) {
        PyErr_SetString(PyExc_TypeError, "the text is no str");
        return NULL;
    }
    const u8 *kind_of = borrow(&all, args[1], 1, 0, &plane);
    const u64 *value_of = kind_of ? borrow(&all, args[2], 8, 0, &values) : NULL;
    const u8 *is_upper = value_of ? borrow(&all, args[3], 1, 0, &uppers) : NULL;
    const u64 *fold_keys = is_upper ? borrow(&all, args[4], 8, 0, &folds) : NULL;
    const u64 *fold_values = fold_keys ? borrow(&all, args[5], 8, 0, &folded) : NULL;
    if (fold_values == NULL || !sized(plane, PLANE) || !sized(values, PLANE) || !sized(uppers, PLANE) ||
        !sized(folded, folds))
        goto done;
    Py_ssize_t size = PyUnicode_GET_LENGTH(args[0]);
    int width = PyUnicode_KIND(args[0]);
    const void *text = PyUnicode_DATA(args[0]);
    if ((codes = room(size, sizeof *codes)) == NULL || (kinds = room(size + 4, 1)) == NULL ||
        (hashes = room(size, sizeof *hashes)) == NULL || (starts = room(size, sizeof *starts)) == NULL ||
        (upper = room(size, 1)) == NULL)
        goto done;
    memset(kinds, SPACE, 2);
    memset(kinds + size + 2, SPACE, 2);
    for (Py_ssize_t at = 0; at < size; at++) {
        u32 code = PyUnicode_READ(width, text, at);
        codes[at] = code < PLANE ? code : ' ';
        kinds[at + 2] = kind_of[codes[at]];
    }
    glue(kinds, codes, size);
    u8 may_fold[4096] = {0}; /* by the low bits of a hash: most words are spared the search */
    for (Py_ssize_t at = 0; at < folds; at++)
        may_fold[fold_keys[at] & 4095] = 1;
    for (Py_ssize_t at = 0; at < size;) {
        u8 kind = kinds[at + 2];
        if (kind != LETTER && kind != DIGIT && kind != SINGLE) {
            at++;
            continue;
        }
        Py_ssize_t start = at;
        u64 hash = value_of[codes[at++]], power = ODD;
        for (; at < size; at++) {
            u8 next = kinds[at + 2];
            if (next == GLUE)
                continue;
            if (next != kind || kind == SINGLE)
                break;
            hash += value_of[codes[at]] * power;
            power *= ODD;
        }
        hash = mixed(hash);
        Py_ssize_t low = 0, high = may_fold[hash & 4095] ? folds : 0;
        while (low < high) {
            Py_ssize_t middle = (low + high) / 2;
            if (fold_keys[middle] < hash)
                low = middle + 1;
            else
                high = middle;
        }
        if (may_fold[hash & 4095] && low < folds && fold_keys[low] == hash)
            hash = fold_values[low];
        if (hash == 0)
            continue; /* an honorific */
        hashes[count] = hash;
        starts[count] = start;
        upper[count++] = is_upper[codes[start]];
    }
    result = Py_BuildValue("(NNN)", array_of(hashes, count, sizeof *hashes), array_of(starts, count, sizeof *starts),
                           array_of(upper, count, 1));
done:
    PyMem_Free(codes);
    PyMem_Free(kinds);
    PyMem_Free(hashes);
    PyMem_Free(starts);
    PyMem_Free(upper);
    release(&all);
    return result;
}
