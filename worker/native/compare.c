/* How much of one copy another has: matching/verify.py. */
#include "kernels.h"

PyObject *
match(PyObject *module, PyObject *const *args, Py_ssize_t given)
{
    Buffers all = {.count = 0};
    PyObject *result = NULL, *where = NULL;
    Py_ssize_t size, places, others, theirs, hits = 0;
    if (!arguments(given, 4))
        return NULL;
    const u64 *ours = borrow(&all, args[0], 8, 0, &size);
    const i64 *our_order = ours ? borrow(&all, args[1], 8, 0, &places) : NULL;
    const u64 *other = our_order ? borrow(&all, args[2], 8, 0, &others) : NULL;
    const i64 *their_order = other ? borrow(&all, args[3], 8, 0, &theirs) : NULL;
    if (their_order == NULL || !sized(places, size) || !sized(theirs, others) ||
        (where = array_of(NULL, size, 8)) == NULL)
        goto done;
    i64 *there = (i64 *)PyByteArray_AS_STRING(where);
    for (Py_ssize_t at = 0; at < size; at++)
        there[at] = -1;
    for (Py_ssize_t at = 0, first = 0; at < size && first < others;) {
        if (ours[at] == other[first]) { /* the first of equal ones */
            if (our_order[at] < 0 || our_order[at] >= size) {
                PyErr_SetString(PyExc_ValueError, "an order that leads out of its array");
                goto done;
            }
            there[our_order[at++]] = their_order[first];
            hits++;
        } else if (ours[at] < other[first])
            at++;
        else
            first++;
    }
    result = Py_BuildValue("(On)", where, hits);
done:
    Py_XDECREF(where);
    release(&all);
    return result;
}

/* Close gaps of at most `gap` marked words and drop runs of fewer than `least`. */
static void
close_gaps(u8 *mask, Py_ssize_t size, Py_ssize_t gap, Py_ssize_t least)
{
    Py_ssize_t start = -1, end = -1; /* of the run so far */
    for (Py_ssize_t at = 0; at <= size; at++) {
        if (at < size && !mask[at])
            continue;
        if (start >= 0 && (at == size || at - end > gap)) {
            memset(mask + start, end - start >= least, (size_t)(end - start));
            start = -1;
        }
        if (at < size) {
            start = start < 0 ? at : start;
            end = at + 1;
        }
    }
}

PyObject *
side(PyObject *module, PyObject *const *args, Py_ssize_t given)
{
    Buffers all = {.count = 0};
    PyObject *result = NULL, *covered = NULL;
    u8 *shared = NULL, *untold = NULL;
    u32 *sums = NULL;
    Py_ssize_t size, marked, telling, shingled, others, their_telling;
    if (!arguments(given, 12))
        return NULL;
    Py_ssize_t width = PyLong_AsSsize_t(args[6]), reach = PyLong_AsSsize_t(args[7]);
    Py_ssize_t slack = PyLong_AsSsize_t(args[8]), gap = PyLong_AsSsize_t(args[9]);
    Py_ssize_t run = PyLong_AsSsize_t(args[10]), solid = PyLong_AsSsize_t(args[11]);
    if (PyErr_Occurred())
        return NULL;
    const u64 *ours = borrow(&all, args[0], 8, 0, &size);
    const u8 *marks = ours ? borrow(&all, args[1], 1, 0, &marked) : NULL;
    const u8 *our_told = marks ? borrow(&all, args[2], 1, 0, &telling) : NULL;
    const i64 *there = our_told ? borrow(&all, args[3], 8, 0, &shingled) : NULL;
    const u64 *theirs = there ? borrow(&all, args[4], 8, 0, &others) : NULL;
    const u8 *their_told = theirs ? borrow(&all, args[5], 1, 0, &their_telling) : NULL;
    if (their_told == NULL || !sized(marked, size) || !sized(telling, size) || !sized(their_telling, others))
        goto done;
    if (width > size)
        width = size;
    if (shingled > size || (shingled && shingled + width - 1 > size)) {
        PyErr_SetString(PyExc_ValueError, "more shingles than words");
        goto done;
    }
    if ((sums = room(others + 1, sizeof *sums)) == NULL || (shared = room(size, 1)) == NULL ||
        (untold = room(size, 1)) == NULL || (covered = array_of(NULL, size, 1)) == NULL)
        goto done;
    memset(shared, 0, (size_t)size);
    memset(untold, 0, (size_t)size);
    sums[0] = 0;
    for (Py_ssize_t at = 0; at < others; at++)
        sums[at + 1] = sums[at] + (their_told[at] != 0);
    for (Py_ssize_t at = 0, before = -1; at < shingled; at++) {
        i64 to = there[at];
        if (to < 0)
            continue;
        if (to >= others) {
            PyErr_SetString(PyExc_ValueError, "a match beyond the copy");
            goto done;
        }
        memset(shared + at, 1, (size_t)width);
        i64 until = to + width < others ? to + width : others;
        if (2 * (i64)(sums[until] - sums[to]) < width)
            memset(untold + at, 1, (size_t)width);
        /* Paraphrase swaps words and keeps their order: what stands between two matches lines up. */
        if (before >= 0 && at - before > 1 && at - before <= reach) {
            i64 from = there[before], apart = at - before, off = to - from - apart;
            if (off <= slack && off >= -slack)
                for (i64 step = 0; step < apart; step++) {
                    i64 forth = from + step, back = to - apart + step;
                    forth = forth < others ? forth : others - 1;
                    back = back < 0 ? 0 : back;
                    u64 word = ours[before + step];
                    if (theirs[forth] == word || theirs[back] == word)
                        shared[before + step] = 1;
                }
        }
        before = at;
    }
    close_gaps(shared, size, gap, run);
    u8 *common = (u8 *)PyByteArray_AS_STRING(covered);
    Py_ssize_t prose = 0, told = 0, commons = 0, solids = 0, shareds = 0, quoted = 0, length = 0;
    for (Py_ssize_t at = 0; at < size; at++) {
        int plain = marks[at] != UNPROSAIC, mine = our_told[at] && !untold[at];
        common[at] = shared[at] && mine;
        prose += plain;
        told += mine;
        shareds += plain && shared[at];
        quoted += plain && shared[at] && !common[at] && (marks[at] != TOLD || untold[at]);
        if (common[at]) {
            commons++;
            length++;
        }
        if (length && (!common[at] || at + 1 == size)) {
            solids += length >= solid ? length : 0;
            length = 0;
        }
    }
    result = Py_BuildValue("(Onnnnnn)", covered, prose, told, commons, solids, shareds, quoted);
done:
    Py_XDECREF(covered);
    PyMem_Free(sums);
    PyMem_Free(shared);
    PyMem_Free(untold);
    release(&all);
    return result;
}
