/* The inverted index and the columns beside it: lineage/postings.py, lineage/columns.py. */
#include "kernels.h"

static Py_ssize_t
bucket(u32 key, Py_ssize_t buckets)
{
    return (Py_ssize_t)((u32)(key * 2654435769u) & (u32)(buckets - 1));
}

PyObject *
post(PyObject *module, PyObject *const *args, Py_ssize_t given)
{
    Buffers all = {.count = 0};
    PyObject *result = NULL;
    Py_ssize_t count, buckets, room_keys, room_documents, room_older;
    if (!arguments(given, 7))
        return NULL;
    Py_ssize_t used = PyLong_AsSsize_t(args[5]);
    u32 document = (u32)PyLong_AsUnsignedLong(args[6]);
    const u32 *keys = PyErr_Occurred() ? NULL : borrow(&all, args[0], 4, 0, &count);
    u32 *heads = keys ? borrow(&all, args[1], 4, 1, &buckets) : NULL;
    u32 *held = heads ? borrow(&all, args[2], 4, 1, &room_keys) : NULL;
    u32 *documents = held ? borrow(&all, args[3], 4, 1, &room_documents) : NULL;
    u32 *older = documents ? borrow(&all, args[4], 4, 1, &room_older) : NULL;
    if (older == NULL || !sized(room_documents, room_keys) || !sized(room_older, room_keys))
        goto done;
    if (used < 0 || used + count > room_keys || buckets == 0 || buckets & (buckets - 1)) {
        PyErr_SetString(PyExc_ValueError, "no room for so many postings");
        goto done;
    }
    for (Py_ssize_t at = 0; at < count; at++, used++) {
        Py_ssize_t to = bucket(keys[at], buckets);
        held[used] = keys[at];
        documents[used] = document;
        older[used] = heads[to];
        heads[to] = (u32)used + 1; /* 0 ends a chain */
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

PyObject *
find(PyObject *module, PyObject *const *args, Py_ssize_t given)
{
    Buffers all = {.count = 0};
    PyObject *result = NULL;
    Found found = {NULL, NULL, 0, 0};
    i64 *left = NULL;
    Py_ssize_t count, buckets, held, documented, chained;
    if (!arguments(given, 8))
        return NULL;
    Py_ssize_t used = PyLong_AsSsize_t(args[5]);
    i64 most = PyLong_AsLongLong(args[7]);
    if (PyErr_Occurred())
        return NULL;
    if (!PyList_Check(args[6])) {
        PyErr_SetString(PyExc_TypeError, "the runs are no list");
        return NULL;
    }
    const u32 *keys = borrow(&all, args[0], 4, 0, &count);
    const u32 *heads = keys ? borrow(&all, args[1], 4, 0, &buckets) : NULL;
    const u32 *fresh = heads ? borrow(&all, args[2], 4, 0, &held) : NULL;
    const u32 *documents = fresh ? borrow(&all, args[3], 4, 0, &documented) : NULL;
    const u32 *older = documents ? borrow(&all, args[4], 4, 0, &chained) : NULL;
    if (older == NULL || !sized(documented, held) || !sized(chained, held))
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
        Py_ssize_t next = heads[bucket(keys[at], buckets)];
        /* A chain leads to ever smaller numbers; one that does not is damaged, and ends here. */
        for (Py_ssize_t last = used + 1; next && next < last && left[at] > 0; last = next, next = older[next - 1])
            if (fresh[next - 1] == keys[at]) {
                if (!add_found(&found, at, documents[next - 1]))
                    goto done;
                left[at]--;
            }
    }
    for (Py_ssize_t run = PyList_GET_SIZE(args[6]) - 1; run >= 0; run--) {
        Buffers one = {.count = 0};
        Py_ssize_t size;
        const u64 *postings = borrow(&one, PyList_GET_ITEM(args[6], run), 8, 0, &size);
        if (postings == NULL) {
            release(&one);
            goto done;
        }
        for (Py_ssize_t at = 0; at < count; at++) {
            /* The first posting of the next key: those of ours end there, the newest last. */
            Py_ssize_t low = 0, high = size;
            while (low < high) {
                Py_ssize_t middle = (low + high) / 2;
                if ((u32)(postings[middle] >> 32) <= keys[at])
                    low = middle + 1;
                else
                    high = middle;
            }
            for (; low > 0 && left[at] > 0 && (u32)(postings[low - 1] >> 32) == keys[at]; low--, left[at]--)
                if (!add_found(&found, at, (u32)postings[low - 1])) {
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
