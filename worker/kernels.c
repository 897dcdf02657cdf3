/* The loops of the core that run once a character, a word or a posting; kernels.pyi says what each takes and gives.
 *
 * Arrays come in as buffers and their sizes are checked here, so that no caller can make a loop read or write past
 * one. All arithmetic is on whole numbers, so that every machine finds the same. Nothing is kept between calls.
 */
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
typedef int64_t i64;

#define PLANE 65536 /* characters beyond, such as emoji, part words */
#define ODD 0x9E3779B97F4A7C15ULL
#define MOST 16 /* buffers of one call */
#define MOST_CHOSEN 64 /* documents that one story may be compared with */

/* Buffers ------------------------------------------------------------------------------------------------- */

typedef struct {
    Py_buffer views[MOST];
    int count;
} Buffers;

static void
release(Buffers *all)
{
    while (all->count)
        PyBuffer_Release(&all->views[--all->count]);
}

/* Borrow the memory of an array whose items have `width` bytes; NULL with an error set when it is not that. */
static void *
borrow(Buffers *all, PyObject *array, Py_ssize_t width, int writable, Py_ssize_t *size)
{
    Py_buffer *view = &all->views[all->count];
    if (PyObject_GetBuffer(array, view, writable ? PyBUF_WRITABLE : PyBUF_SIMPLE) < 0)
        return NULL;
    all->count++;
    if (view->len % width) {
        PyErr_Format(PyExc_ValueError, "an array of %zd bytes has no items of %zd", view->len, width);
        return NULL;
    }
    *size = view->len / width;
    return view->len ? view->buf : (void *)""; /* an empty array may have no memory at all */
}

static int
sized(Py_ssize_t size, Py_ssize_t wanted)
{
    if (size == wanted)
        return 1;
    PyErr_Format(PyExc_ValueError, "an array has %zd items instead of %zd", size, wanted);
    return 0;
}

static int
arguments(Py_ssize_t given, Py_ssize_t wanted)
{
    if (given == wanted)
        return 1;
    PyErr_Format(PyExc_TypeError, "%zd arguments instead of %zd", given, wanted);
    return 0;
}

static PyObject *
array_of(const void *items, Py_ssize_t count, Py_ssize_t width)
{
    return PyByteArray_FromStringAndSize(items, count * width);
}

static void *
room(Py_ssize_t count, Py_ssize_t width)
{
    void *items = PyMem_Malloc(count > 0 ? (size_t)count * (size_t)width : 1);
    if (items == NULL)
        PyErr_NoMemory();
    return items;
}

/* Sorting ------------------------------------------------------------------------------------------------- */

typedef struct {
    u64 key;
    u32 place;
} Item;

#define FEW 48 /* items: below, insertion is faster */

/* Sort by key; equal keys keep their order (radix sort from the least byte: Knuth, vol. 3, 5.2.5). `spare` is as
 * large as `items`; the sorted items stand in the one that is returned. */
static Item *
sort(Item *items, Item *spare, Py_ssize_t count)
{
    if (count < FEW) {
        for (Py_ssize_t at = 1; at < count; at++) {
            Item item = items[at];
            Py_ssize_t to = at;
            for (; to > 0 && items[to - 1].key > item.key; to--)
                items[to] = items[to - 1];
            items[to] = item;
        }
        return items;
    }
    u32 counts[8][256];
    memset(counts, 0, sizeof counts);
    for (Py_ssize_t at = 0; at < count; at++)
        for (int byte = 0; byte < 8; byte++)
            counts[byte][(items[at].key >> (8 * byte)) & 255]++;
    for (int byte = 0; byte < 8; byte++) {
        u32 *of = counts[byte], before = 0;
        int shift = 8 * byte;
        if (of[(items[0].key >> shift) & 255] == (u32)count)
            continue; /* all alike here */
        for (int digit = 0; digit < 256; digit++) {
            u32 here = of[digit];
            of[digit] = before;
            before += here;
        }
        for (Py_ssize_t at = 0; at < count; at++)
            spare[of[(items[at].key >> shift) & 255]++] = items[at];
        Item *swap = items;
        items = spare;
        spare = swap;
    }
    return items;
}

/* Words --------------------------------------------------------------------------------------------------- */

enum { SPACE, LETTER, DIGIT, SINGLE, APOSTROPHE, MARK, POINT, COMMA, GLUE };

static u64
mixed(u64 value)
{
    value += ODD;
    value = (value ^ (value >> 30)) * 0xBF58476D1CE4E5B9ULL;
    value = (value ^ (value >> 27)) * 0x94D049BB133111EBULL;
    return value ^ (value >> 31);
}

/* Turn the marks inside words into glue, which parts nothing and counts for nothing. `kinds` has two spaces before
 * and two behind; `codes` begins where those end. */
static void
glue(u8 *kinds, const u32 *codes, Py_ssize_t size)
{
    Py_ssize_t end = size + 2, unit = -2;
    int points = 0, commas = 0, apostrophes = 0;
    for (Py_ssize_t at = 2; at < end; at++) {
        switch (kinds[at]) {
        case MARK: /* an accent written apart */
            if (kinds[at - 1] == LETTER || kinds[at - 1] == GLUE)
                kinds[at] = GLUE;
            break;
        case POINT:
            points = 1;
            break;
        case COMMA:
            commas = 1;
            break;
        case APOSTROPHE:
            apostrophes = 1;
            break;
        }
    }
    if (points)
        for (Py_ssize_t at = 2; at < end; at++) {
            if (kinds[at] != POINT)
                continue;
            if (kinds[at - 1] == DIGIT && kinds[at + 1] == DIGIT) {
                kinds[at] = DIGIT; /* 3.5 */
            } else if (kinds[at - 1] == LETTER && codes[at - 3] < 128 && kinds[at - 2] != LETTER &&
                       kinds[at - 2] != GLUE) {
                if (unit == at - 2) /* U.S. */
                    kinds[unit] = GLUE;
                unit = at;
            }
        }
    if (commas)
        for (Py_ssize_t at = 2; at < end; at++)
            if (kinds[at] == COMMA && kinds[at - 1] == DIGIT && kinds[at + 1] == DIGIT)
                kinds[at] = GLUE; /* 1,000 */
    if (apostrophes) {
        for (Py_ssize_t at = 2; at < end; at++)
            if (kinds[at] == APOSTROPHE && (kinds[at - 1] == LETTER || kinds[at - 1] == GLUE) &&
                kinds[at + 1] == LETTER)
                kinds[at] = GLUE | 128; /* don't; told from other glue for the next loop */
        for (Py_ssize_t at = 2; at < end; at++) {
            if (kinds[at] != (GLUE | 128))
                continue;
            u8 after = kinds[at + 2] & 127;
            kinds[at] = GLUE;
            if (after != LETTER && after != GLUE && (codes[at - 1] | 32) == 's')
                kinds[at + 1] = GLUE; /* Biden's */
        }
    }
}

