/* Runs of words: what is borrowed, and what recurs: matching/passages.py and recurrence.py. */
#include "kernels.h"

/* Tell in which paragraph a word stands; `starts` are as many as there are paragraphs, and one more. */
static Py_ssize_t
paragraph_of(const i64 *starts, Py_ssize_t count, i64 word)
{
    return first_from(starts, 0, count, word + 1) - 1;
}

PyObject *
borrowed(PyObject *module, PyObject *const *args, Py_ssize_t given)
{
    Buffers all = {.count = 0};
    PyObject *result = NULL;
    Item *items = NULL, *spare = NULL;
    Py_ssize_t size, shingled, own_starts, other_starts;
    if (!arguments(given, 6))
        return NULL;
    Py_ssize_t width = PyLong_AsSsize_t(args[4]), least = PyLong_AsSsize_t(args[5]);
    const u8 *covered = PyErr_Occurred() ? NULL : borrow(&all, args[0], 1, 0, &size);
    const i32 *there = covered ? borrow(&all, args[1], 4, 0, &shingled) : NULL;
    const i64 *own = there ? borrow(&all, args[2], 8, 0, &own_starts) : NULL;
    const i64 *other = own ? borrow(&all, args[3], 8, 0, &other_starts) : NULL;
    if (other == NULL || (items = room(shingled, sizeof *items)) == NULL ||
        (spare = room(shingled, sizeof *spare)) == NULL || (result = PyList_New(0)) == NULL)
        goto done;
    for (Py_ssize_t start = 0, end; start < size; start = end) {
        for (end = start; end < size && (covered[end] != 0) == (covered[start] != 0); end++)
            ;
        if (!covered[start] || end - start < least)
            continue;
        Py_ssize_t count = 0, last = end - width + 1 > start + 1 ? end - width + 1 : start + 1;
        for (Py_ssize_t at = start; at < last && at < shingled; at++)
            if (there[at] >= 0)
                items[count++] = (Item){(u64)there[at], 0};
        if (count == 0)
            continue;
        Item *sorted = sort(items, spare, count);
        i64 middle = (i64)sorted[count / 2].key; /* a phrase that stands elsewhere too must not stretch the range */
        Py_ssize_t low = 0, high = count - 1;
        while (middle - (i64)sorted[low].key > 2 * (end - start))
            low++;
        while ((i64)sorted[high].key - middle > 2 * (end - start))
            high--;
        PyObject *run = Py_BuildValue("((nn)(nn)n)", paragraph_of(own, own_starts, start),
                                      paragraph_of(own, own_starts, end - 1),
                                      paragraph_of(other, other_starts, (i64)sorted[low].key),
                                      paragraph_of(other, other_starts, (i64)sorted[high].key), end - start);
        if (!append(result, run)) {
            Py_CLEAR(result);
            goto done;
        }
    }
done:
    PyMem_Free(items);
    PyMem_Free(spare);
    release(&all);
    return result;
}

static int
is_among(u32 key, const u32 *keys, Py_ssize_t count)
{
    Py_ssize_t low = 0, high = count;
    while (low < high) {
        Py_ssize_t middle = (low + high) / 2;
        if (keys[middle] < key)
            low = middle + 1;
        else
            high = middle;
    }
    return low < count && keys[low] == key;
}

PyObject *
recurring(PyObject *module, PyObject *const *args, Py_ssize_t given)
{
    Buffers all = {.count = 0};
    PyObject *result = NULL;
    Py_ssize_t shingled, count, runs = 0, row = 0, first = 0, last = 0;
    if (!arguments(given, 7))
        return NULL;
    u64 bound = PyLong_AsUnsignedLongLong(args[2]);
    long shift = PyLong_AsLong(args[3]);
    Py_ssize_t width = PyLong_AsSsize_t(args[4]), margin = PyLong_AsSsize_t(args[5]);
    Py_ssize_t least = PyLong_AsSsize_t(args[6]);
    const u64 *shingles = PyErr_Occurred() ? NULL : borrow(&all, args[0], 8, 0, &shingled);
    const u32 *keys = shingles ? borrow(&all, args[1], 4, 0, &count) : NULL;
    if (keys == NULL)
        goto done;
    if (shift < 0 || shift > 63 || width < 1 || margin < 0) {
        PyErr_SetString(PyExc_ValueError, "no such shift, width or margin");
        goto done;
    }
    Py_ssize_t size = shingled ? shingled + width - 1 : 0;
    if ((result = array_of(NULL, size, 1)) == NULL)
        goto done;
    u8 *mask = (u8 *)PyByteArray_AS_STRING(result);
    memset(mask, 0, (size_t)size);
    for (Py_ssize_t at = 0; at <= shingled; at++) {
        if (at < shingled && shingles[at] >= bound)
            continue; /* not sampled */
        if (at < shingled && is_among((u32)(shingles[at] >> shift), keys, count)) {
            first = row++ ? first : at;
            last = at;
            continue;
        }
        if (row >= least) {
            Py_ssize_t from = first > margin ? first - margin : 0;
            Py_ssize_t to = last + width < size - margin ? last + width + margin : size;
            memset(mask + from, 1, (size_t)(to - from));
            runs++;
        }
        row = 0;
    }
    if (!runs)
        Py_SETREF(result, Py_NewRef(Py_None));
done:
    release(&all);
    return result;
}
