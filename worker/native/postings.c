/* The inverted index and the columns beside it: lineage/postings.py, lineage/columns.py. */
#include "kernels.h"

static Py_ssize_t
bucket(u32 key, Py_ssize_t buckets)
{
    return (Py_ssize_t)((u32)(key * 2654435769u) & (u32)(buckets - 1));
}

/* A posting of the hash table; `older` is the next of its chain, counted from 1, 0 ends it. */
typedef struct {
    u32 key, document, older;
} Posting;

#define STEP 16 /* postings */

PyObject *
post(PyObject *module, PyObject *const *args, Py_ssize_t given)
{
    Buffers all = {.count = 0};
    PyObject *result = NULL;
    Py_ssize_t count, buckets, held;
    if (!arguments(given, 5))
        return NULL;
    Py_ssize_t used = PyLong_AsSsize_t(args[3]);
    u32 document = (u32)PyLong_AsUnsignedLong(args[4]);
    const u32 *keys = PyErr_Occurred() ? NULL : borrow(&all, args[0], 4, 0, &count);
    u32 *heads = keys ? borrow(&all, args[1], 4, 1, &buckets) : NULL;
    Posting *fresh = heads ? borrow(&all, args[2], sizeof *fresh, 1, &held) : NULL;
    if (fresh == NULL)
        goto done;
    if (used < 0 || used + count > held || buckets == 0 || buckets & (buckets - 1)) {
        PyErr_SetString(PyExc_ValueError, "no room for so many postings");
        goto done;
    }
    for (Py_ssize_t at = 0; at < count; at++, used++) {
        Py_ssize_t to = bucket(keys[at], buckets);
        fresh[used] = (Posting){keys[at], document, heads[to]};
        heads[to] = (u32)used + 1;
    }
    result = Py_NewRef(Py_None);
done:
    release(&all);
    return result;
}

typedef struct {
    i64 *places;
    u32 *documents;
    Py_ssize_t count, room;
} Found;

static int
add_found(Found *found, i64 place, u32 document)
{
    if (found->count == found->room) {
        Py_ssize_t room = found->room * 2;
        i64 *places = PyMem_Realloc(found->places, (size_t)room * sizeof *places);
        if (places == NULL)
            return PyErr_NoMemory() != NULL;
        found->places = places;
        u32 *documents = PyMem_Realloc(found->documents, (size_t)room * sizeof *documents);
        if (documents == NULL)
            return PyErr_NoMemory() != NULL;
        found->documents = documents;
        found->room = room;
    }
    found->places[found->count] = place;
    found->documents[found->count++] = document;
    return 1;
}

static u32
key_at(const u64 *postings, Py_ssize_t at)
{
    return (u32)(postings[at] >> 32);
}

/* Where the postings of a key end in a sorted run. Keys are hashes, spread evenly: the place is guessed, then searched
 * for in ever larger steps from there, then by halves (Bentley and Yao 1976). */
static Py_ssize_t
end_of(const u64 *postings, Py_ssize_t size, u32 key)
{
    u32 first = key_at(postings, 0), last = key_at(postings, size - 1);
    if (key < first || key >= last)
        return key < first ? 0 : size;
    Py_ssize_t start = (Py_ssize_t)((u64)(key - first) * (u64)(size - 1) / (last - first));
    Py_ssize_t low = 0, high = size, step = STEP; /* postings before `low` are not beyond the key, from `high` they are */
    if (key_at(postings, start) <= key) {
        for (low = start + 1; step < size - low && key_at(postings, low + step) <= key; step *= 4)
            low += step + 1;
        high = step < size - low ? low + step : size;
    } else {
        for (high = start; step <= high && key_at(postings, high - step) > key; step *= 4)
            high -= step;
        low = step <= high ? high - step + 1 : 0;
    }
    while (low < high) {
        Py_ssize_t middle = (low + high) / 2;
        if (key_at(postings, middle) <= key)
            low = middle + 1;
        else
            high = middle;
    }
    return low;
}

