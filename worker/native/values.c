/* Instances of frozen dataclasses: worker/quick.py. Their own __init__ sets each field by a call of its own. */
#include "kernels.h"
#include <structmember.h>

typedef struct {
    PyObject *names, *defaults, *makers; /* tuples; without a default: NotImplemented, without a maker: None */
    Py_ssize_t positional, count;
    Py_ssize_t offsets[];
} Plan;

static PyObject *plan_name; /* under which a class keeps its plan */

static void
forget(PyObject *capsule)
{
    Plan *plan = PyCapsule_GetPointer(capsule, "plan");
    Py_DECREF(plan->names);
    Py_DECREF(plan->defaults);
    Py_DECREF(plan->makers);
    PyMem_Free(plan);
}

static PyObject **
slot(PyObject *made, const Plan *plan, Py_ssize_t field)
{
    return (PyObject **)((char *)made + plan->offsets[field]);
}

/* Find a field by name, which is interned as those of the plan are; callers mostly keep their order. */
static Py_ssize_t
field_of(const Plan *plan, PyObject *name, Py_ssize_t likely)
{
    for (Py_ssize_t field = likely; field < plan->count; field++)
        if (PyTuple_GET_ITEM(plan->names, field) == name)
            return field;
    for (Py_ssize_t field = 0; field < likely; field++)
        if (PyTuple_GET_ITEM(plan->names, field) == name)
            return field;
    return -1;
}

static PyObject *
make(PyObject *class, PyObject *const *args, size_t flags, PyObject *names)
{
    PyTypeObject *type = (PyTypeObject *)class;
    PyObject *capsule = PyDict_GetItemWithError(type->tp_dict, plan_name);
    const Plan *plan = capsule ? PyCapsule_GetPointer(capsule, "plan") : NULL;
    Py_ssize_t given = PyVectorcall_NARGS(flags), named = names ? PyTuple_GET_SIZE(names) : 0, likely = given;
    if (plan == NULL)
        return NULL;
    PyObject *made = type->tp_alloc(type, 0);
    if (made == NULL)
        return NULL;
    if (given > plan->positional)
        goto refused;
    for (Py_ssize_t field = 0; field < given; field++)
        *slot(made, plan, field) = Py_NewRef(args[field]);
    for (Py_ssize_t at = 0; at < named; at++) {
        Py_ssize_t field = field_of(plan, PyTuple_GET_ITEM(names, at), likely);
        if (field < 0 || *slot(made, plan, field) != NULL)
            goto refused;
        *slot(made, plan, field) = Py_NewRef(args[given + at]);
        likely = field + 1;
    }
    if (given + named < plan->count)
        for (Py_ssize_t field = given; field < plan->count; field++) {
            PyObject **value = slot(made, plan, field), *maker = PyTuple_GET_ITEM(plan->makers, field);
            if (*value != NULL)
                continue;
            if (maker != Py_None) {
                if ((*value = PyObject_CallNoArgs(maker)) == NULL) {
                    Py_DECREF(made);
                    return NULL;
                }
            } else {
                PyObject *fallback = PyTuple_GET_ITEM(plan->defaults, field);
                if (fallback == Py_NotImplemented)
                    goto refused;
                *value = Py_NewRef(fallback);
            }
        }
    return made;
refused: /* __init__ says what is wrong, or knows better */
    Py_DECREF(made);
    PyObject *row = PyTuple_New(given), *rest = PyDict_New();
    made = NULL;
    for (Py_ssize_t at = 0; row && at < given; at++)
        PyTuple_SET_ITEM(row, at, Py_NewRef(args[at]));
    int failed = row == NULL || rest == NULL;
    for (Py_ssize_t at = 0; !failed && at < named; at++)
        failed = PyDict_SetItem(rest, PyTuple_GET_ITEM(names, at), args[given + at]) < 0;
    if (!failed)
        made = PyType_Type.tp_call(class, row, rest);
    Py_XDECREF(row);
    Py_XDECREF(rest);
    return made;
}

PyObject *
quicken(PyObject *module, PyObject *const *args, Py_ssize_t given)
{
    if (!arguments(given, 5))
        return NULL;
    Py_ssize_t positional = PyLong_AsSsize_t(args[4]);
    if (PyErr_Occurred())
        return NULL;
    if (!PyType_Check(args[0]) || !PyTuple_Check(args[1]) || !PyTuple_Check(args[2]) || !PyTuple_Check(args[3])) {
        PyErr_SetString(PyExc_TypeError, "quicken takes type, tuple, tuple, tuple, int");
        return NULL;
    }
    PyTypeObject *type = (PyTypeObject *)args[0];
    Py_ssize_t count = PyTuple_GET_SIZE(args[1]);
    if (!sized(PyTuple_GET_SIZE(args[2]), count) || !sized(PyTuple_GET_SIZE(args[3]), count))
        return NULL;
    Plan *plan = room(1, (Py_ssize_t)(sizeof *plan + (size_t)count * sizeof *plan->offsets));
    if (plan == NULL)
        return NULL;
    *plan = (Plan){args[1], args[2], args[3], positional < count ? positional : count, count};
    for (Py_ssize_t field = 0; field < count; field++) {
        PyObject *member = PyObject_GetAttr(args[0], PyTuple_GET_ITEM(args[1], field));
        int fits = member && Py_IS_TYPE(member, &PyMemberDescr_Type) &&
                   PyType_IsSubtype(type, ((PyDescrObject *)member)->d_type) &&
                   ((PyMemberDescrObject *)member)->d_member->type == T_OBJECT_EX;
        if (fits)
            plan->offsets[field] = ((PyMemberDescrObject *)member)->d_member->offset;
        Py_XDECREF(member);
        if (!fits) {
            if (!PyErr_Occurred())
                PyErr_Format(PyExc_TypeError, "%S is no slot", PyTuple_GET_ITEM(args[1], field));
            PyMem_Free(plan);
            return NULL;
        }
    }
    Py_INCREF(plan->names);
    Py_INCREF(plan->defaults);
    Py_INCREF(plan->makers);
    PyObject *capsule = PyCapsule_New(plan, "plan", forget);
    if (capsule == NULL || (plan_name == NULL && (plan_name = PyUnicode_InternFromString("__plan__")) == NULL) ||
        PyObject_SetAttr(args[0], plan_name, capsule) < 0) {
        Py_XDECREF(capsule);
        return NULL;
    }
    Py_DECREF(capsule);
    type->tp_vectorcall = make;
    Py_RETURN_NONE;
}
