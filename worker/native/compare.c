/* How much of one copy another has: matching/verify.py. */
#include "kernels.h"

typedef struct {
    const u64 *words, *ordered; /* words, and shingles sorted */
    const u8 *marks;
    const u32 *order; /* where the sorted shingles stand */
    Py_ssize_t size, shingled;
    u8 *told; /* which words the outlet tells itself, but for what recurs */
    i32 *there; /* where the other copy has each shingle first, -1 where it has not */
} Copy;

/* What one copy has of another, in words: verify.Side. */
typedef struct {
    Py_ssize_t prose, told, common, solid, shared, quoted;
    PyObject *covered;
} Side;

typedef struct {
    Py_ssize_t width, reach, slack, gap, run, solid;
} Measure;

/* Borrow the arrays of a copy. */
static int
open_copy(Copy *copy, Buffers *all, PyObject *const *args, Py_ssize_t width)
{
    Py_ssize_t marked, places;
    if ((copy->words = borrow(all, args[0], 8, 0, &copy->size)) == NULL ||
        (copy->marks = borrow(all, args[1], 1, 0, &marked)) == NULL ||
        (copy->ordered = borrow(all, args[2], 8, 0, &copy->shingled)) == NULL ||
        (copy->order = borrow(all, args[3], 4, 0, &places)) == NULL || !sized(marked, copy->size) ||
        !sized(places, copy->shingled))
        return 0;
    if (width > copy->size)
        width = copy->size;
    if (copy->shingled > copy->size || (copy->shingled && copy->shingled + width - 1 > copy->size)) {
        PyErr_SetString(PyExc_ValueError, "more shingles than words");
        return 0;
    }
    int astray = copy->size > INT32_MAX;
    for (Py_ssize_t at = 0; at < copy->shingled; at++)
        astray |= copy->order[at] >= (u32)copy->shingled;
    if (astray)
        PyErr_SetString(PyExc_ValueError, "an order that leads out of its array");
    return !astray;
}

/* Find where each copy has the shingles of the other; give how many of ours theirs has. */
static Py_ssize_t
match(Copy *ours, Copy *theirs)
{
    Py_ssize_t hits = 0;
    memset(ours->there, 255, (size_t)ours->shingled * sizeof *ours->there);
    memset(theirs->there, 255, (size_t)theirs->shingled * sizeof *theirs->there);
    for (Py_ssize_t at = 0, to = 0; at < ours->shingled && to < theirs->shingled;) {
        u64 key = ours->ordered[at], other = theirs->ordered[to];
        if (key != other) {
            at += key < other;
            to += key > other;
            continue;
        }
        i32 here = (i32)ours->order[at], there = (i32)theirs->order[to]; /* the first of equal ones */
        for (; at < ours->shingled && ours->ordered[at] == key; at++, hits++)
            ours->there[ours->order[at]] = there;
        for (; to < theirs->shingled && theirs->ordered[to] == key; to++)
            theirs->there[theirs->order[to]] = here;
    }
    return hits;
}

/* Find the next run of ones from a place on: where it starts and ends; 0 when there is none. */
static inline int
next_run(const u8 *mask, Py_ssize_t size, Py_ssize_t from, Py_ssize_t *start, Py_ssize_t *end)
{
    const u8 *one = from < size ? memchr(mask + from, 1, (size_t)(size - from)) : NULL;
    if (one == NULL)
        return 0;
    const u8 *none = memchr(one, 0, (size_t)(mask + size - one));
    *start = one - mask;
    *end = none ? none - mask : size;
    return 1;
}

/* Close gaps of at most `gap` marked words and drop runs of fewer than `least`. */
static void
close_gaps(u8 *mask, Py_ssize_t size, Py_ssize_t gap, Py_ssize_t least)
{
    Py_ssize_t start, end, next = 0, last;
    if (!next_run(mask, size, 0, &start, &end))
        return;
    while (next >= 0) {
        if (!next_run(mask, size, end, &next, &last))
            next = last = -1;
        if (next < 0 || next - end > gap) {
            memset(mask + start, end - start >= least, (size_t)(end - start));
            start = next;
        }
        end = last;
    }
}

