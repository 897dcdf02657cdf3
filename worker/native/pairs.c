/* Which sentences of two copies belong together, and which of their words: matching/align.py. */
#include "kernels.h"

#define WORDS 128 /* that a sentence may have; a bit each */

/* Sentences, as numbers of their words: those of sentence `at` stand from `starts[at]` to `starts[at + 1]`. */
typedef struct {
    PyObject *const *items;
    Py_ssize_t count;
    Py_ssize_t *starts;
    u32 *words;
    Py_ssize_t longest;
} Side;

/* The words that have been seen, numbered from 0. */
typedef struct {
    PyObject **known;
    u32 *slots;
    size_t mask;
    u32 distinct;
} Numbers;

static int
listed(PyObject *given, PyObject *const **items, Py_ssize_t *count)
{
    if (!PyList_Check(given) && !PyTuple_Check(given)) {
        PyErr_SetString(PyExc_TypeError, "neither a list nor a tuple");
        return 0;
    }
    *items = PySequence_Fast_ITEMS(given);
    *count = PySequence_Fast_GET_SIZE(given);
    return 1;
}

static int
open_numbers(Numbers *of, Py_ssize_t most)
{
    size_t size = 16;
    while (size < 2 * (size_t)most)
        size *= 2;
    of->distinct = 0;
    of->mask = size - 1;
    of->known = room(most, sizeof *of->known);
    of->slots = PyMem_Calloc(size, sizeof *of->slots);
    if (of->slots == NULL)
        PyErr_NoMemory();
    return of->known != NULL && of->slots != NULL;
}

static void
close_numbers(Numbers *of)
{
    PyMem_Free(of->known);
    PyMem_Free(of->slots);
}

static int
number(Numbers *of, PyObject *word, u32 *result)
{
    if (!PyUnicode_CheckExact(word)) {
        PyErr_SetString(PyExc_TypeError, "a word is no str");
        return 0;
    }
    u64 hash = (u64)PyObject_Hash(word) * 0x9E3779B97F4A7C15ULL;
    for (size_t slot = (size_t)(hash >> 32);; slot++) {
        u32 *entry = &of->slots[slot & of->mask];
        if (*entry == 0) {
            of->known[of->distinct] = word;
            *entry = ++of->distinct;
        } else if (of->known[*entry - 1] != word && PyUnicode_Compare(of->known[*entry - 1], word) != 0)
            continue;
        *result = *entry - 1;
        return 1;
    }
}

static int
measure(Side *side, PyObject *given, Py_ssize_t *total)
{
    if (!listed(given, &side->items, &side->count) ||
        (side->starts = room(side->count + 1, sizeof *side->starts)) == NULL)
        return 0;
    side->starts[0] = side->longest = 0;
    for (Py_ssize_t at = 0; at < side->count; at++) {
        PyObject *const *words;
        Py_ssize_t size;
        if (!listed(side->items[at], &words, &size))
            return 0;
        if (size > WORDS) {
            PyErr_Format(PyExc_ValueError, "a sentence of %zd words, at most %d can be compared", size, WORDS);
            return 0;
        }
        side->starts[at + 1] = side->starts[at] + size;
        side->longest = size > side->longest ? size : side->longest;
    }
    *total += side->starts[side->count];
    return 1;
}

static int
read_side(Side *side, Numbers *numbers)
{
    if ((side->words = room(side->starts[side->count], sizeof *side->words)) == NULL)
        return 0;
    for (Py_ssize_t at = 0; at < side->count; at++) {
        PyObject *const *words;
        Py_ssize_t size;
        u32 *into = side->words + side->starts[at];
        if (!listed(side->items[at], &words, &size))
            return 0;
        for (Py_ssize_t word = 0; word < size; word++)
            if (!number(numbers, words[word], &into[word]))
                return 0;
    }
    return 1;
}

