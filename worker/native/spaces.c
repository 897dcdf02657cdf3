/* What white space parts: a text as bytes in which it does not count (story.py), and how many parts there are
 * (dialects/kinds.py). */
#include "kernels.h"

static int
is_text(PyObject *given)
{
    if (!PyUnicode_Check(given))
        PyErr_SetString(PyExc_TypeError, "the text is no str");
    return PyUnicode_Check(given);
}

static char *
encoded(char *out, u32 code) /* UTF-8 (RFC 3629), lone surrogates as well */
{
    if (code < 0x80) {
        *out++ = (char)code;
        return out;
    }
    if (code < 0x800) {
        *out++ = (char)(0xC0 | code >> 6);
    } else {
        if (code < 0x10000) {
            *out++ = (char)(0xE0 | code >> 12);
        } else {
            *out++ = (char)(0xF0 | code >> 18);
            *out++ = (char)(0x80 | (code >> 12 & 63));
        }
        *out++ = (char)(0x80 | (code >> 6 & 63));
    }
    *out++ = (char)(0x80 | (code & 63));
    return out;
}

INLINE char *
squeezed(char *made, const void *text, int width, Py_ssize_t size)
{
    u8 blank[128]; /* of ASCII, which most text is: no branch for each space between words */
    for (int code = 0; code < 128; code++)
        blank[code] = Py_UNICODE_ISSPACE(code) != 0;
    char *out = made;
    int was_blank = 1;
    for (Py_ssize_t at = 0; at < size; at++) {
        u32 code = PyUnicode_READ(width, text, at);
        if (code < 128) {
            int is_blank = blank[code];
            *out = is_blank ? ' ' : (char)code;
            out += !(is_blank & was_blank);
            was_blank = is_blank;
        } else if (!Py_UNICODE_ISSPACE(code)) {
            out = encoded(out, code);
            was_blank = 0;
        } else if (!was_blank) {
            *out++ = ' ';
            was_blank = 1;
        }
    }
    return was_blank && out > made ? out - 1 : out;
}

PyObject *
squeeze(PyObject *module, PyObject *const *args, Py_ssize_t given)
{
    if (!arguments(given, 1) || !is_text(args[0]))
        return NULL;
    Py_ssize_t size = PyUnicode_GET_LENGTH(args[0]);
    int width = PyUnicode_KIND(args[0]);
    const void *text = PyUnicode_DATA(args[0]);
    char *made = room(size, 4), *end;
    if (made == NULL)
        return NULL;
    if (width == PyUnicode_1BYTE_KIND)
        end = squeezed(made, text, PyUnicode_1BYTE_KIND, size);
    else if (width == PyUnicode_2BYTE_KIND)
        end = squeezed(made, text, PyUnicode_2BYTE_KIND, size);
    else
        end = squeezed(made, text, PyUnicode_4BYTE_KIND, size);
    PyObject *result = PyBytes_FromStringAndSize(made, end - made);
    PyMem_Free(made);
    return result;
}

PyObject *
parts(PyObject *module, PyObject *const *args, Py_ssize_t given)
{
    if (!arguments(given, 1) || !is_text(args[0]))
        return NULL;
    Py_ssize_t size = PyUnicode_GET_LENGTH(args[0]), count = 0;
    int width = PyUnicode_KIND(args[0]), was_blank = 1;
    const void *text = PyUnicode_DATA(args[0]);
    for (Py_ssize_t at = 0; at < size; at++) {
        int is_blank = Py_UNICODE_ISSPACE(PyUnicode_READ(width, text, at)) != 0;
        count += was_blank & !is_blank;
        was_blank = is_blank;
    }
    return PyLong_FromSsize_t(count);
}
