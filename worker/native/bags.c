/* Words counted and weighed by rarity: matching/topic.py. */
#include "kernels.h"

#define SMALL 2 /* an occurrence in the copy without a capital */
#define HEAD 4

PyObject *
bag(PyObject *module, PyObject *const *args, Py_ssize_t given)
{
    Buffers all = {.count = 0};
    PyObject *result = NULL, *words = NULL, *counts = NULL, *names = NULL;
    Item *items = NULL, *spare = NULL;
    Py_ssize_t size, capitals, headed, distinct = 0;
    if (!arguments(given, 3))
        return NULL;
    const u64 *copy = borrow(&all, args[0], 8, 0, &size);
    const u8 *capital = copy ? borrow(&all, args[1], 1, 0, &capitals) : NULL;
    const u64 *head = capital ? borrow(&all, args[2], 8, 0, &headed) : NULL;
    if (head == NULL || !sized(capitals, size))
        goto done;
    Py_ssize_t count = size + headed;
    if ((items = room(count, sizeof *items)) == NULL || (spare = room(count, sizeof *spare)) == NULL)
        goto done;
    for (Py_ssize_t at = 0; at < size; at++)
        items[at] = (Item){copy[at], capital[at] ? 0 : SMALL};
    for (Py_ssize_t at = 0; at < headed; at++)
        items[size + at] = (Item){head[at], HEAD};
    Item *sorted = sort(items, spare, count);
    for (Py_ssize_t at = 0; at < count; at++)
        distinct += at == 0 || sorted[at].key != sorted[at - 1].key;
    if ((words = array_of(NULL, distinct, 8)) == NULL || (counts = array_of(NULL, distinct, 8)) == NULL ||
        (names = array_of(NULL, distinct, 1)) == NULL)
        goto done;
    u64 *word = (u64 *)PyByteArray_AS_STRING(words);
    i64 *often = (i64 *)PyByteArray_AS_STRING(counts);
    u8 *named = (u8 *)PyByteArray_AS_STRING(names);
    for (Py_ssize_t at = 0, to = -1; at < count; at++) {
        u32 occurrence = sorted[at].place;
        if (at == 0 || sorted[at].key != sorted[at - 1].key) {
            word[++to] = sorted[at].key;
            often[to] = 0;
            named[to] = !(occurrence & HEAD); /* the copy stands before the headline: it comes first */
        }
        often[to] += occurrence & HEAD ? 2 : 1;
        if (occurrence & SMALL)
            named[to] = 0;
    }
    result = PyTuple_Pack(3, words, counts, names);
done:
    Py_XDECREF(words);
    Py_XDECREF(counts);
    Py_XDECREF(names);
    PyMem_Free(items);
    PyMem_Free(spare);
    release(&all);
    return result;
}

PyObject *
weigh(PyObject *module, PyObject *const *args, Py_ssize_t given)
{
    Buffers all = {.count = 0};
    PyObject *result = NULL, *rarities = NULL, *weights = NULL;
    Py_ssize_t size, sizes, counted, slots, ratios;
    if (!arguments(given, 8))
        return NULL;
    i64 stories = PyLong_AsLongLong(args[4]), base = PyLong_AsLongLong(args[5]), most = PyLong_AsLongLong(args[7]);
    const u64 *words = PyErr_Occurred() ? NULL : borrow(&all, args[0], 8, 0, &size);
    const i64 *counts = words ? borrow(&all, args[1], 8, 0, &counted) : NULL;
    const u8 *names = counts ? borrow(&all, args[2], 1, 0, &sizes) : NULL;
    const i64 *known = names ? borrow(&all, args[3], 8, 0, &slots) : NULL;
    const i64 *table = known ? borrow(&all, args[6], 8, 0, &ratios) : NULL;
    if (table == NULL || !sized(sizes, size) || !sized(counted, size))
        goto done;
    if (slots == 0 || slots & (slots - 1) || ratios == 0 || stories < 0 || base < 0) {
        PyErr_SetString(PyExc_ValueError, "counters come in powers of two, and nothing is counted below 0");
        goto done;
    }
    if ((rarities = array_of(NULL, size, 8)) == NULL || (weights = array_of(NULL, size, 8)) == NULL)
        goto done;
    i64 *rare = (i64 *)PyByteArray_AS_STRING(rarities), *weight = (i64 *)PyByteArray_AS_STRING(weights);
    u64 squares = 0;
    for (Py_ssize_t at = 0; at < size; at++) {
        i64 often = known[words[at] & (u64)(slots - 1)];
        i64 ratio = (stories + (names[at] ? base : 1)) / (often < 0 ? 1 : often + 1);
        rare[at] = table[ratio < ratios ? ratio : ratios - 1];
        weight[at] = rare[at] * (counts[at] < most ? counts[at] : most);
        squares += (u64)weight[at] * (u64)weight[at];
    }
    result = Py_BuildValue("(OOL)", rarities, weights, (long long)squares);
done:
    Py_XDECREF(rarities);
    Py_XDECREF(weights);
    release(&all);
    return result;
}

