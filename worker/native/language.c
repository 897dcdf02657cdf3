/* The commonest words of a language, counted in copy: dialects/language.py says which they are. */
#include "kernels.h"

#define LONGEST 8 /* letters of such a word: they fit one number */
#define BEYOND 0x370 /* scripts that are not Latin begin here */
#define SIGNS 2 /* U+2000 to U+2FFF: punctuation and signs of all scripts */

INLINE void
count_common(const void *text, int width, Py_ssize_t size, const u64 *common, Py_ssize_t many, Py_ssize_t told[3])
{
    for (Py_ssize_t at = 0; at < size; at++) {
        u64 word = 0;
        Py_ssize_t start = at;
        int strange = 0;
        for (; at < size; at++) {
            Py_UCS4 code = PyUnicode_READ(width, text, at);
            if (Py_UNICODE_ISSPACE(code))
                break;
            strange |= code == 0 || code > 127;
            told[2] += code >= BEYOND && code >> 12 != SIGNS;
            word = word << 8 | (code >= 'A' && code <= 'Z' ? code | 32 : code & 127);
        }
        told[1] += at > start;
        if (strange || at - start > LONGEST)
            continue;
        int found = 0;
        for (Py_ssize_t each = 0; each < many; each++)
            found |= common[each] == word;
        told[0] += found && at > start;
    }
}

PyObject *
commonest(PyObject *module, PyObject *const *args, Py_ssize_t given)
{
    Buffers all = {.count = 0};
    Py_ssize_t many, told[3] = {0, 0, 0};
    if (!arguments(given, 2))
        return NULL;
    if (!PyUnicode_Check(args[0])) {
        PyErr_SetString(PyExc_TypeError, "common words are counted in a str");
        return NULL;
    }
    const u64 *words = borrow(&all, args[1], sizeof *words, 0, &many);
    if (words == NULL) {
        release(&all);
        return NULL;
    }
    Py_ssize_t size = PyUnicode_GET_LENGTH(args[0]);
    int width = PyUnicode_KIND(args[0]);
    const void *text = PyUnicode_DATA(args[0]);
    if (width == PyUnicode_1BYTE_KIND)
        count_common(text, PyUnicode_1BYTE_KIND, size, words, many, told);
    else if (width == PyUnicode_2BYTE_KIND)
        count_common(text, PyUnicode_2BYTE_KIND, size, words, many, told);
    else
        count_common(text, PyUnicode_4BYTE_KIND, size, words, many, told);
    release(&all);
    return Py_BuildValue("(nnn)", told[0], told[1], told[2]);
}
