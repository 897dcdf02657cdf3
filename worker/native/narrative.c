/* What each word of a copy is: matching/narrative.py. */
#include "kernels.h"

PyObject *
lay_out(PyObject *module, PyObject *const *args, Py_ssize_t given)
{
    Buffers all = {.count = 0};
    PyObject *texts = NULL, *starts = NULL, *listed = NULL, *result = NULL;
    Py_ssize_t count, capitals;
    if (!arguments(given, 4))
        return NULL;
    double share = PyFloat_AsDouble(args[3]);
    const i64 *words = PyErr_Occurred() ? NULL : borrow(&all, args[1], 8, 0, &count);
    const u8 *capital = words ? borrow(&all, args[2], 1, 0, &capitals) : NULL;
    if (capital == NULL || !sized(capitals, count) ||
        (texts = texts_of(args[0])) == NULL)
        goto done;
    Py_ssize_t paragraphs = PyTuple_GET_SIZE(texts);
    if ((starts = array_of(NULL, paragraphs + 1, 8)) == NULL || (listed = PyList_New(0)) == NULL)
        goto done;
    i64 *start = (i64 *)PyByteArray_AS_STRING(starts), offset = 0;
    Py_ssize_t first = first_from(words, 0, count, 0);
    for (Py_ssize_t place = 0; place < paragraphs; place++) {
        Py_ssize_t big = 0;
        offset += PyUnicode_GET_LENGTH(PyTuple_GET_ITEM(texts, place)) + 1; /* and a line end */
        Py_ssize_t last = first_from(words, first, count, offset);
        for (Py_ssize_t word = first; word < last; word++)
            big += capital[word] != 0;
        if ((double)big >= share * (double)(last - first) &&
            !append(listed, Py_BuildValue("(nn)", place, last - first)))
            goto done;
        start[place] = first;
        first = last;
    }
    start[paragraphs] = first;
    result = PyTuple_Pack(2, starts, listed);
done:
    Py_XDECREF(starts);
    Py_XDECREF(listed);
    Py_XDECREF(texts);
    release(&all);
    return result;
}

PyObject *
mark(PyObject *module, PyObject *const *args, Py_ssize_t given)
{
    Buffers all = {.count = 0};
    PyObject *texts = NULL, *within = NULL, *spans = NULL, *result = NULL;
    Py_ssize_t marked, count;
    if (!arguments(given, 6))
        return NULL;
    long value = PyLong_AsLong(args[4]);
    Py_ssize_t least = PyLong_AsSsize_t(args[5]);
    u8 *marks = PyErr_Occurred() ? NULL : borrow(&all, args[0], 1, 1, &marked);
    const i64 *words = marks ? borrow(&all, args[1], 8, 0, &count) : NULL;
    if (words == NULL || !sized(marked, count) || (texts = texts_of(args[2])) == NULL ||
        (within = PySequence_Tuple(args[3])) == NULL || !sized(PyTuple_GET_SIZE(within), PyTuple_GET_SIZE(texts)))
        goto done;
    i64 offset = 0;
    for (Py_ssize_t place = 0; place < PyTuple_GET_SIZE(texts); place++) {
        if ((spans = PySequence_Fast(PyTuple_GET_ITEM(within, place), "the spans are no sequence")) == NULL)
            goto done;
        for (Py_ssize_t number = 0; number < PySequence_Fast_GET_SIZE(spans); number++) {
            PyObject *span = PySequence_Fast_GET_ITEM(spans, number);
            if (!PyTuple_Check(span) || PyTuple_GET_SIZE(span) != 2 || !PyLong_Check(PyTuple_GET_ITEM(span, 0)) ||
                !PyLong_Check(PyTuple_GET_ITEM(span, 1))) {
                PyErr_SetString(PyExc_TypeError, "a span is no pair of numbers");
                goto done;
            }
            Py_ssize_t start = PyLong_AsSsize_t(PyTuple_GET_ITEM(span, 0));
            Py_ssize_t end = PyLong_AsSsize_t(PyTuple_GET_ITEM(span, 1));
            if (PyErr_Occurred())
                goto done;
            if (start < 0 || end > PyUnicode_GET_LENGTH(PyTuple_GET_ITEM(texts, place))) {
                PyErr_SetString(PyExc_ValueError, "a span beyond its paragraph");
                goto done;
            }
            Py_ssize_t first = first_from(words, 0, count, offset + start);
            Py_ssize_t last = first_from(words, first, count, offset + end);
            if (last - first >= least)
                memset(marks + first, (int)value, (size_t)(last - first));
        }
        Py_CLEAR(spans);
        offset += PyUnicode_GET_LENGTH(PyTuple_GET_ITEM(texts, place)) + 1;
    }
    result = Py_NewRef(Py_None);
done:
    Py_XDECREF(spans);
    Py_XDECREF(within);
    Py_XDECREF(texts);
    release(&all);
    return result;
}

