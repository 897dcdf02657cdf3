/* Frozen dataclasses made in one step: values.py says why and which. */
#include "kernels.h"
#include <structmember.h>

typedef struct {
    PyObject *name;
    PyObject *usual; /* its default; NULL where it has none that is one object */
    PyObject *maker; /* what makes its default; NULL where nothing does */
    Py_ssize_t offset;
} Field;

typedef struct {
    Py_ssize_t count, placed; /* the first placed fields may be given without a name */
    int frozen;
    Field fields[];
} Layout;

static const char LAYOUT[] = "__quick__"; /* the name of the capsule that holds a layout, and of its class's attribute */
static PyObject *layout_name;              /* the same as a str, made once */

#define KNOWN 64
static struct {
    PyTypeObject *class;
    const Layout *layout; /* owned by the capsule */
} known[KNOWN];           /* by the address of the class: a call need not look into its attributes */

static Py_ssize_t
place_of(const PyTypeObject *class)
{
    return (Py_ssize_t)((size_t)class >> 4) % KNOWN;
}

static void
forget(PyObject *capsule)
{
    Layout *layout = PyCapsule_GetPointer(capsule, LAYOUT);
    for (Py_ssize_t at = 0; at < KNOWN; at++)
        if (known[at].layout == layout)
            known[at].class = NULL;
    for (Py_ssize_t at = 0; at < layout->count; at++) {
        Py_DECREF(layout->fields[at].name);
        Py_XDECREF(layout->fields[at].usual);
        Py_XDECREF(layout->fields[at].maker);
    }
    PyMem_Free(layout);
}

static PyObject **
slot_of(PyObject *made, const Field *field)
{
    return (PyObject **)((char *)made + field->offset);
}

/* Put values into the slots, first those without a name, then the defaults; 0 when these arguments are not right, -1 when a
 * default could not be made. */
static int
filled(PyObject *made, const Layout *layout, PyObject *const *args, Py_ssize_t given, PyObject *names)
{
    Py_ssize_t named = names ? PyTuple_GET_SIZE(names) : 0, next = 0;
    for (Py_ssize_t at = 0; at < given; at++)
        *slot_of(made, &layout->fields[at]) = Py_NewRef(args[at]);
    for (Py_ssize_t at = 0; at < named; at++) {
        Py_ssize_t tried = 0; /* names are interned, and mostly in the order of the fields */
        while (tried++ < layout->count && layout->fields[next].name != PyTuple_GET_ITEM(names, at))
            next = next + 1 < layout->count ? next + 1 : 0;
        if (tried > layout->count)
            return 0;
        PyObject **slot = slot_of(made, &layout->fields[next]);
        if (*slot != NULL)
            return 0;
        *slot = Py_NewRef(args[given + at]);
    }
    for (Py_ssize_t at = 0; at < layout->count; at++) {
        PyObject **slot = slot_of(made, &layout->fields[at]);
        const Field *field = &layout->fields[at];
        if (*slot != NULL)
            continue;
        if (field->usual != NULL)
            *slot = Py_NewRef(field->usual);
        else if (field->maker == NULL)
            return 0;
        else if ((*slot = PyObject_CallNoArgs(field->maker)) == NULL)
            return -1;
    }
    return 1;
}

/* Call the class as Python does, through __init__: for the errors of a wrong call. */
static PyObject *
initialised(PyObject *class, PyObject *const *args, Py_ssize_t given, PyObject *names)
{
    PyObject *made = NULL, *placed = PyTuple_New(given), *named = PyDict_New();
    for (Py_ssize_t at = 0; placed && at < given; at++)
        PyTuple_SET_ITEM(placed, at, Py_NewRef(args[at]));
    int told = placed && named;
    for (Py_ssize_t at = 0; told && names && at < PyTuple_GET_SIZE(names); at++)
        told = PyDict_SetItem(named, PyTuple_GET_ITEM(names, at), args[given + at]) == 0;
    if (told)
        made = PyType_Type.tp_call(class, placed, named);
    Py_XDECREF(placed);
    Py_XDECREF(named);
    return made;
}