static PyObject *
words(PyObject *module, PyObject *const *args, Py_ssize_t given)
{
    Buffers all = {.count = 0};
    PyObject *result = NULL;
    u32 *codes = NULL;
    u8 *kinds = NULL, *upper = NULL;
    u64 *hashes = NULL;
    i64 *starts = NULL;
    Py_ssize_t plane, values, uppers, folds, folded, count = 0;
    if (!arguments(given, 6))
        return NULL;
    if (!PyUnicode_Check(args[0])) {
        PyErr_SetString(PyExc_TypeError, "the text is no str");
        return NULL;
    }
    const u8 *kind_of = borrow(&all, args[1], 1, 0, &plane);
    const u64 *value_of = kind_of ? borrow(&all, args[2], 8, 0, &values) : NULL;
    const u8 *is_upper = value_of ? borrow(&all, args[3], 1, 0, &uppers) : NULL;
    const u64 *fold_keys = is_upper ? borrow(&all, args[4], 8, 0, &folds) : NULL;
    const u64 *fold_values = fold_keys ? borrow(&all, args[5], 8, 0, &folded) : NULL;
    if (fold_values == NULL || !sized(plane, PLANE) || !sized(values, PLANE) || !sized(uppers, PLANE) ||
        !sized(folded, folds))
        goto done;
    Py_ssize_t size = PyUnicode_GET_LENGTH(args[0]);
    int width = PyUnicode_KIND(args[0]);
    const void *text = PyUnicode_DATA(args[0]);
    if ((codes = room(size, sizeof *codes)) == NULL || (kinds = room(size + 4, 1)) == NULL ||
        (hashes = room(size, sizeof *hashes)) == NULL || (starts = room(size, sizeof *starts)) == NULL ||
        (upper = room(size, 1)) == NULL)
        goto done;
    memset(kinds, SPACE, 2);
    memset(kinds + size + 2, SPACE, 2);
    for (Py_ssize_t at = 0; at < size; at++) {
        u32 code = PyUnicode_READ(width, text, at);
        codes[at] = code < PLANE ? code : ' ';
        kinds[at + 2] = kind_of[codes[at]];
    }
    glue(kinds, codes, size);
    u8 may_fold[4096] = {0}; /* by the low bits of a hash: most words are spared the search */
    for (Py_ssize_t at = 0; at < folds; at++)
        may_fold[fold_keys[at] & 4095] = 1;
    for (Py_ssize_t at = 0; at < size;) {
        u8 kind = kinds[at + 2];
        if (kind != LETTER && kind != DIGIT && kind != SINGLE) {
            at++;
            continue;
        }
        Py_ssize_t start = at;
        u64 hash = value_of[codes[at++]], power = ODD;
        for (; at < size; at++) {
            u8 next = kinds[at + 2];
            if (next == GLUE)
                continue;
            if (next != kind || kind == SINGLE)
                break;
            hash += value_of[codes[at]] * power;
            power *= ODD;
        }
        hash = mixed(hash);
        Py_ssize_t low = 0, high = may_fold[hash & 4095] ? folds : 0;
        while (low < high) {
            Py_ssize_t middle = (low + high) / 2;
            if (fold_keys[middle] < hash)
                low = middle + 1;
            else
                high = middle;
        }
        if (may_fold[hash & 4095] && low < folds && fold_keys[low] == hash)
            hash = fold_values[low];
        if (hash == 0)
            continue; /* an honorific */
        hashes[count] = hash;
        starts[count] = start;
        upper[count++] = is_upper[codes[start]];
    }
    result = Py_BuildValue("(NNN)", array_of(hashes, count, sizeof *hashes), array_of(starts, count, sizeof *starts),
                           array_of(upper, count, 1));
done:
    PyMem_Free(codes);
    PyMem_Free(kinds);
    PyMem_Free(hashes);
    PyMem_Free(starts);
    PyMem_Free(upper);
    release(&all);
    return result;
}

/* Shingles ------------------------------------------------------------------------------------------------ */

static const u64 FACTORS[3] = {0x9E3779B97F4A7C15ULL, 0xC2B2AE3D27D4EB4FULL, 0x165667B19E3779F9ULL};

static u64
shingle(const u64 *words, Py_ssize_t width)
{
    u64 hash = 0;
    for (Py_ssize_t at = 0; at < width; at++) {
        hash += words[at] * FACTORS[at % 3];
        hash ^= hash >> 29;
        hash *= 0xBF58476D1CE4E5B9ULL;
    }
    return hash ^ (hash >> 32);
}

