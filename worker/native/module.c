/* The module worker.kernels: the loops of the core that run once a character, a word or a posting. */
#include "kernels.h"

#define FAST(name) {#name, (PyCFunction)(void (*)(void))name, METH_FASTCALL, NULL}

static PyMethodDef METHODS[] = {
    FAST(alike),
    FAST(bag),
    FAST(borrowed),
    FAST(choose),
    FAST(commonest),
    FAST(compare),
    FAST(count),
    FAST(cut),
    FAST(find),
    FAST(holding),
    FAST(hosts),
    FAST(keywords),
    FAST(lay_out),
    FAST(lines),
    FAST(mark),
    FAST(names),
    FAST(often),
    FAST(pairs),
    FAST(parts),
    FAST(post),
    FAST(quicken),
    FAST(quoted),
    FAST(recurring),
    FAST(runs),
    FAST(sample),
    FAST(shingles),
    FAST(slots),
    FAST(solid),
    FAST(squeeze),
    FAST(tell),
    FAST(vote),
    FAST(words),
    {NULL, NULL, 0, NULL},
};

static struct PyModuleDef MODULE = {
    PyModuleDef_HEAD_INIT, .m_name = "worker.kernels", .m_size = 0, .m_methods = METHODS,
};

PyMODINIT_FUNC
PyInit_kernels(void)
{
    return PyModuleDef_Init(&MODULE);
}