/* Return the layout of a class that is quick itself, not by its parent; NULL for others. */
static const Layout *
layout_of(PyTypeObject *class)
{
    Py_ssize_t place = place_of(class);
    if (known[place].class == class)
        return known[place].layout;
    PyObject *capsule = PyDict_GetItem(class->tp_dict, layout_name);
    if (capsule == NULL || !PyCapsule_IsValid(capsule, LAYOUT))
        return NULL;
    known[place].class = class;
    return known[place].layout = PyCapsule_GetPointer(capsule, LAYOUT);
}

/* Tell whether no value of an object can be part of a cycle; a str of a class of its own is a constant here. */
static int
holds_atoms(PyObject *made, const Layout *layout)
{
    for (Py_ssize_t at = 0; at < layout->count; at++) {
        PyObject *value = *slot_of(made, &layout->fields[at]);
        if (!PyUnicode_Check(value) && PyObject_IS_GC(value) && PyObject_GC_IsTracked(value))
            return 0;
    }
    return 1;
}

static PyObject *
make(PyObject *class, PyObject *const *args, size_t flagged, PyObject *names)
{
    PyTypeObject *type = (PyTypeObject *)class;
    Py_ssize_t given = PyVectorcall_NARGS(flagged);
    const Layout *layout = layout_of(type);
    if (layout != NULL && given <= layout->placed) {
        PyObject *made = type->tp_alloc(type, 0);
        int right = made == NULL ? -1 : filled(made, layout, args, given, names);
        if (right > 0) {
            if (layout->frozen && holds_atoms(made, layout))
                PyObject_GC_UnTrack(made); /* as CPython does with tuples: the collector has nothing to find there */
            return made;
        }
        Py_XDECREF(made);
        if (right < 0)
            return NULL;
    }
    return initialised(class, args, given, names);
}

PyObject *
quicken(PyObject *module, PyObject *const *args, Py_ssize_t given)
{
    if (!arguments(given, 6))
        return NULL;
    Py_ssize_t placed = PyLong_AsSsize_t(args[4]);
    int frozen = PyObject_IsTrue(args[5]);
    if (PyErr_Occurred())
        return NULL;
    if (!PyType_Check(args[0]) || !PyTuple_Check(args[1]) || !PyDict_Check(args[2]) ||
        !PyDict_Check(args[3]) || !PyType_HasFeature((PyTypeObject *)args[0], Py_TPFLAGS_HEAPTYPE)) {
        PyErr_SetString(PyExc_TypeError, "not a class, the names of its fields, their defaults and what makes them");
        return NULL;
    }
    if (layout_name == NULL && (layout_name = PyUnicode_InternFromString(LAYOUT)) == NULL)
        return NULL;
    Py_ssize_t count = PyTuple_GET_SIZE(args[1]);
    Layout *layout = PyMem_Calloc(1, sizeof *layout + (size_t)count * sizeof *layout->fields);
    if (layout == NULL)
        return PyErr_NoMemory();
    PyObject *capsule = PyCapsule_New(layout, LAYOUT, forget);
    if (capsule == NULL) {
        PyMem_Free(layout);
        return NULL;
    }
    layout->placed = placed < count ? placed : count;
    layout->frozen = frozen;
    for (; layout->count < count; layout->count++) {
        Field *field = &layout->fields[layout->count];
        PyObject *name = PyTuple_GET_ITEM(args[1], layout->count);
        PyObject *member = PyObject_GetAttr(args[0], name);
        int is_member = member && Py_IS_TYPE(member, &PyMemberDescr_Type);
        PyMemberDef *slot = is_member ? ((PyMemberDescrObject *)member)->d_member : NULL;
        if (slot)
            field->offset = slot->offset;
        int is_slot = slot && slot->type == T_OBJECT_EX;
        Py_XDECREF(member);
        if (!is_slot) {
            if (!PyErr_Occurred())
                PyErr_Format(PyExc_TypeError, "%R is no slot of the class", name);
            Py_DECREF(capsule);
            return NULL;
        }
        field->name = Py_NewRef(name);
        field->usual = Py_XNewRef(PyDict_GetItemWithError(args[2], name));
        field->maker = Py_XNewRef(PyDict_GetItemWithError(args[3], name));
    }
    int kept = PyObject_SetAttr(args[0], layout_name, capsule);
    Py_DECREF(capsule);
    if (kept < 0)
        return NULL;
    ((PyTypeObject *)args[0])->tp_vectorcall = make;
    Py_RETURN_NONE;
}