static PyObject *
shingles(PyObject *module, PyObject *const *args, Py_ssize_t given)
{
    Buffers all = {.count = 0};
    PyObject *result = NULL, *hashes = NULL, *order = NULL, *ordered = NULL;
    Item *items = NULL, *spare = NULL;
    Py_ssize_t size;
    if (!arguments(given, 2))
        return NULL;
    Py_ssize_t width = PyLong_AsSsize_t(args[1]);
    const u64 *read = width == -1 && PyErr_Occurred() ? NULL : borrow(&all, args[0], 8, 0, &size);
    if (read == NULL)
        goto done;
    if (width > size)
        width = size;
    Py_ssize_t count = size ? size - width + 1 : 0;
    if ((items = room(count, sizeof *items)) == NULL || (spare = room(count, sizeof *spare)) == NULL ||
        (hashes = array_of(NULL, count, 8)) == NULL || (order = array_of(NULL, count, 8)) == NULL ||
        (ordered = array_of(NULL, count, 8)) == NULL)
        goto done;
    u64 *hash = (u64 *)PyByteArray_AS_STRING(hashes), *by_hash = (u64 *)PyByteArray_AS_STRING(ordered);
    i64 *place = (i64 *)PyByteArray_AS_STRING(order);
    for (Py_ssize_t at = 0; at < count; at++) {
        hash[at] = shingle(read + at, width);
        items[at] = (Item){hash[at], (u32)at};
    }
    Item *sorted = sort(items, spare, count);
    for (Py_ssize_t at = 0; at < count; at++) {
        by_hash[at] = sorted[at].key;
        place[at] = sorted[at].place;
    }
    result = PyTuple_Pack(3, hashes, order, ordered);
done:
    Py_XDECREF(hashes);
    Py_XDECREF(order);
    Py_XDECREF(ordered);
    PyMem_Free(items);
    PyMem_Free(spare);
    release(&all);
    return result;
}

static PyObject *
sample(PyObject *module, PyObject *const *args, Py_ssize_t given)
{
    Buffers all = {.count = 0};
    PyObject *result = NULL;
    Item *items = NULL, *spare = NULL;
    u64 *chosen = NULL;
    Py_ssize_t size;
    if (!arguments(given, 4))
        return NULL;
    Py_ssize_t width = PyLong_AsSsize_t(args[1]);
    u64 bound = PyLong_AsUnsignedLongLong(args[2]);
    Py_ssize_t least = PyLong_AsSsize_t(args[3]);
    const u64 *read = PyErr_Occurred() ? NULL : borrow(&all, args[0], 8, 0, &size);
    if (read == NULL)
        goto done;
    if (width > size)
        width = size;
    Py_ssize_t shingled = size ? size - width + 1 : 0;
    if ((items = room(shingled, sizeof *items)) == NULL || (spare = room(shingled, sizeof *spare)) == NULL ||
        (chosen = room(shingled, sizeof *chosen)) == NULL)
        goto done;
    /* First those below the bound; when too few are, all of them, for the smallest. */
    for (int every = 0; every < 2; every++) {
        Py_ssize_t count = 0, distinct = 0;
        for (Py_ssize_t at = 0; at < shingled; at++) {
            u64 hash = shingle(read + at, width);
            if (every || hash < bound)
                items[count++] = (Item){hash, 0};
        }
        Item *sorted = sort(items, spare, count);
        for (Py_ssize_t at = 0; at < count; at++)
            if (at == 0 || sorted[at].key != sorted[at - 1].key)
                chosen[distinct++] = sorted[at].key;
        if (distinct >= least || every) {
            if (every && distinct > least)
                distinct = least;
            result = PyBytes_FromStringAndSize((char *)chosen, distinct * (Py_ssize_t)sizeof *chosen);
            break;
        }
    }
done:
    PyMem_Free(items);
    PyMem_Free(spare);
    PyMem_Free(chosen);
    release(&all);
    return result;
}

/* Bags of words ------------------------------------------------------------------------------------------- */

#define SMALL 2 /* an occurrence in the copy without a capital */
#define HEAD 4

static PyObject *
bag(PyObject *module, PyObject *const *args, Py_ssize_t given)
{
    Buffers all = {.count = 0};
    PyObject *result = NULL, *words = NULL, *counts = NULL, *names = NULL;
    Item *items = NULL, *spare = NULL;
    Py_ssize_t size, capitals, headed, distinct = 0;
    if (!arguments(given, 3))
        return NULL;
    const u64 *copy = borrow(&all, args[0], 8, 0, &size);
    const u8 *capital = copy ? borrow(&all, args[1], 1, 0, &capitals) : NULL;
    const u64 *head = capital ? borrow(&all, args[2], 8, 0, &headed) : NULL;
    if (head == NULL || !sized(capitals, size))
        goto done;
    Py_ssize_t count = size + headed;
    if ((items = room(count, sizeof *items)) == NULL || (spare = room(count, sizeof *spare)) == NULL)
        goto done;
    for (Py_ssize_t at = 0; at < size; at++)
        items[at] = (Item){copy[at], capital[at] ? 0 : SMALL};
    for (Py_ssize_t at = 0; at < headed; at++)
        items[size + at] = (Item){head[at], HEAD};
    Item *sorted = sort(items, spare, count);
    for (Py_ssize_t at = 0; at < count; at++)
        distinct += at == 0 || sorted[at].key != sorted[at - 1].key;
    if ((words = array_of(NULL, distinct, 8)) == NULL || (counts = array_of(NULL, distinct, 8)) == NULL ||
        (names = array_of(NULL, distinct, 1)) == NULL)
        goto done;
    u64 *word = (u64 *)PyByteArray_AS_STRING(words);
    i64 *often = (i64 *)PyByteArray_AS_STRING(counts);
    u8 *named = (u8 *)PyByteArray_AS_STRING(names);
    for (Py_ssize_t at = 0, to = -1; at < count; at++) {
        u32 occurrence = sorted[at].place;
        if (at == 0 || sorted[at].key != sorted[at - 1].key) {
            word[++to] = sorted[at].key;
            often[to] = 0;
            named[to] = !(occurrence & HEAD); /* the copy stands before the headline: it comes first */
        }
        often[to] += occurrence & HEAD ? 2 : 1;
        if (occurrence & SMALL)
            named[to] = 0;
    }
    result = PyTuple_Pack(3, words, counts, names);
done:
    Py_XDECREF(words);
    Py_XDECREF(counts);
    Py_XDECREF(names);
    PyMem_Free(items);
    PyMem_Free(spare);
    release(&all);
    return result;
}

