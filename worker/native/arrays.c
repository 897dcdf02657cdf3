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
#define BITS 12 /* of a key, that scatter it; each takes room on the stack */
#define MOVES 8 /* of an item that insertion makes, before it gives up */

/* Sort what is in order nearly; 0 when it is not, with equal keys in their order still. */
static int
insert(Item *items, Py_ssize_t count)
{
    Py_ssize_t left = MOVES * count + FEW * FEW;
    for (Py_ssize_t at = 1; at < count; at++) {
        Item item = items[at];
        Py_ssize_t to = at;
        for (; to > 0 && items[to - 1].key > item.key; to--)
            items[to] = items[to - 1];
        items[to] = item;
        if ((left -= at - to) < 0)
            return 0;
    }
    return 1;
}

static Item *
sort_by_bytes(Item *items, Item *spare, Py_ssize_t count)
{
    u32 counts[8][256];
    memset(counts, 0, sizeof counts);
    for (Py_ssize_t at = 0; at < count; at++)
        for (int byte = 0; byte < 8; byte++)
            counts[byte][(items[at].key >> (8 * byte)) & 255]++;
    for (int byte = 0; byte < 8; byte++) {
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
        insert(items, count);
        return items;
    }
    /* Hashes differ in their leading bits: scattered by those, they are in order nearly. */
    u64 differ = 0;
    for (Py_ssize_t at = 1; at < count; at++)
        differ |= items[at].key ^ items[0].key;
    if (differ == 0)
        return items;
    int bits = 1, shift = 0;
    while (bits < BITS && (Py_ssize_t)1 << bits < 2 * count)
        bits++;
    while (differ >> shift >> bits)
        shift++;
    u32 starts[1 << BITS], digits = (u32)1 << bits, before = 0;
    memset(starts, 0, digits * sizeof *starts);
    for (Py_ssize_t at = 0; at < count; at++)
        starts[(items[at].key >> shift) & (digits - 1)]++;
    for (u32 digit = 0; digit < digits; digit++) {
        u32 here = starts[digit];
        starts[digit] = before;
        before += here;
    }
    for (Py_ssize_t at = 0; at < count; at++)
        spare[starts[(items[at].key >> shift) & (digits - 1)]++] = items[at];
    return insert(spare, count) ? spare : sort_by_bytes(spare, items, count);
}

PyObject *
texts_of(PyObject *given)
{
    PyObject *texts = PySequence_Tuple(given);
    for (Py_ssize_t place = 0; texts != NULL && place < PyTuple_GET_SIZE(texts); place++)
        if (!PyUnicode_Check(PyTuple_GET_ITEM(texts, place))) {
            PyErr_SetString(PyExc_TypeError, "a paragraph is no str");
            Py_CLEAR(texts);
        }
    return texts;
}

int
append(PyObject *list, PyObject *made)
{
    int failed = made == NULL || PyList_Append(list, made) < 0;
    Py_XDECREF(made);
    return !failed;
}

Py_ssize_t
first_from(const i64 *numbers, Py_ssize_t low, Py_ssize_t high, i64 least)
{
    while (low < high) {
        Py_ssize_t middle = (low + high) / 2;
        if (numbers[middle] < least)
            low = middle + 1;
        else
            high = middle;
    }
    return low;
}