PyObject *
heaviest(PyObject *module, PyObject *const *args, Py_ssize_t given)
{
    Buffers all = {.count = 0};
    PyObject *result = NULL;
    Item *items = NULL, *spare = NULL;
    u32 *keys = NULL;
    Py_ssize_t size, sizes, count = 0;
    if (!arguments(given, 3))
        return NULL;
    Py_ssize_t most = PyLong_AsSsize_t(args[2]);
    const u64 *words = PyErr_Occurred() ? NULL : borrow(&all, args[0], 8, 0, &size);
    const i64 *weights = words ? borrow(&all, args[1], 8, 0, &sizes) : NULL;
    if (weights == NULL || !sized(sizes, size))
        goto done;
    if ((items = room(size, sizeof *items)) == NULL || (spare = room(size, sizeof *spare)) == NULL ||
        (keys = room(size, sizeof *keys)) == NULL)
        goto done;
    for (Py_ssize_t at = 0; at < size; at++)
        if (weights[at] > 0)
            items[count++] = (Item){~(u64)weights[at], (u32)(words[at] >> 32)}; /* the heaviest first */
    Item *sorted = sort(items, spare, count);
    if (count > most)
        count = most;
    for (Py_ssize_t at = 0; at < count; at++)
        keys[at] = sorted[at].place;
    result = array_of(keys, count, sizeof *keys);
done:
    PyMem_Free(items);
    PyMem_Free(spare);
    PyMem_Free(keys);
    release(&all);
    return result;
}

PyObject *
slots(PyObject *module, PyObject *const *args, Py_ssize_t given)
{
    Buffers all = {.count = 0};
    PyObject *result = NULL;
    Item *items = NULL, *spare = NULL;
    uint16_t *found = NULL;
    Py_ssize_t size, distinct = 0;
    if (!arguments(given, 1))
        return NULL;
    const u64 *words = borrow(&all, args[0], 8, 0, &size);
    if (words == NULL || (items = room(size, sizeof *items)) == NULL ||
        (spare = room(size, sizeof *spare)) == NULL || (found = room(size, sizeof *found)) == NULL)
        goto done;
    for (Py_ssize_t at = 0; at < size; at++)
        items[at] = (Item){words[at] & 0xFFFF, 0};
    Item *sorted = sort(items, spare, size);
    for (Py_ssize_t at = 0; at < size; at++)
        if (at == 0 || sorted[at].key != sorted[at - 1].key)
            found[distinct++] = (uint16_t)sorted[at].key;
    result = array_of(found, distinct, sizeof *found);
done:
    PyMem_Free(items);
    PyMem_Free(spare);
    PyMem_Free(found);
    release(&all);
    return result;
}

PyObject *
product(PyObject *module, PyObject *const *args, Py_ssize_t given)
{
    Buffers all = {.count = 0};
    PyObject *result = NULL;
    Py_ssize_t size, sizes, others, weighed;
    if (!arguments(given, 4))
        return NULL;
    const u64 *words = borrow(&all, args[0], 8, 0, &size);
    const i64 *weights = words ? borrow(&all, args[1], 8, 0, &sizes) : NULL;
    const u64 *other = weights ? borrow(&all, args[2], 8, 0, &others) : NULL;
    const i64 *theirs = other ? borrow(&all, args[3], 8, 0, &weighed) : NULL;
    if (theirs == NULL || !sized(sizes, size) || !sized(weighed, others))
        goto done;
    u64 sum = 0;
    for (Py_ssize_t at = 0, there = 0; at < size && there < others;) {
        if (words[at] == other[there])
            sum += (u64)weights[at++] * (u64)theirs[there++];
        else if (words[at] < other[there])
            at++;
        else
            there++;
    }
    result = PyLong_FromLongLong((i64)sum);
done:
    release(&all);
    return result;
}
