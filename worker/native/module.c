/* The module worker.kernels: the loops of the core that run once a character, a word or a posting. */
#include "kernels.h"

#define FAST(name) {#name, (PyCFunction)(void (*)(void))name, METH_FASTCALL, NULL}

static PyMethodDef METHODS[] = {
    FAST(lines), FAST(quicken),
    FAST(words), FAST(tell), FAST(shingles), FAST(sample), FAST(bag),  FAST(weigh), FAST(heaviest), FAST(slots), FAST(product),
    FAST(match), FAST(side), FAST(post), FAST(find), FAST(vote), FAST(often), FAST(choose), FAST(look_up), {NULL, NULL, 0, NULL},
};

static struct PyModuleDef MODULE = {
    PyModuleDef_HEAD_INIT, .m_name = "worker.kernels", .m_size = 0, .m_methods = METHODS,
};

PyMODINIT_FUNC
PyInit_kernels(void)
{
    return PyModuleDef_Init(&MODULE);
}