static int
is_one_of(u64 word, const u64 *persons, Py_ssize_t count)
{
    for (Py_ssize_t at = 0; at < count; at++)
        if (persons[at] == word)
            return 1;
    return 0;
}

PyObject *
tell(PyObject *module, PyObject *const *args, Py_ssize_t given)
{
    Buffers all = {.count = 0};
    PyObject *result = NULL;
    i64 *steps = NULL;
    Py_ssize_t size, marked, bounds, people, told = 0, spoken = 0, speakers = 0, here = 0, last = -1;
    if (!arguments(given, 7))
        return NULL;
    Py_ssize_t near = PyLong_AsSsize_t(args[4]), between = PyLong_AsSsize_t(args[5]);
    Py_ssize_t least = PyLong_AsSsize_t(args[6]);
    const u64 *words = PyErr_Occurred() ? NULL : borrow(&all, args[0], 8, 0, &size);
    u8 *marks = words ? borrow(&all, args[1], 1, 1, &marked) : NULL;
    const i64 *starts = marks ? borrow(&all, args[2], 8, 0, &bounds) : NULL;
    const u64 *persons = starts ? borrow(&all, args[3], 8, 0, &people) : NULL;
    if (persons == NULL || !sized(marked, size))
        goto done;
    for (Py_ssize_t at = 0; at < bounds; at++)
        if (starts[at] < (at ? starts[at - 1] : 0) || starts[at] > size) {
            PyErr_SetString(PyExc_ValueError, "paragraphs out of order");
            goto done;
        }
    if ((steps = room(size + 1, sizeof *steps)) == NULL || (result = array_of(NULL, size, 1)) == NULL)
        goto done;
    memset(steps, 0, (size_t)(size + 1) * sizeof *steps);
    u8 *is_told = (u8 *)PyByteArray_AS_STRING(result);
    u64 may_be = 0; /* by the low bits: most words are spared the search */
    for (Py_ssize_t at = 0; at < people; at++)
        may_be |= (u64)1 << (persons[at] & 63);
    for (Py_ssize_t at = 0; at < size; at++) {
        is_told[at] = marks[at] == TOLD;
        told += is_told[at];
        if (!is_told[at] || !(may_be >> (words[at] & 63) & 1) || !is_one_of(words[at], persons, people))
            continue;
        speakers++;
        steps[at > near ? at - near : 0]++;
        steps[at + near + 1 < size ? at + near + 1 : size]--;
        while (here + 1 < bounds && starts[here + 1] <= at)
            here++; /* the paragraph that holds it */
        if (last >= 0 && here > last && here - last <= between && here + 1 < bounds) {
            steps[starts[last]]++;
            steps[starts[here + 1]]--;
        }
        last = here;
    }
    if (!speakers)
        goto done;
    i64 height = 0;
    for (Py_ssize_t at = 0; at < size; at++) {
        height += steps[at];
        steps[at] = is_told[at] && height > 0;
        spoken += steps[at];
    }
    if (told - spoken < least)
        goto done;
    for (Py_ssize_t at = 0; at < size; at++)
        if (steps[at]) {
            marks[at] = SPOKEN;
            is_told[at] = 0;
        }
done:
    PyMem_Free(steps);
    release(&all);
    return result;
}
