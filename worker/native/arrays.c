/* Arrays in and out, and sorting. */
#include "kernels.h"

void
release(Buffers *all)
{
    while (all->count)
        PyBuffer_Release(&all->views[--all->count]);
}

void *
borrow(Buffers *all, PyObject *array, Py_ssize_t width, int writable, Py_ssize_t *size)
{
    Py_buffer *view = &all->views[all->count];
    if (PyObject_GetBuffer(array, view, writable ? PyBUF_WRITABLE : PyBUF_SIMPLE) < 0)
        return NULL;
    all->count++;
    if (view->len % width) {
        PyErr_Format(PyExc_ValueError, "an array of %zd bytes has no items of %zd", view->len, width);
        return NULL;
    }
    *size = view->len / width;
    return view->len ? view->buf : (void *)""; /* an empty array may have no memory at all */
}

int
sized(Py_ssize_t size, Py_ssize_t wanted)
{
    if (size == wanted)
        return 1;
    PyErr_Format(PyExc_ValueError, "an array has %zd items instead of %zd", size, wanted);
    return 0;
}

int
arguments(Py_ssize_t given, Py_ssize_t wanted)
{
    if (given == wanted)
        return 1;
    PyErr_Format(PyExc_TypeError, "%zd arguments instead of %zd", given, wanted);
    return 0;
}

PyObject *
array_of(const void *items, Py_ssize_t count, Py_ssize_t width)
{
    return PyByteArray_FromStringAndSize(items, count * width);
}

void *
room(Py_ssize_t count, Py_ssize_t width)
{
    void *items = PyMem_Malloc(count > 0 ? (size_t)count * (size_t)width : 1);
    if (items == NULL)
        PyErr_NoMemory();
    return items;
}

#define FEW 48 /* items: below, insertion is faster */

/* Sort by the bytes from `first` on; returns the one of the two that holds the items. */
static Item *
radix(Item *items, Item *spare, Py_ssize_t count, int first)
{
    u32 counts[8][256];
    memset(counts, 0, sizeof counts);
    for (Py_ssize_t at = 0; at < count; at++)
        for (int byte = first; byte < 8; byte++)
            counts[byte][(items[at].key >> (8 * byte)) & 255]++;
    for (int byte = first; byte < 8; byte++) {
        u32 *of = counts[byte], before = 0;
        int shift = 8 * byte;
        if (of[(items[0].key >> shift) & 255] == (u32)count)
            continue; /* all alike here */
        for (int digit = 0; digit < 256; digit++) {
            u32 here = of[digit];
            of[digit] = before;
            before += here;
        }
        for (Py_ssize_t at = 0; at < count; at++)
            spare[of[(items[at].key >> shift) & 255]++] = items[at];
        Item *swap = items;
        items = spare;
        spare = swap;
    }
    return items;
}

Item *
sort(Item *items, Item *spare, Py_ssize_t count)
{
    if (count < FEW) {
        for (Py_ssize_t at = 1; at < count; at++) {
            Item item = items[at];
            Py_ssize_t to = at;
            for (; to > 0 && items[to - 1].key > item.key; to--)
                items[to] = items[to - 1];
            items[to] = item;
        }
        return items;
    }
    int first = items[0].key >> 32 ? 4 : 0; /* the high halves of hashes nearly always tell them apart */
    Item *sorted = radix(items, spare, count, first);
    for (Py_ssize_t at = 1; at < count && first; at++)
        if (sorted[at - 1].key > sorted[at].key)
            return radix(sorted, sorted == items ? spare : items, count, 0);
    return sorted;
}