/* Sort the words of each sentence, so that what two have in common in order is all that they have in common. */
static void
shuffle(Side *side)
{
    for (Py_ssize_t at = 0; at < side->count; at++) {
        u32 *words = side->words + side->starts[at];
        Py_ssize_t size = side->starts[at + 1] - side->starts[at];
        for (Py_ssize_t next = 1; next < size; next++) {
            u32 word = words[next];
            Py_ssize_t to = next;
            for (; to > 0 && words[to - 1] > word; to--)
                words[to] = words[to - 1];
            words[to] = word;
        }
    }
}

typedef u64 Places[2]; /* where in a sentence a word stands, a bit each */

static void
note(Places *places, const Side *side, Py_ssize_t sentence)
{
    for (Py_ssize_t at = side->starts[sentence], bit = 0; at < side->starts[sentence + 1]; at++, bit++)
        places[side->words[at]][bit >> 6] |= 1ULL << (bit & 63);
}

static void
clear(Places *places, const Side *side, Py_ssize_t sentence)
{
    for (Py_ssize_t at = side->starts[sentence]; at < side->starts[sentence + 1]; at++)
        places[side->words[at]][0] = places[side->words[at]][1] = 0;
}

/* Count the words that a sentence has in common, in order, with the one of `size` that was noted (Hyyrö 2004: a longest common
 * subsequence, all of a row at once). */
static int
common(const Places *places, Py_ssize_t size, const Side *side, Py_ssize_t sentence)
{
    u64 low = ~0ULL, high = ~0ULL;
    if (size <= 64) {
        for (Py_ssize_t at = side->starts[sentence]; at < side->starts[sentence + 1]; at++) {
            u64 found = low & places[side->words[at]][0];
            low = (low + found) | (low ^ found);
        }
        return __builtin_popcountll(~low);
    }
    for (Py_ssize_t at = side->starts[sentence]; at < side->starts[sentence + 1]; at++) {
        const u64 *here = places[side->words[at]];
        u64 found = low & here[0], above = high & here[1];
        u64 sum = low + found;
        high = (high + above + (sum < low)) | (high ^ above);
        low = sum | (low ^ found);
    }
    return __builtin_popcountll(~low) + __builtin_popcountll(~high);
}

typedef struct {
    Side ours, theirs;
    Numbers numbers;
    Places *places;
} Both;

static int
open_both(Both *both, PyObject *ours, PyObject *theirs)
{
    Py_ssize_t total = 0;
    memset(both, 0, sizeof *both);
    if (!measure(&both->ours, ours, &total) || !measure(&both->theirs, theirs, &total) ||
        !open_numbers(&both->numbers, total) || !read_side(&both->ours, &both->numbers) ||
        !read_side(&both->theirs, &both->numbers))
        return 0;
    both->places = PyMem_Calloc(both->numbers.distinct + 1, sizeof *both->places);
    if (both->places == NULL)
        PyErr_NoMemory();
    return both->places != NULL;
}

static void
close_both(Both *both)
{
    close_numbers(&both->numbers);
    PyMem_Free(both->ours.starts);
    PyMem_Free(both->ours.words);
    PyMem_Free(both->theirs.starts);
    PyMem_Free(both->theirs.words);
    PyMem_Free(both->places);
}