static Py_ssize_t
solid_words(const u8 *mask, Py_ssize_t size, Py_ssize_t least)
{
    Py_ssize_t words = 0;
    for (Py_ssize_t start, end = 0; next_run(mask, size, end, &start, &end);)
        words += end - start >= least ? end - start : 0;
    return words;
}

PyObject *
solid(PyObject *module, PyObject *const *args, Py_ssize_t given)
{
    Buffers all = {.count = 0};
    Py_ssize_t size;
    if (!arguments(given, 2))
        return NULL;
    Py_ssize_t least = PyLong_AsSsize_t(args[1]);
    const u8 *mask = least == -1 && PyErr_Occurred() ? NULL : borrow(&all, args[0], 1, 0, &size);
    PyObject *result = mask ? PyLong_FromSsize_t(solid_words(mask, size, least)) : NULL;
    release(&all);
    return result;
}

/* Measure one copy against the other; `sums` has room for one more than the words of theirs, `shared` and `untold` for
 * those of ours. */
static int
look(const Copy *ours, const Copy *theirs, const Measure *by, u32 *sums, u8 *restrict shared, u8 *restrict untold,
     Side *side)
{
    Py_ssize_t size = ours->size, others = theirs->size, before = -1;
    Py_ssize_t width = by->width < size ? by->width : size;
    if ((side->covered = array_of(NULL, size, 1)) == NULL)
        return 0;
    sums[0] = 0;
    for (Py_ssize_t at = 0; at < others; at++)
        sums[at + 1] = sums[at] + theirs->told[at];
    for (Py_ssize_t at = 0, until = 0, untold_until = 0; at < size; at++) {
        i64 to = at < ours->shingled ? ours->there[at] : -1;
        if (to >= 0) {
            i64 last = to + width < others ? to + width : others;
            until = at + width;
            if (2 * (i64)(sums[last] - sums[to]) < width)
                untold_until = until;
            /* Paraphrase swaps words and keeps their order: what stands between two matches lines up. */
            if (before >= 0 && at - before > 1 && at - before <= by->reach) {
                i64 from = ours->there[before], apart = at - before, off = to - from - apart;
                if (off <= by->slack && off >= -by->slack)
                    for (i64 step = 0; step < apart; step++) {
                        i64 forth = from + step, back = to - apart + step;
                        forth = forth < others ? forth : others - 1;
                        back = back < 0 ? 0 : back;
                        u64 word = ours->words[before + step];
                        if (theirs->words[forth] == word || theirs->words[back] == word)
                            shared[before + step] = 1;
                    }
            }
            before = at;
        }
        shared[at] = at < until;
        untold[at] = at < untold_until;
    }
    close_gaps(shared, size, by->gap, by->run);
    u8 *restrict common = (u8 *)PyByteArray_AS_STRING(side->covered);
    const u8 *restrict marks = ours->marks, *restrict tells = ours->told;
    u32 prose = 0, told = 0, commons = 0, shareds = 0, quoted = 0;
    for (Py_ssize_t at = 0; at < size; at++) {
        u8 plain = marks[at] != UNPROSAIC, mine = tells[at] & !untold[at], both = shared[at] & mine;
        common[at] = both;
        prose += plain;
        told += mine;
        commons += both;
        shareds += plain & shared[at];
        quoted += plain & shared[at] & !both & ((marks[at] != TOLD) | untold[at]);
    }
    Py_ssize_t solids = solid_words(common, size, by->solid);
    *side = (Side){prose, told, commons, solids, shareds, quoted, side->covered};
    return 1;
}

