/* What the files of the kernels share: borrowed arrays, new ones, and one way to sort.
 *
 * Arrays come in as buffers and their sizes are checked, so that no caller can make a loop read or write past one.
 * Every machine finds the same: arithmetic is on whole numbers, but for a few shares. Nothing is kept between calls,
 * but for the layouts of values.c, which their classes keep.
 */
#ifndef WIRETRACE_KERNELS_H
#define WIRETRACE_KERNELS_H

#define PY_SSIZE_T_CLEAN
#include <Python.h>
#include <stdint.h>
#include <string.h>

#if __BYTE_ORDER__ != __ORDER_LITTLE_ENDIAN__
#error "fingerprints and snapshots are little-endian, and so is what these loops read and write"
#endif

typedef uint8_t u8;
typedef uint32_t u32;
typedef uint64_t u64;
typedef int32_t i32;
typedef int64_t i64;

/* What reads characters is compiled once for each width of them (1, 2 or 4 bytes): the width is a constant then. */
#define INLINE static inline __attribute__((always_inline))

#define MOST 16 /* buffers of one call */

typedef struct {
    Py_buffer views[MOST];
    int count;
} Buffers;

void release(Buffers *all);

/* Borrow the memory of an array whose items have `width` bytes; NULL with an error set when it is not that. */
void *borrow(Buffers *all, PyObject *array, Py_ssize_t width, int writable, Py_ssize_t *size);

/* Tell whether an array has so many items, or a call so many arguments; an error is set when not. */
int sized(Py_ssize_t size, Py_ssize_t wanted);
int arguments(Py_ssize_t given, Py_ssize_t wanted);

/* Make a new array of items, or room for some that PyMem_Free frees; NULL with an error set when there is none. */
PyObject *array_of(const void *items, Py_ssize_t count, Py_ssize_t width);
void *room(Py_ssize_t count, Py_ssize_t width);

/* Put a new object at the end of a list, which then owns it; 0 with an error set when it is NULL or there is no room. */
int append(PyObject *list, PyObject *made);

/* Find the first of rising numbers between two places that is not below one; the second place when none is. */
Py_ssize_t first_from(const i64 *numbers, Py_ssize_t low, Py_ssize_t high, i64 least);

/* Hold texts in a tuple, which nobody changes meanwhile; NULL with an error set when one is no str. */
PyObject *texts_of(PyObject *given);

typedef struct {
    u64 key;
    u32 place;
} Item;

/* A column of numbers, see lineage/columns.py: rows from `base`, behind those of the `elders`. */
typedef struct {
    const i64 *values, *elders;
    Py_ssize_t rows, old;
    i64 base, gone;
} Column;

/* Borrow a column, given as the tuple of these; 0 with an error set when it is not that. */
int borrow_column(Buffers *all, PyObject *given, Column *column);

/* Read what the column says of a number; `gone` where it has no row. */
i64 cell(const Column *column, i64 number);

/* What a word of a narrative is, as matching/narrative.py numbers it. */
enum { TOLD, QUOTED, UNPROSAIC, SPOKEN };

/* Sort by key; equal keys keep their order. By the leading bits, then by insertion; what that leaves too far out of
 * order byte by byte, from the least (radix sort: Knuth, vol. 3, 5.2.5). `spare` is as large as `items`; the sorted
 * items stand in the one that is returned. */
Item *sort(Item *items, Item *spare, Py_ssize_t count);

/* The kernels: kernels.pyi says what each takes and gives. */
#define KERNEL(name) PyObject *name(PyObject *module, PyObject *const *args, Py_ssize_t given)

KERNEL(lines);
KERNEL(commonest);
KERNEL(words);
KERNEL(holding);
KERNEL(quoted);
KERNEL(lay_out);
KERNEL(mark);
KERNEL(squeeze);
KERNEL(parts);
KERNEL(quicken);
KERNEL(tell);
KERNEL(shingles);
KERNEL(sample);
KERNEL(bag);
KERNEL(cut);
KERNEL(slots);
KERNEL(compare);
KERNEL(solid);
KERNEL(borrowed);
KERNEL(recurring);
KERNEL(keywords);
KERNEL(alike);
KERNEL(names);
KERNEL(count);
KERNEL(post);
KERNEL(find);
KERNEL(vote);
KERNEL(often);
KERNEL(choose);
KERNEL(pairs);
KERNEL(hosts);
KERNEL(runs);

#endif
