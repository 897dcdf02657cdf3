/* Runs of words as hashes, all or a sample: matching/sketch.py. */
#include "kernels.h"

static const u64 FACTORS[3] = {0x9E3779B97F4A7C15ULL, 0xC2B2AE3D27D4EB4FULL, 0x165667B19E3779F9ULL};

INLINE u64
run(const u64 *words, Py_ssize_t width)
{
    u64 hash = 0;
    for (Py_ssize_t at = 0; at < width; at++) {
        hash += words[at] * FACTORS[at % 3];
        hash ^= hash >> 29;
        hash *= 0xBF58476D1CE4E5B9ULL;
    }
    return hash ^ (hash >> 32);
}

static inline u64
shingle(const u64 *words, Py_ssize_t width)
{
    return width == 3 ? run(words, 3) : run(words, width); /* the usual width, without a loop */
}

PyObject *
shingles(PyObject *module, PyObject *const *args, Py_ssize_t given)
{
    Buffers all = {.count = 0};
    PyObject *result = NULL, *hashes = NULL, *order = NULL, *ordered = NULL;
    Item *items = NULL, *spare = NULL;
    Py_ssize_t size;
    if (!arguments(given, 2))
        return NULL;
    Py_ssize_t width = PyLong_AsSsize_t(args[1]);
    const u64 *read = width == -1 && PyErr_Occurred() ? NULL : borrow(&all, args[0], 8, 0, &size);
    if (read == NULL)
        goto done;
    if (width > size)
        width = size;
    Py_ssize_t count = size ? size - width + 1 : 0;
    if ((items = room(count, sizeof *items)) == NULL || (spare = room(count, sizeof *spare)) == NULL ||
        (hashes = array_of(NULL, count, 8)) == NULL || (order = array_of(NULL, count, 4)) == NULL ||
        (ordered = array_of(NULL, count, 8)) == NULL)
        goto done;
    u64 *hash = (u64 *)PyByteArray_AS_STRING(hashes), *by_hash = (u64 *)PyByteArray_AS_STRING(ordered);
    u32 *place = (u32 *)PyByteArray_AS_STRING(order);
    for (Py_ssize_t at = 0; at < count; at++) {
        hash[at] = shingle(read + at, width);
        items[at] = (Item){hash[at], (u32)at};
    }
    Item *sorted = sort(items, spare, count);
    for (Py_ssize_t at = 0; at < count; at++) {
        by_hash[at] = sorted[at].key;
        place[at] = sorted[at].place;
    }
    result = PyTuple_Pack(3, hashes, order, ordered);
done:
    Py_XDECREF(hashes);
    Py_XDECREF(order);
    Py_XDECREF(ordered);
    PyMem_Free(items);
    PyMem_Free(spare);
    release(&all);
    return result;
}

PyObject *
sample(PyObject *module, PyObject *const *args, Py_ssize_t given)
{
    Buffers all = {.count = 0};
    PyObject *result = NULL;
    Item *items = NULL, *spare = NULL;
    u64 *chosen = NULL;
    Py_ssize_t size;
    if (!arguments(given, 4))
        return NULL;
    Py_ssize_t width = PyLong_AsSsize_t(args[1]);
    u64 bound = PyLong_AsUnsignedLongLong(args[2]);
    Py_ssize_t least = PyLong_AsSsize_t(args[3]);
    const u64 *read = PyErr_Occurred() ? NULL : borrow(&all, args[0], 8, 0, &size);
    if (read == NULL)
        goto done;
    if (width > size)
        width = size;
    Py_ssize_t shingled = size ? size - width + 1 : 0;
    if ((items = room(shingled, sizeof *items)) == NULL || (spare = room(shingled, sizeof *spare)) == NULL ||
        (chosen = room(shingled, sizeof *chosen)) == NULL)
        goto done;
    /* First those below the bound; when too few are, all of them, for the smallest. */
    for (int every = 0; every < 2; every++) {
        Py_ssize_t count = 0, distinct = 0;
        for (Py_ssize_t at = 0; at < shingled; at++) {
            u64 hash = shingle(read + at, width);
            if (every || hash < bound)
                items[count++] = (Item){hash, 0};
        }
        Item *sorted = sort(items, spare, count);
        for (Py_ssize_t at = 0; at < count; at++)
            if (at == 0 || sorted[at].key != sorted[at - 1].key)
                chosen[distinct++] = sorted[at].key;
        if (distinct >= least || every) {
            if (every && distinct > least)
                distinct = least;
            result = PyBytes_FromStringAndSize((char *)chosen, distinct * (Py_ssize_t)sizeof *chosen);
            break;
        }
    }
done:
    PyMem_Free(items);
    PyMem_Free(spare);
    PyMem_Free(chosen);
    release(&all);
    return result;
}