static PyObject *
weigh(PyObject *module, PyObject *const *args, Py_ssize_t given)
{
    Buffers all = {.count = 0};
    PyObject *result = NULL, *rarities = NULL, *weights = NULL;
    Py_ssize_t size, sizes, counted, slots, ratios;
    if (!arguments(given, 8))
        return NULL;
    i64 stories = PyLong_AsLongLong(args[4]), base = PyLong_AsLongLong(args[5]), most = PyLong_AsLongLong(args[7]);
    const u64 *words = PyErr_Occurred() ? NULL : borrow(&all, args[0], 8, 0, &size);
    const i64 *counts = words ? borrow(&all, args[1], 8, 0, &counted) : NULL;
    const u8 *names = counts ? borrow(&all, args[2], 1, 0, &sizes) : NULL;
    const i64 *known = names ? borrow(&all, args[3], 8, 0, &slots) : NULL;
    const i64 *table = known ? borrow(&all, args[6], 8, 0, &ratios) : NULL;
    if (table == NULL || !sized(sizes, size) || !sized(counted, size))
        goto done;
    if (slots == 0 || slots & (slots - 1) || ratios == 0 || stories < 0 || base < 0) {
        PyErr_SetString(PyExc_ValueError, "counters come in powers of two, and nothing is counted below 0");
        goto done;
    }
    if ((rarities = array_of(NULL, size, 8)) == NULL || (weights = array_of(NULL, size, 8)) == NULL)
        goto done;
    i64 *rare = (i64 *)PyByteArray_AS_STRING(rarities), *weight = (i64 *)PyByteArray_AS_STRING(weights);
    u64 squares = 0;
    for (Py_ssize_t at = 0; at < size; at++) {
        i64 often = known[words[at] & (u64)(slots - 1)];
        i64 ratio = (stories + (names[at] ? base : 1)) / (often < 0 ? 1 : often + 1);
        rare[at] = table[ratio < ratios ? ratio : ratios - 1];
        weight[at] = rare[at] * (counts[at] < most ? counts[at] : most);
        squares += (u64)weight[at] * (u64)weight[at];
    }
    result = Py_BuildValue("(OOL)", rarities, weights, (long long)squares);
done:
    Py_XDECREF(rarities);
    Py_XDECREF(weights);
    release(&all);
    return result;
}

static PyObject *
heaviest(PyObject *module, PyObject *const *args, Py_ssize_t given)
{
    Buffers all = {.count = 0};
    PyObject *result = NULL;
    Item *items = NULL, *spare = NULL;
    u32 *keys = NULL;
    Py_ssize_t size, sizes, count = 0;
    if (!arguments(given, 3))
        return NULL;
    Py_ssize_t most = PyLong_AsSsize_t(args[2]);
    const u64 *words = PyErr_Occurred() ? NULL : borrow(&all, args[0], 8, 0, &size);
    const i64 *weights = words ? borrow(&all, args[1], 8, 0, &sizes) : NULL;
    if (weights == NULL || !sized(sizes, size))
        goto done;
    if ((items = room(size, sizeof *items)) == NULL || (spare = room(size, sizeof *spare)) == NULL ||
        (keys = room(size, sizeof *keys)) == NULL)
        goto done;
    for (Py_ssize_t at = 0; at < size; at++)
        if (weights[at] > 0)
            items[count++] = (Item){~(u64)weights[at], (u32)(words[at] >> 32)}; /* the heaviest first */
    Item *sorted = sort(items, spare, count);
    if (count > most)
        count = most;
    for (Py_ssize_t at = 0; at < count; at++)
        keys[at] = sorted[at].place;
    result = array_of(keys, count, sizeof *keys);
done:
    PyMem_Free(items);
    PyMem_Free(spare);
    PyMem_Free(keys);
    release(&all);
    return result;
}

static PyObject *
slots(PyObject *module, PyObject *const *args, Py_ssize_t given)
{
    Buffers all = {.count = 0};
    PyObject *result = NULL;
    Item *items = NULL, *spare = NULL;
    uint16_t *found = NULL;
    Py_ssize_t size, distinct = 0;
    if (!arguments(given, 1))
        return NULL;
    const u64 *words = borrow(&all, args[0], 8, 0, &size);
    if (words == NULL || (items = room(size, sizeof *items)) == NULL ||
        (spare = room(size, sizeof *spare)) == NULL || (found = room(size, sizeof *found)) == NULL)
        goto done;
    for (Py_ssize_t at = 0; at < size; at++)
        items[at] = (Item){words[at] & 0xFFFF, 0};
    Item *sorted = sort(items, spare, size);
    for (Py_ssize_t at = 0; at < size; at++)
        if (at == 0 || sorted[at].key != sorted[at - 1].key)
            found[distinct++] = (uint16_t)sorted[at].key;
    result = array_of(found, distinct, sizeof *found);
done:
    PyMem_Free(items);
    PyMem_Free(spare);
    PyMem_Free(found);
    release(&all);
    return result;
}

static PyObject *
product(PyObject *module, PyObject *const *args, Py_ssize_t given)
{
    Buffers all = {.count = 0};
    PyObject *result = NULL;
    Py_ssize_t size, sizes, others, weighed;
    if (!arguments(given, 4))
        return NULL;
    const u64 *words = borrow(&all, args[0], 8, 0, &size);
    const i64 *weights = words ? borrow(&all, args[1], 8, 0, &sizes) : NULL;
    const u64 *other = weights ? borrow(&all, args[2], 8, 0, &others) : NULL;
    const i64 *theirs = other ? borrow(&all, args[3], 8, 0, &weighed) : NULL;
    if (theirs == NULL || !sized(sizes, size) || !sized(weighed, others))
        goto done;
    u64 sum = 0;
    for (Py_ssize_t at = 0, there = 0; at < size && there < others;) {
        if (words[at] == other[there])
            sum += (u64)weights[at++] * (u64)theirs[there++];
        else if (words[at] < other[there])
            at++;
        else
            there++;
    }
    result = PyLong_FromLongLong((i64)sum);
done:
    release(&all);
    return result;
}

/* Comparing two copies ------------------------------------------------------------------------------------- */

