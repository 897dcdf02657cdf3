/* What a copy is indexed under: lineage/imprint.py. */
#include "kernels.h"

PyObject *
cut(PyObject *module, PyObject *const *args, Py_ssize_t given)
{
    Buffers all = {.count = 0};
    PyObject *result = NULL;
    Py_ssize_t size;
    if (!arguments(given, 3))
        return NULL;
    unsigned long shift = PyLong_AsUnsignedLong(args[1]);
    Py_ssize_t most = PyErr_Occurred() ? -1 : PyLong_AsSsize_t(args[2]);
    const u64 *hashes = PyErr_Occurred() ? NULL : borrow(&all, args[0], 8, 0, &size);
    if (hashes == NULL)
        goto done;
    if (shift > 63 || most < 0) {
        PyErr_SetString(PyExc_ValueError, "a hash has 64 bits, and a list no fewer than 0 items");
        goto done;
    }
    Py_ssize_t count = size < most ? size : most;
    if ((result = array_of(NULL, count, 4)) != NULL)
        for (Py_ssize_t at = 0; at < count; at++)
            ((u32 *)PyByteArray_AS_STRING(result))[at] = (u32)(hashes[at] >> shift);
done:
    release(&all);
    return result;
}