PyObject *
pairs(PyObject *module, PyObject *const *args, Py_ssize_t given)
{
    Both both;
    Item *items = NULL, *spare = NULL;
    u8 *taken = NULL;
    PyObject *result = NULL;
    if (!arguments(given, 7))
        return NULL;
    double alike = PyFloat_AsDouble(args[2]), inside = PyFloat_AsDouble(args[4]);
    long least = PyLong_AsLong(args[3]), least_inside = PyLong_AsLong(args[5]);
    int in_order = PyObject_IsTrue(args[6]);
    if (PyErr_Occurred())
        return NULL;
    if (!open_both(&both, args[0], args[1]))
        goto done;
    Py_ssize_t rows = both.ours.count, columns = both.theirs.count, found = 0;
    if (rows > UINT32_MAX / (columns + 1)) {
        PyErr_SetString(PyExc_ValueError, "too many sentences");
        goto done;
    }
    if (!in_order) {
        shuffle(&both.ours);
        shuffle(&both.theirs);
    }
    items = room(rows * columns, sizeof *items);
    spare = items ? room(rows * columns, sizeof *spare) : NULL;
    taken = spare ? PyMem_Calloc(rows + columns + 1, 1) : NULL;
    if (taken == NULL) {
        PyErr_NoMemory();
        goto done;
    }
    for (Py_ssize_t row = 0; row < rows; row++) {
        Py_ssize_t size = both.ours.starts[row + 1] - both.ours.starts[row];
        note(both.places, &both.ours, row);
        for (Py_ssize_t column = 0; column < columns; column++) {
            Py_ssize_t other = both.theirs.starts[column + 1] - both.theirs.starts[column];
            Py_ssize_t shorter = size < other ? size : other, sum = size + other;
            if (shorter == 0 || ((double)(2 * shorter) / (double)sum < alike && inside > 1))
                continue;
            int words = common(both.places, size, &both.theirs, column);
            double of_both = (double)(2 * words) / (double)sum, of_shorter = (double)words / (double)shorter;
            if (!(of_both >= alike && words >= least) && !(of_shorter >= inside && words >= least_inside))
                continue;
            double score = of_both + 0.5 * of_shorter;
            u64 bits; /* those of numbers above 0 are in their order */
            memcpy(&bits, &score, sizeof bits);
            items[found++] = (Item){~bits, (u32)(row * columns + column)};
        }
        clear(both.places, &both.ours, row);
    }
    Item *sorted = sort(items, spare, found);
    if ((result = PyList_New(0)) == NULL)
        goto done;
    for (Py_ssize_t at = 0; at < found; at++) {
        Py_ssize_t row = sorted[at].place / columns, column = sorted[at].place % columns;
        if (taken[row] || taken[rows + column])
            continue;
        taken[row] = taken[rows + column] = 1;
        if (!append(result, Py_BuildValue("(nn)", row, column))) {
            Py_CLEAR(result);
            goto done;
        }
    }
done:
    PyMem_Free(items);
    PyMem_Free(spare);
    PyMem_Free(taken);
    close_both(&both);
    return result;
}

PyObject *
hosts(PyObject *module, PyObject *const *args, Py_ssize_t given)
{
    Both both;
    PyObject *result = NULL;
    if (!arguments(given, 4))
        return NULL;
    double share = PyFloat_AsDouble(args[2]);
    Py_ssize_t least = PyLong_AsSsize_t(args[3]);
    if (PyErr_Occurred())
        return NULL;
    if (!open_both(&both, args[0], args[1]) || (result = PyList_New(0)) == NULL)
        goto done;
    for (Py_ssize_t row = 0; row < both.ours.count; row++) {
        Py_ssize_t best = 0, most = 0;
        Py_ssize_t size = both.ours.starts[row + 1] - both.ours.starts[row];
        note(both.places, &both.ours, row);
        for (Py_ssize_t column = 0; column < both.theirs.count; column++) {
            Py_ssize_t words = both.theirs.starts[column + 1] - both.theirs.starts[column];
            if (words <= most || words < least || (double)words < share * (double)size)
                continue; /* it has fewer words than it had to have in common */
            words = common(both.places, size, &both.theirs, column);
            if (words > most && words >= least && (double)words >= share * (double)size) {
                most = words;
                best = column;
            }
        }
        clear(both.places, &both.ours, row);
        if (!append(result, Py_BuildValue("(nn)", best, most))) {
            Py_CLEAR(result);
            goto done;
        }
    }
done:
    close_both(&both);
    return result;
}

/* Where in a list a word stands, 64 places at a time; `older` leads to more of the same word, counted from 1. */
typedef struct {
    u64 bits;
    u32 block, older;
} Entry;