static PyObject *
match(PyObject *module, PyObject *const *args, Py_ssize_t given)
{
    Buffers all = {.count = 0};
    PyObject *result = NULL, *where = NULL;
    Py_ssize_t size, places, others, theirs, hits = 0;
    if (!arguments(given, 4))
        return NULL;
    const u64 *ours = borrow(&all, args[0], 8, 0, &size);
    const i64 *our_order = ours ? borrow(&all, args[1], 8, 0, &places) : NULL;
    const u64 *other = our_order ? borrow(&all, args[2], 8, 0, &others) : NULL;
    const i64 *their_order = other ? borrow(&all, args[3], 8, 0, &theirs) : NULL;
    if (their_order == NULL || !sized(places, size) || !sized(theirs, others) ||
        (where = array_of(NULL, size, 8)) == NULL)
        goto done;
    i64 *there = (i64 *)PyByteArray_AS_STRING(where);
    for (Py_ssize_t at = 0; at < size; at++)
        there[at] = -1;
    for (Py_ssize_t at = 0, first = 0; at < size && first < others;) {
        if (ours[at] == other[first]) { /* the first of equal ones */
            if (our_order[at] < 0 || our_order[at] >= size) {
                PyErr_SetString(PyExc_ValueError, "an order that leads out of its array");
                goto done;
            }
            there[our_order[at++]] = their_order[first];
            hits++;
        } else if (ours[at] < other[first])
            at++;
        else
            first++;
    }
    result = Py_BuildValue("(On)", where, hits);
done:
    Py_XDECREF(where);
    release(&all);
    return result;
}

/* Close gaps of at most `gap` marked words and drop runs of fewer than `least`. */
static void
close_gaps(u8 *mask, Py_ssize_t size, Py_ssize_t gap, Py_ssize_t least)
{
    Py_ssize_t start = -1, end = -1; /* of the run so far */
    for (Py_ssize_t at = 0; at <= size; at++) {
        if (at < size && !mask[at])
            continue;
        if (start >= 0 && (at == size || at - end > gap)) {
            memset(mask + start, end - start >= least, (size_t)(end - start));
            start = -1;
        }
        if (at < size) {
            start = start < 0 ? at : start;
            end = at + 1;
        }
    }
}

static PyObject *
side(PyObject *module, PyObject *const *args, Py_ssize_t given)
{
    enum { TOLD = 0, UNPROSAIC = 2 };
    Buffers all = {.count = 0};
    PyObject *result = NULL, *covered = NULL;
    u8 *shared = NULL, *untold = NULL;
    u32 *sums = NULL;
    Py_ssize_t size, marked, telling, shingled, others, their_telling;
    if (!arguments(given, 12))
        return NULL;
    Py_ssize_t width = PyLong_AsSsize_t(args[6]), reach = PyLong_AsSsize_t(args[7]);
    Py_ssize_t slack = PyLong_AsSsize_t(args[8]), gap = PyLong_AsSsize_t(args[9]);
    Py_ssize_t run = PyLong_AsSsize_t(args[10]), solid = PyLong_AsSsize_t(args[11]);
    if (PyErr_Occurred())
        return NULL;
    const u64 *ours = borrow(&all, args[0], 8, 0, &size);
    const u8 *marks = ours ? borrow(&all, args[1], 1, 0, &marked) : NULL;
    const u8 *our_told = marks ? borrow(&all, args[2], 1, 0, &telling) : NULL;
    const i64 *there = our_told ? borrow(&all, args[3], 8, 0, &shingled) : NULL;
    const u64 *theirs = there ? borrow(&all, args[4], 8, 0, &others) : NULL;
    const u8 *their_told = theirs ? borrow(&all, args[5], 1, 0, &their_telling) : NULL;
    if (their_told == NULL || !sized(marked, size) || !sized(telling, size) || !sized(their_telling, others))
        goto done;
    if (width > size)
        width = size;
    if (shingled > size || (shingled && shingled + width - 1 > size)) {
        PyErr_SetString(PyExc_ValueError, "more shingles than words");
        goto done;
    }
    if ((sums = room(others + 1, sizeof *sums)) == NULL || (shared = room(size, 1)) == NULL ||
        (untold = room(size, 1)) == NULL || (covered = array_of(NULL, size, 1)) == NULL)
        goto done;
    memset(shared, 0, (size_t)size);
    memset(untold, 0, (size_t)size);
    sums[0] = 0;
    for (Py_ssize_t at = 0; at < others; at++)
        sums[at + 1] = sums[at] + (their_told[at] != 0);
    for (Py_ssize_t at = 0, before = -1; at < shingled; at++) {
        i64 to = there[at];
        if (to < 0)
            continue;
        if (to >= others) {
            PyErr_SetString(PyExc_ValueError, "a match beyond the copy");
            goto done;
        }
        memset(shared + at, 1, (size_t)width);
        i64 until = to + width < others ? to + width : others;
        if (2 * (i64)(sums[until] - sums[to]) < width)
            memset(untold + at, 1, (size_t)width);
        /* Paraphrase swaps words and keeps their order: what stands between two matches lines up. */
        if (before >= 0 && at - before > 1 && at - before <= reach) {
            i64 from = there[before], apart = at - before, off = to - from - apart;
            if (off <= slack && off >= -slack)
                for (i64 step = 0; step < apart; step++) {
                    i64 forth = from + step, back = to - apart + step;
                    forth = forth < others ? forth : others - 1;
                    back = back < 0 ? 0 : back;
                    u64 word = ours[before + step];
                    if (theirs[forth] == word || theirs[back] == word)
                        shared[before + step] = 1;
                }
        }
        before = at;
    }
    close_gaps(shared, size, gap, run);
    u8 *common = (u8 *)PyByteArray_AS_STRING(covered);
    Py_ssize_t prose = 0, told = 0, commons = 0, solids = 0, shareds = 0, quoted = 0, length = 0;
    for (Py_ssize_t at = 0; at < size; at++) {
        int plain = marks[at] != UNPROSAIC, mine = our_told[at] && !untold[at];
        common[at] = shared[at] && mine;
        prose += plain;
        told += mine;
        shareds += plain && shared[at];
        quoted += plain && shared[at] && !common[at] && (marks[at] != TOLD || untold[at]);
        if (common[at]) {
            commons++;
            length++;
        }
        if (length && (!common[at] || at + 1 == size)) {
            solids += length >= solid ? length : 0;
            length = 0;
        }
    }
    result = Py_BuildValue("(Onnnnnn)", covered, prose, told, commons, solids, shareds, quoted);
done:
    Py_XDECREF(covered);
    PyMem_Free(sums);
    PyMem_Free(shared);
    PyMem_Free(untold);
    release(&all);
    return result;
}

/* Postings ------------------------------------------------------------------------------------------------ */