PyObject *
find(PyObject *module, PyObject *const *args, Py_ssize_t given)
{
    Buffers all = {.count = 0};
    PyObject *result = NULL;
    Found found = {NULL, NULL, 0, 0};
    i64 *left = NULL;
    Py_ssize_t count, buckets, held;
    if (!arguments(given, 6))
        return NULL;
    i64 used = PyLong_AsLongLong(args[3]), most = PyLong_AsLongLong(args[5]);
    if (PyErr_Occurred())
        return NULL;
    if (!PyList_Check(args[4])) {
        PyErr_SetString(PyExc_TypeError, "the runs are no list");
        return NULL;
    }
    const u32 *keys = borrow(&all, args[0], 4, 0, &count);
    const u32 *heads = keys ? borrow(&all, args[1], 4, 0, &buckets) : NULL;
    const Posting *fresh = heads ? borrow(&all, args[2], sizeof *fresh, 0, &held) : NULL;
    if (fresh == NULL)
        goto done;
    if (used < 0 || used > held || buckets == 0 || buckets & (buckets - 1)) {
        PyErr_SetString(PyExc_ValueError, "there are not so many postings");
        goto done;
    }
    found.room = 4 * count + 16;
    if ((found.places = room(found.room, sizeof *found.places)) == NULL ||
        (found.documents = room(found.room, sizeof *found.documents)) == NULL ||
        (left = room(count, sizeof *left)) == NULL)
        goto done;
    for (Py_ssize_t at = 0; at < count; at++) {
        left[at] = most;
        /* A chain leads to ever smaller numbers; one that does not is damaged, and ends here. */
        i64 next = heads[bucket(keys[at], buckets)];
        for (i64 last = used + 1; next && next < last && left[at] > 0; last = next, next = fresh[next - 1].older)
            if (fresh[next - 1].key == keys[at]) {
                if (!add_found(&found, at, fresh[next - 1].document))
                    goto done;
                left[at]--;
            }
    }
    for (Py_ssize_t run = PyList_GET_SIZE(args[4]) - 1; run >= 0; run--) {
        Buffers one = {.count = 0};
        Py_ssize_t size;
        const u64 *postings = borrow(&one, PyList_GET_ITEM(args[4], run), 8, 0, &size);
        if (postings == NULL) {
            release(&one);
            goto done;
        }
        for (Py_ssize_t at = 0; size > 0 && at < count; at++) {
            Py_ssize_t end = end_of(postings, size, keys[at]); /* the newest stands last */
            for (; end > 0 && left[at] > 0 && key_at(postings, end - 1) == keys[at]; end--, left[at]--)
                if (!add_found(&found, at, (u32)postings[end - 1])) {
                    release(&one);
                    goto done;
                }
        }
        release(&one);
    }
    result = Py_BuildValue("(NN)", array_of(found.places, found.count, sizeof *found.places),
                           array_of(found.documents, found.count, sizeof *found.documents));
done:
    PyMem_Free(found.places);
    PyMem_Free(found.documents);
    PyMem_Free(left);
    release(&all);
    return result;
}

int
borrow_column(Buffers *all, PyObject *given, Column *column)
{
    if (!PyTuple_Check(given) || PyTuple_GET_SIZE(given) != 4) {
        PyErr_SetString(PyExc_TypeError, "a column is values, elders, base and what is gone");
        return 0;
    }
    column->base = PyLong_AsLongLong(PyTuple_GET_ITEM(given, 2));
    column->gone = PyLong_AsLongLong(PyTuple_GET_ITEM(given, 3));
    if (PyErr_Occurred())
        return 0;
    column->values = borrow(all, PyTuple_GET_ITEM(given, 0), 8, 0, &column->rows);
    column->elders = column->values ? borrow(all, PyTuple_GET_ITEM(given, 1), 8, 0, &column->old) : NULL;
    return column->elders != NULL;
}

i64
cell(const Column *column, i64 number)
{
    i64 row = number - column->base + column->old;
    if (number < column->base) {
        Py_ssize_t low = 0, high = column->old;
        while (low < high) {
            Py_ssize_t middle = (low + high) / 2;
            if (column->elders[middle] < number)
                low = middle + 1;
            else
                high = middle;
        }
        row = low < column->old && column->elders[low] == number ? low : -1;
    }
    return row >= 0 && row < column->rows ? column->values[row] : column->gone;
}