PyObject *
runs(PyObject *module, PyObject *const *args, Py_ssize_t given)
{
    Numbers numbers = {NULL, NULL, 0, 0};
    u32 *words = NULL, *newest = NULL;
    Entry *entries = NULL;
    u64 *rows = NULL;
    PyObject *const *ours, *const *theirs, *result = NULL;
    Py_ssize_t size, other, head = 0, tail = 0;
    if (!arguments(given, 2) || !listed(args[0], &ours, &size) || !listed(args[1], &theirs, &other))
        return NULL;
    if (!open_numbers(&numbers, size + other) || (words = room(size + other, sizeof *words)) == NULL)
        goto done;
    for (Py_ssize_t at = 0; at < size + other; at++)
        if (!number(&numbers, at < size ? ours[at] : theirs[at - size], &words[at]))
            goto done;
    const u32 *one = words, *two = words + size;
    while (head < size && head < other && one[head] == two[head])
        head++;
    while (tail < size - head && tail < other - head && one[size - tail - 1] == two[other - tail - 1])
        tail++;
    Py_ssize_t width = size - head - tail, depth = other - head - tail, blocks = (width + 63) / 64;
    newest = PyMem_Calloc(numbers.distinct + 1, sizeof *newest);
    if (newest == NULL)
        PyErr_NoMemory();
    entries = newest ? room(width, sizeof *entries) : NULL;
    rows = entries ? PyMem_Calloc(depth + 1, blocks * sizeof *rows) : NULL; /* a bit for each two words */
    if (rows == NULL) {
        PyErr_NoMemory();
        goto done;
    }
    u32 used = 0;
    for (Py_ssize_t at = 0; at < width; at++) {
        u32 *last = &newest[one[head + at]], block = (u32)(at >> 6);
        if (*last == 0 || entries[*last - 1].block != block) {
            entries[used] = (Entry){0, block, *last};
            *last = ++used;
        }
        entries[*last - 1].bits |= 1ULL << (at & 63);
    }
    for (Py_ssize_t row = 0; row < depth; row++) { /* as in `common`, but every row is kept */
        u64 *here = rows + row * blocks, carry = 0;
        for (u32 entry = newest[two[head + row]]; entry; entry = entries[entry - 1].older)
            here[entries[entry - 1].block] = entries[entry - 1].bits;
        for (Py_ssize_t block = 0; block < blocks; block++) {
            u64 before = row ? here[block - blocks] : ~0ULL;
            u64 found = before & here[block], sum = before + found, more = sum + carry;
            carry = (sum < before) | (more < sum);
            here[block] = more | (before ^ found);
        }
    }
#define MISSES(row, column) (rows[(row) * blocks + ((column) >> 6)] >> ((column) & 63) & 1)
    if ((result = PyList_New(0)) == NULL)
        goto done;
    Py_ssize_t a = size, b = other, length = tail; /* of the run that is being read, from its end */
    Py_ssize_t column = width, row = depth;
    a -= tail;
    b -= tail;
    while (column && row) {
        if (MISSES(row - 1, column - 1)) {
            column--;
            continue;
        }
        row--;
        if (row && !MISSES(row - 1, column - 1))
            continue;
        column--;
        if (length && a == head + column + 1 && b == head + row + 1) {
            length++;
        } else {
            if (length && !append(result, Py_BuildValue("(nnn)", a, b, length)))
                goto failed;
            length = 1;
        }
        a = head + column;
        b = head + row;
    }
    if (length && head && a == head && b == head) { /* grows together with what both begin with */
        a = b = 0;
        length += head;
        head = 0;
    }
    if ((length && !append(result, Py_BuildValue("(nnn)", a, b, length))) ||
        (head && !append(result, Py_BuildValue("(nnn)", (Py_ssize_t)0, (Py_ssize_t)0, head))) ||
        PyList_Reverse(result) < 0)
        goto failed;
    goto done;
failed:
    Py_CLEAR(result);
done:
    PyMem_Free(words);
    PyMem_Free(newest);
    PyMem_Free(entries);
    PyMem_Free(rows);
    close_numbers(&numbers);
    return result;
}