static Py_ssize_t
bucket(u32 key, Py_ssize_t buckets)
{
    return (Py_ssize_t)((u32)(key * 2654435769u) & (u32)(buckets - 1));
}

static PyObject *
post(PyObject *module, PyObject *const *args, Py_ssize_t given)
{
    Buffers all = {.count = 0};
    PyObject *result = NULL;
    Py_ssize_t count, buckets, room_keys, room_documents, room_older;
    if (!arguments(given, 7))
        return NULL;
    Py_ssize_t used = PyLong_AsSsize_t(args[5]);
    u32 document = (u32)PyLong_AsUnsignedLong(args[6]);
    const u32 *keys = PyErr_Occurred() ? NULL : borrow(&all, args[0], 4, 0, &count);
    u32 *heads = keys ? borrow(&all, args[1], 4, 1, &buckets) : NULL;
    u32 *held = heads ? borrow(&all, args[2], 4, 1, &room_keys) : NULL;
    u32 *documents = held ? borrow(&all, args[3], 4, 1, &room_documents) : NULL;
    u32 *older = documents ? borrow(&all, args[4], 4, 1, &room_older) : NULL;
    if (older == NULL || !sized(room_documents, room_keys) || !sized(room_older, room_keys))
        goto done;
    if (used < 0 || used + count > room_keys || buckets == 0 || buckets & (buckets - 1)) {
        PyErr_SetString(PyExc_ValueError, "no room for so many postings");
        goto done;
    }
    for (Py_ssize_t at = 0; at < count; at++, used++) {
        Py_ssize_t to = bucket(keys[at], buckets);
        held[used] = keys[at];
        documents[used] = document;
        older[used] = heads[to];
        heads[to] = (u32)used + 1; /* 0 ends a chain */
    }
    result = Py_NewRef(Py_None);
done:
    release(&all);
    return result;
}

typedef struct {
    i64 *places;
    u32 *documents;
    Py_ssize_t count, room;
} Found;

static int
tell(Found *found, i64 place, u32 document)
{
    if (found->count == found->room) {
        Py_ssize_t room = found->room * 2;
        i64 *places = PyMem_Realloc(found->places, (size_t)room * sizeof *places);
        if (places == NULL)
            return PyErr_NoMemory() != NULL;
        found->places = places;
        u32 *documents = PyMem_Realloc(found->documents, (size_t)room * sizeof *documents);
        if (documents == NULL)
            return PyErr_NoMemory() != NULL;
        found->documents = documents;
        found->room = room;
    }
    found->places[found->count] = place;
    found->documents[found->count++] = document;
    return 1;
}

static PyObject *
find(PyObject *module, PyObject *const *args, Py_ssize_t given)
{
    Buffers all = {.count = 0};
    PyObject *result = NULL;
    Found found = {NULL, NULL, 0, 0};
    i64 *left = NULL;
    Py_ssize_t count, buckets, held, documented, chained;
    if (!arguments(given, 8))
        return NULL;
    Py_ssize_t used = PyLong_AsSsize_t(args[5]);
    i64 most = PyLong_AsLongLong(args[7]);
    if (PyErr_Occurred())
        return NULL;
    if (!PyList_Check(args[6])) {
        PyErr_SetString(PyExc_TypeError, "the runs are no list");
        return NULL;
    }
    const u32 *keys = borrow(&all, args[0], 4, 0, &count);
    const u32 *heads = keys ? borrow(&all, args[1], 4, 0, &buckets) : NULL;
    const u32 *fresh = heads ? borrow(&all, args[2], 4, 0, &held) : NULL;
    const u32 *documents = fresh ? borrow(&all, args[3], 4, 0, &documented) : NULL;
    const u32 *older = documents ? borrow(&all, args[4], 4, 0, &chained) : NULL;
    if (older == NULL || !sized(documented, held) || !sized(chained, held))
        goto done;
    if (used < 0 || used > held || buckets == 0 || buckets & (buckets - 1)) {
        PyErr_SetString(PyExc_ValueError, "there are not so many postings");
        goto done;
    }
    found.room = 4 * count + 16;
    if ((found.places = room(found.room, sizeof *found.places)) == NULL ||
        (found.documents = room(found.room, sizeof *found.documents)) == NULL ||
        (left = room(count, sizeof *left)) == NULL)
        goto done;
    for (Py_ssize_t at = 0; at < count; at++) {
        left[at] = most;
        Py_ssize_t next = heads[bucket(keys[at], buckets)];
        /* A chain leads to ever smaller numbers; one that does not is damaged, and ends here. */
        for (Py_ssize_t last = used + 1; next && next < last && left[at] > 0; last = next, next = older[next - 1])
            if (fresh[next - 1] == keys[at]) {
                if (!tell(&found, at, documents[next - 1]))
                    goto done;
                left[at]--;
            }
    }
    for (Py_ssize_t run = PyList_GET_SIZE(args[6]) - 1; run >= 0; run--) {
        Buffers one = {.count = 0};
        Py_ssize_t size;
        const u64 *postings = borrow(&one, PyList_GET_ITEM(args[6], run), 8, 0, &size);
        if (postings == NULL) {
            release(&one);
            goto done;
        }
        for (Py_ssize_t at = 0; at < count; at++) {
            /* The first posting of the next key: those of ours end there, the newest last. */
            Py_ssize_t low = 0, high = size;
            while (low < high) {
                Py_ssize_t middle = (low + high) / 2;
                if ((u32)(postings[middle] >> 32) <= keys[at])
                    low = middle + 1;
                else
                    high = middle;
            }
            for (; low > 0 && left[at] > 0 && (u32)(postings[low - 1] >> 32) == keys[at]; low--, left[at]--)
                if (!tell(&found, at, (u32)postings[low - 1])) {
                    release(&one);
                    goto done;
                }
        }
        release(&one);
    }
    result = Py_BuildValue("(NN)", array_of(found.places, found.count, sizeof *found.places),
                           array_of(found.documents, found.count, sizeof *found.documents));
done:
    PyMem_Free(found.places);
    PyMem_Free(found.documents);
    PyMem_Free(left);
    release(&all);
    return result;
}