/* Mark the words of ours that one copy tells itself and the other quotes. */
static PyObject *
lent_to(const Copy *ours, const Copy *theirs, const u8 *recurrent, Py_ssize_t width)
{
    PyObject *result = array_of(NULL, ours->size, 1);
    u8 *lent = result ? (u8 *)PyByteArray_AS_STRING(result) : NULL;
    for (Py_ssize_t at = 0, until = 0; lent && at < ours->size; at++) {
        i64 to = at < ours->shingled ? ours->there[at] : -1;
        Py_ssize_t middle = at + width / 2, other = to + width / 2;
        if (to >= 0 && middle < ours->size && other < theirs->size) {
            u8 mark = ours->marks[middle], mate = theirs->marks[other];
            if ((mark == QUOTED && mate == TOLD) || (mark == TOLD && mate == QUOTED))
                until = at + width;
        }
        lent[at] = at < until && !(recurrent && recurrent[at]);
    }
    return result;
}

static PyObject *
told_of(const Side *side)
{
    return Py_BuildValue("(nnnnnnO)", side->prose, side->told, side->common, side->solid, side->shared, side->quoted,
                         side->covered);
}

PyObject *
compare(PyObject *module, PyObject *const *args, Py_ssize_t given)
{
    Buffers all = {.count = 0};
    Copy ours = {0}, theirs = {0};
    Side forth = {0}, back = {0};
    Measure by;
    PyObject *result = NULL, *there = NULL, *lent = NULL;
    u8 *masks = NULL;
    i32 *places = NULL;
    u32 *sums = NULL;
    if (!arguments(given, 12))
        return NULL;
    Py_ssize_t least = PyLong_AsSsize_t(args[10]), lent_least = PyLong_AsSsize_t(args[11]);
    if (PyErr_Occurred() ||
        !PyArg_ParseTuple(args[9], "nnnnnn", &by.width, &by.reach, &by.slack, &by.gap, &by.run, &by.solid) ||
        !open_copy(&ours, &all, args, by.width) || !open_copy(&theirs, &all, args + 4, by.width))
        goto done;
    Py_ssize_t left_out = ours.size, most = ours.size > theirs.size ? ours.size : theirs.size;
    const u8 *recurrent = args[8] == Py_None ? NULL : borrow(&all, args[8], 1, 0, &left_out);
    if ((recurrent == NULL && args[8] != Py_None) || !sized(left_out, ours.size) ||
        (there = array_of(NULL, ours.shingled, 4)) == NULL ||
        (places = room(theirs.shingled, sizeof *places)) == NULL ||
        (masks = room(ours.size + theirs.size + 2 * most, 1)) == NULL ||
        (sums = room(most + 1, sizeof *sums)) == NULL)
        goto done;
    ours.there = (i32 *)PyByteArray_AS_STRING(there);
    theirs.there = places;
    Py_ssize_t hits = match(&ours, &theirs);
    result = Py_NewRef(Py_None);
    if (hits < least)
        goto done;
    ours.told = masks;
    theirs.told = masks + ours.size;
    u8 *shared = theirs.told + theirs.size, *untold = shared + most;
    for (Py_ssize_t at = 0; at < ours.size; at++)
        ours.told[at] = ours.marks[at] == TOLD && (recurrent == NULL || !recurrent[at]);
    for (Py_ssize_t at = 0; at < theirs.size; at++)
        theirs.told[at] = theirs.marks[at] == TOLD;
    if (!look(&ours, &theirs, &by, sums, shared, untold, &forth))
        goto failed;
    if (forth.shared < least)
        goto done;
    if (!look(&theirs, &ours, &by, sums, shared, untold, &back))
        goto failed;
    lent = forth.quoted < lent_least ? Py_NewRef(Py_None) : lent_to(&ours, &theirs, recurrent, by.width);
    if (lent == NULL)
        goto failed;
    Py_SETREF(result, Py_BuildValue("(NNOO)", told_of(&forth), told_of(&back), there, lent));
    goto done;
failed:
    Py_CLEAR(result);
done:
    Py_XDECREF(forth.covered);
    Py_XDECREF(back.covered);
    Py_XDECREF(there);
    Py_XDECREF(lent);
    PyMem_Free(masks);
    PyMem_Free(places);
    PyMem_Free(sums);
    release(&all);
    return result;
}