static PyObject *
look_up(PyObject *module, PyObject *const *args, Py_ssize_t given)
{
    Buffers all = {.count = 0};
    PyObject *result = NULL;
    Py_ssize_t size, old, rows;
    if (!arguments(given, 5))
        return NULL;
    i64 base = PyLong_AsLongLong(args[3]), gone = PyLong_AsLongLong(args[4]);
    const u32 *numbers = PyErr_Occurred() ? NULL : borrow(&all, args[0], 4, 0, &size);
    const i64 *column = numbers ? borrow(&all, args[1], 8, 0, &rows) : NULL;
    const i64 *elders = column ? borrow(&all, args[2], 8, 0, &old) : NULL;
    if (elders == NULL || (result = array_of(NULL, size, 8)) == NULL)
        goto done;
    i64 *values = (i64 *)PyByteArray_AS_STRING(result);
    for (Py_ssize_t at = 0; at < size; at++) {
        i64 number = numbers[at], row = number - base + old;
        if (number < base) {
            Py_ssize_t low = 0, high = old;
            while (low < high) {
                Py_ssize_t middle = (low + high) / 2;
                if (elders[middle] < number)
                    low = middle + 1;
                else
                    high = middle;
            }
            row = low < old && elders[low] == number ? low : -1;
        }
        values[at] = row >= 0 && row < rows ? column[row] : gone;
    }
done:
    release(&all);
    return result;
}

/* The votes of postings ----------------------------------------------------------------------------------- */

static int
placed(const i64 *places, Py_ssize_t size, Py_ssize_t keys)
{
    for (Py_ssize_t at = 0; at < size; at++)
        if (places[at] < 0 || places[at] >= keys) {
            PyErr_SetString(PyExc_ValueError, "a place beyond the keys");
            return 0;
        }
    return 1;
}

static PyObject *
vote(PyObject *module, PyObject *const *args, Py_ssize_t given)
{
    Buffers all = {.count = 0};
    PyObject *result = NULL;
    Item *items = NULL, *spare = NULL;
    i64 *counts = NULL, *strengths = NULL, *hits = NULL;
    u32 *chosen = NULL;
    u8 *furniture = NULL;
    Py_ssize_t size, documented, homed, sourced, voters = 0, distinct = 0;
    if (!arguments(given, 8))
        return NULL;
    Py_ssize_t keys = PyLong_AsSsize_t(args[4]);
    i64 outlet = PyLong_AsLongLong(args[5]);
    i64 popular = PyLong_AsLongLong(args[6]);
    Py_ssize_t recurrent = PyLong_AsSsize_t(args[7]);
    const i64 *places = PyErr_Occurred() ? NULL : borrow(&all, args[0], 8, 0, &size);
    const u32 *documents = places ? borrow(&all, args[1], 4, 0, &documented) : NULL;
    const i64 *canons = documents ? borrow(&all, args[2], 8, 0, &homed) : NULL;
    const i64 *outlets = canons ? borrow(&all, args[3], 8, 0, &sourced) : NULL;
    if (outlets == NULL || !sized(documented, size) || !sized(homed, size) || !sized(sourced, size) ||
        !placed(places, size, keys))
        goto done;
    if ((items = room(size, sizeof *items)) == NULL || (spare = room(size, sizeof *spare)) == NULL ||
        (counts = room(keys, sizeof *counts)) == NULL || (furniture = room(keys, 1)) == NULL ||
        (hits = room(size, sizeof *hits)) == NULL || (strengths = room(size, sizeof *strengths)) == NULL ||
        (chosen = room(size, sizeof *chosen)) == NULL)
        goto done;
    memset(counts, 0, (size_t)keys * sizeof *counts);
    memset(furniture, 0, (size_t)keys);
    /* Furniture: a key under which several canonical stories of the outlet itself stand. */
    Py_ssize_t own = 0;
    for (Py_ssize_t at = 0; at < size; at++) {
        if (canons[at] < 0)
            continue;
        counts[places[at]]++;
        if (outlet && outlets[at] == outlet)
            items[own++] = (Item){(u64)places[at] << 40 | (u64)canons[at], 0};
    }
    Item *sorted = sort(items, spare, own);
    for (Py_ssize_t at = 0, stories = 0; at < own; at++) {
        u64 place = sorted[at].key >> 40;
        if (at == 0 || sorted[at - 1].key >> 40 != place)
            stories = 0;
        if (at == 0 || sorted[at - 1].key != sorted[at].key)
            stories++;
        if (stories >= recurrent)
            furniture[place] = 1;
    }
    /* Who votes: rare keys that are no furniture; where there are none, what there is. */
    int rare = 0, plain = 0;
    for (Py_ssize_t at = 0; at < size; at++)
        if (canons[at] >= 0 && !furniture[places[at]]) {
            plain = 1;
            rare |= counts[places[at]] <= popular;
        }
    for (Py_ssize_t at = 0; at < size; at++) {
        i64 place = places[at];
        if (canons[at] < 0 || (plain && furniture[place]) || (rare && counts[place] > popular))
            continue;
        i64 weight = popular / counts[place];
        items[voters++] = (Item){documents[at], (u32)(weight > 1 ? weight : 1)};
    }
    sorted = sort(items, spare, voters);
    for (Py_ssize_t at = 0; at < voters; at++) {
        if (at == 0 || sorted[at].key != sorted[at - 1].key) {
            chosen[distinct] = (u32)sorted[at].key;
            hits[distinct] = strengths[distinct] = 0;
            distinct++;
        }
        hits[distinct - 1]++;
        strengths[distinct - 1] += sorted[at].place;
    }
    result = Py_BuildValue("(NNNN)", array_of(chosen, distinct, sizeof *chosen),
                           array_of(hits, distinct, sizeof *hits),
                           array_of(strengths, distinct, sizeof *strengths), array_of(furniture, keys, 1));
done:
    PyMem_Free(items);
    PyMem_Free(spare);
    PyMem_Free(counts);
    PyMem_Free(furniture);
    PyMem_Free(hits);
    PyMem_Free(strengths);
    PyMem_Free(chosen);
    release(&all);
    return result;
}

static PyObject *
choose(PyObject *module, PyObject *const *args, Py_ssize_t given)
{
    Buffers all = {.count = 0};
    PyObject *result = NULL;
    Item *items = NULL, *spare = NULL;
    Py_ssize_t size, voted, strong, homed, indexed, count = 0, chosen = 0, canons_taken = 0;
    if (!arguments(given, 12))
        return NULL;
    i64 keys = PyLong_AsLongLong(args[5]), votes = PyLong_AsLongLong(args[7]), more = PyLong_AsLongLong(args[8]);
    double share = PyFloat_AsDouble(args[6]);
    Py_ssize_t most = PyLong_AsSsize_t(args[9]), most_canons = PyLong_AsSsize_t(args[10]);
    Py_ssize_t per_canon = PyLong_AsSsize_t(args[11]);
    const u32 *documents = PyErr_Occurred() ? NULL : borrow(&all, args[0], 4, 0, &size);
    const i64 *hits = documents ? borrow(&all, args[1], 8, 0, &voted) : NULL;
    const i64 *strengths = hits ? borrow(&all, args[2], 8, 0, &strong) : NULL;
    const i64 *canons = strengths ? borrow(&all, args[3], 8, 0, &homed) : NULL;
    const i64 *posted = canons ? borrow(&all, args[4], 8, 0, &indexed) : NULL;
    if (posted == NULL || !sized(voted, size) || !sized(strong, size) || !sized(homed, size) ||
        !sized(indexed, size))
        goto done;
    if (more <= 0 || most < 0 || most > MOST_CHOSEN || most_canons < 0 || most_canons > MOST_CHOSEN) {
        PyErr_SetString(PyExc_ValueError, "limits of a choice beyond all reason");
        goto done;
    }
    if ((items = room(size, sizeof *items)) == NULL || (spare = room(size, sizeof *spare)) == NULL)
        goto done;
    for (Py_ssize_t at = 0; at < size; at++) {
        i64 smaller = posted[at] < keys ? posted[at] : keys, ceiling = votes + smaller / more;
        double wanted = share * (double)smaller;
        i64 need = (i64)wanted;
        need += (double)need < wanted; /* rounded up */
        need = need < 1 ? 1 : need;
        if (hits[at] >= (need < ceiling ? need : ceiling))
            items[count++] = (Item){~(u64)strengths[at], (u32)at}; /* the strongest first */
    }
    Item *sorted = sort(items, spare, count);
    u32 found[MOST_CHOSEN];
    i64 taken[MOST_CHOSEN];
    Py_ssize_t of[MOST_CHOSEN];
    for (Py_ssize_t at = 0; at < count && chosen < most; at++) {
        i64 canon = canons[sorted[at].place];
        Py_ssize_t each = 0;
        while (each < canons_taken && taken[each] != canon)
            each++;
        if (each == canons_taken) {
            if (canons_taken == most_canons)
                continue;
            taken[canons_taken] = canon;
            of[canons_taken++] = 0;
        }
        if (of[each] == per_canon)
            continue;
        of[each]++;
        found[chosen++] = documents[sorted[at].place];
    }
    result = array_of(found, chosen, sizeof *found);
done:
    PyMem_Free(items);
    PyMem_Free(spare);
    release(&all);
    return result;
}

static PyObject *
often(PyObject *module, PyObject *const *args, Py_ssize_t given)
{
    Buffers all = {.count = 0};
    PyObject *result = NULL;
    Item *items = NULL, *spare = NULL;
    i64 *counts = NULL, *hits = NULL;
    u32 *chosen = NULL;
    Py_ssize_t size, documented, homed, left_out, count = 0, distinct = 0;
    if (!arguments(given, 7))
        return NULL;
    Py_ssize_t keys = PyLong_AsSsize_t(args[4]);
    i64 popular = PyLong_AsLongLong(args[5]), least = PyLong_AsLongLong(args[6]);
    const i64 *places = PyErr_Occurred() ? NULL : borrow(&all, args[0], 8, 0, &size);
    const u32 *documents = places ? borrow(&all, args[1], 4, 0, &documented) : NULL;
    const i64 *canons = documents ? borrow(&all, args[2], 8, 0, &homed) : NULL;
    const i64 *without = canons ? borrow(&all, args[3], 8, 0, &left_out) : NULL;
    if (without == NULL || !sized(documented, size) || !sized(homed, size) || !placed(places, size, keys) ||
        (items = room(size, sizeof *items)) == NULL || (spare = room(size, sizeof *spare)) == NULL ||
        (counts = room(keys, sizeof *counts)) == NULL || (hits = room(size, sizeof *hits)) == NULL ||
        (chosen = room(size, sizeof *chosen)) == NULL)
        goto done;
    memset(counts, 0, (size_t)keys * sizeof *counts);
    for (Py_ssize_t at = 0; at < size; at++)
        counts[places[at]]++;
    for (Py_ssize_t at = 0; at < size; at++) {
        int kept = canons[at] >= 0 && counts[places[at]] <= popular;
        for (Py_ssize_t each = 0; kept && each < left_out; each++)
            kept = canons[at] != without[each];
        if (kept)
            items[count++] = (Item){documents[at], 0};
    }
    Item *sorted = sort(items, spare, count);
    for (Py_ssize_t at = 0, start = 0; at < count; at++)
        if (at + 1 == count || sorted[at + 1].key != sorted[at].key) {
            if (at + 1 - start >= least) {
                chosen[distinct] = (u32)sorted[at].key;
                hits[distinct++] = at + 1 - start;
            }
            start = at + 1;
        }
    result = Py_BuildValue("(NN)", array_of(chosen, distinct, sizeof *chosen),
                           array_of(hits, distinct, sizeof *hits));
done:
    PyMem_Free(items);
    PyMem_Free(spare);
    PyMem_Free(counts);
    PyMem_Free(hits);
    PyMem_Free(chosen);
    release(&all);
    return result;
}

/* The module ---------------------------------------------------------------------------------------------- */

#define FAST(name) {#name, (PyCFunction)(void (*)(void))name, METH_FASTCALL, NULL}

static PyMethodDef METHODS[] = {
    FAST(words), FAST(shingles), FAST(sample), FAST(bag),  FAST(weigh), FAST(heaviest), FAST(slots), FAST(product),
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
