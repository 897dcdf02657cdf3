/* Words counted and weighed by rarity: matching/topic.py. */
#include "kernels.h"

#define SMALL 2 /* an occurrence in the copy without a capital */
#define HEAD 4

/* A bag: its distinct words, sorted, then of each twice its count, and one more for a name. */
typedef struct {
    const u64 *words;
    const u32 *counts;
    Py_ssize_t size;
} Bag;

#define EACH 12 /* bytes */

static int
borrow_bag(Buffers *all, PyObject *packed, Bag *found)
{
    found->words = borrow(all, packed, EACH, 0, &found->size);
    if (found->words == NULL)
        return 0;
    found->counts = (const u32 *)(found->words + found->size);
    return 1;
}

PyObject *
bag(PyObject *module, PyObject *const *args, Py_ssize_t given)
{
    Buffers all = {.count = 0};
    PyObject *result = NULL;
    Item *items = NULL, *spare = NULL;
    Py_ssize_t words_given, capitals, placed, headed, size = 0, distinct = 0;
    if (!arguments(given, 5))
        return NULL;
    i64 end = PyLong_AsLongLong(args[3]);
    const u64 *copy = PyErr_Occurred() ? NULL : borrow(&all, args[0], 8, 0, &words_given);
    const u8 *capital = copy ? borrow(&all, args[1], 1, 0, &capitals) : NULL;
    const i64 *starts = capital ? borrow(&all, args[2], 8, 0, &placed) : NULL;
    const u64 *head = starts ? borrow(&all, args[4], 8, 0, &headed) : NULL;
    if (head == NULL || !sized(capitals, words_given) || !sized(placed, words_given))
        goto done;
    while (size < words_given && starts[size] < end)
        size++;
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
    if ((result = PyBytes_FromStringAndSize(NULL, distinct * EACH)) == NULL)
        goto done;
    u64 *words = (u64 *)PyBytes_AS_STRING(result);
    u32 *counts = (u32 *)(words + distinct);
    for (Py_ssize_t at = 0, to = 0; at < count; to++) {
        u64 word = sorted[at].key;
        u32 often = 0, named = !(sorted[at].place & HEAD); /* the copy stands before the headline: it comes first */
        for (; at < count && sorted[at].key == word; at++) {
            often += sorted[at].place & HEAD ? 2 : 1;
            named &= !(sorted[at].place & SMALL);
        }
        words[to] = word;
        counts[to] = 2 * often + named;
    }
done:
    PyMem_Free(items);
    PyMem_Free(spare);
    release(&all);
    return result;
}

/* What weighs words: the stories in which each stands, by its low bits, and the table of rarities. */
typedef struct {
    const u32 *known;
    const u8 *table;
    u64 mask;
    u32 stories, base, ratios;
} Lexicon;

static int
borrow_lexicon(Buffers *all, PyObject *const *args, Lexicon *found)
{
    Py_ssize_t slots, ratios;
    long long stories = PyLong_AsLongLong(args[1]), base = PyLong_AsLongLong(args[2]);
    found->known = PyErr_Occurred() ? NULL : borrow(all, args[0], 4, 0, &slots);
    found->table = found->known ? borrow(all, args[3], 1, 0, &ratios) : NULL;
    if (found->table == NULL)
        return 0;
    if (slots == 0 || slots & (slots - 1) || ratios == 0 || ratios > INT32_MAX || stories < 0 ||
        stories >= INT32_MAX || base < 0 || base > INT32_MAX) {
        PyErr_SetString(PyExc_ValueError, "counters come in powers of two, and 31 bits count all stories");
        return 0;
    }
    found->mask = (u64)(slots - 1);
    found->stories = (u32)stories;
    found->base = (u32)base;
    found->ratios = (u32)ratios;
    return 1;
}

static u64
rarity(const Lexicon *lexicon, u32 known, int named)
{
    u32 ratio = (lexicon->stories + (named ? lexicon->base : 1)) / (known < UINT32_MAX ? known + 1 : known);
    return lexicon->table[ratio < lexicon->ratios ? ratio : lexicon->ratios - 1];
}

static u32
known_of(const Lexicon *lexicon, u64 word)
{
    return lexicon->known[word & lexicon->mask];
}

PyObject *
keywords(PyObject *module, PyObject *const *args, Py_ssize_t given)
{
    Buffers all = {.count = 0};
    PyObject *result = NULL;
    u64 *weights = NULL;
    u32 *keys = NULL;
    Bag bag;
    Lexicon lexicon;
    Py_ssize_t count = 0;
    if (!arguments(given, 7))
        return NULL;
    u64 often = PyLong_AsUnsignedLongLong(args[5]);
    Py_ssize_t most = PyErr_Occurred() ? -1 : PyLong_AsSsize_t(args[6]);
    if (PyErr_Occurred() || !borrow_bag(&all, args[0], &bag) || !borrow_lexicon(&all, args + 1, &lexicon))
        goto done;
    most = most < bag.size ? most : bag.size;
    if ((weights = room(most, sizeof *weights)) == NULL || (keys = room(most, sizeof *keys)) == NULL)
        goto done;
    for (Py_ssize_t at = 0; at < bag.size; at++) {
        u64 times = bag.counts[at] / 2, weight = rarity(&lexicon, known_of(&lexicon, bag.words[at]), bag.counts[at] & 1);
        weight *= times < often ? times : often;
        if (weight == 0 || most <= 0 || (count == most && weight <= weights[count - 1]))
            continue;
        Py_ssize_t to = count < most ? count++ : count - 1; /* the heaviest stand first, alike ones in order */
        for (; to > 0 && weights[to - 1] < weight; to--) {
            weights[to] = weights[to - 1];
            keys[to] = keys[to - 1];
        }
        weights[to] = weight;
        keys[to] = (u32)(bag.words[at] >> 32);
    }
    result = array_of(keys, count, sizeof *keys);
done:
    PyMem_Free(weights);
    PyMem_Free(keys);
    release(&all);
    return result;
}

/* Weigh each word; returned is the sum of the squares. */
static u64
weigh(const Bag *bag, const Lexicon *lexicon, u64 *weights)
{
    u64 squares = 0;
    for (Py_ssize_t at = 0; at < bag->size; at++)
        weights[at] = known_of(lexicon, bag->words[at]); /* all at once: each is far from the last */
    for (Py_ssize_t at = 0; at < bag->size; at++) {
        u64 weight = rarity(lexicon, (u32)weights[at], bag->counts[at] & 1) * (bag->counts[at] / 2);
        weights[at] = weight;
        squares += weight * weight;
    }
    return squares;
}

PyObject *
alike(PyObject *module, PyObject *const *args, Py_ssize_t given)
{
    Buffers all = {.count = 0};
    PyObject *result = NULL, *list = NULL;
    u64 *weights = NULL;
    Bag one, other;
    Lexicon lexicon;
    if (!arguments(given, 6))
        return NULL;
    if (!borrow_bag(&all, args[0], &one) || !borrow_lexicon(&all, args + 2, &lexicon))
        goto done;
    if (!PyList_Check(args[1])) {
        PyErr_SetString(PyExc_TypeError, "the other bags are no list");
        goto done;
    }
    if ((weights = room(one.size, sizeof *weights)) == NULL || (list = PyList_New(0)) == NULL)
        goto done;
    u64 squares = weigh(&one, &lexicon, weights);
    for (Py_ssize_t each = 0; each < PyList_GET_SIZE(args[1]); each++) {
        Buffers theirs = {.count = 0};
        u64 *weighed = NULL, product = 0;
        PyObject *told = NULL;
        if (borrow_bag(&theirs, PyList_GET_ITEM(args[1], each), &other) &&
            (weighed = room(other.size, sizeof *weighed)) != NULL) {
            u64 their_squares = weigh(&other, &lexicon, weighed);
            for (Py_ssize_t at = 0, there = 0; at < one.size && there < other.size;) {
                u64 ours = one.words[at], word = other.words[there], same = -(u64)(ours == word);
                product += same & (weights[at] * weighed[there]);
                at += ours <= word; /* no branches: nobody can foretell which word comes next */
                there += word <= ours;
            }
            told = Py_BuildValue("(KK)", product, their_squares);
        }
        PyMem_Free(weighed);
        release(&theirs);
        if (!append(list, told))
            goto done;
    }
    result = Py_BuildValue("(KO)", squares, list);
done:
    Py_XDECREF(list);
    PyMem_Free(weights);
    release(&all);
    return result;
}

/* Tell whether a word is a name in a bag. */
static int
is_name(const Bag *bag, u64 word)
{
    Py_ssize_t low = 0;
    for (Py_ssize_t size = bag->size; size > 1; size -= size / 2) /* no branches, as in alike */
        low += bag->words[low + size / 2] <= word ? size / 2 : 0;
    return bag->size && bag->words[low] == word && bag->counts[low] & 1;
}

PyObject *
names(PyObject *module, PyObject *const *args, Py_ssize_t given)
{
    Buffers all = {.count = 0};
    PyObject *result = NULL;
    u64 *named = NULL;
    Bag one, other;
    Lexicon lexicon;
    Py_ssize_t count = 0;
    if (!arguments(given, 7))
        return NULL;
    u64 rare = PyLong_AsUnsignedLongLong(args[6]);
    if (PyErr_Occurred() || !borrow_bag(&all, args[0], &one) || !borrow_lexicon(&all, args + 2, &lexicon))
        goto done;
    if (!PyList_Check(args[1])) {
        PyErr_SetString(PyExc_TypeError, "the other bags are no list");
        goto done;
    }
    if ((named = room(one.size, sizeof *named)) == NULL || (result = PyList_New(0)) == NULL)
        goto done;
    for (Py_ssize_t at = 0; at < one.size; at++)
        if (one.counts[at] & 1 && rarity(&lexicon, known_of(&lexicon, one.words[at]), 1) >= rare)
            named[count++] = one.words[at];
    for (Py_ssize_t each = 0; each < PyList_GET_SIZE(args[1]); each++) {
        Buffers theirs = {.count = 0};
        Py_ssize_t shared = 0;
        int read = borrow_bag(&theirs, PyList_GET_ITEM(args[1], each), &other);
        for (Py_ssize_t at = 0; read && at < count; at++)
            shared += is_name(&other, named[at]);
        release(&theirs);
        if (!append(result, read ? PyLong_FromSsize_t(shared) : NULL)) {
            Py_CLEAR(result);
            goto done;
        }
    }
done:
    PyMem_Free(named);
    release(&all);
    return result;
}

PyObject *
count(PyObject *module, PyObject *const *args, Py_ssize_t given)
{
    Buffers all = {.count = 0};
    PyObject *result = NULL;
    Py_ssize_t slots, size;
    if (!arguments(given, 2))
        return NULL;
    u32 *known = borrow(&all, args[0], 4, 1, &slots);
    const uint16_t *found = known ? borrow(&all, args[1], 2, 0, &size) : NULL;
    if (found == NULL)
        goto done;
    for (Py_ssize_t at = 0; at < size; at++)
        if (found[at] >= slots) {
            PyErr_SetString(PyExc_ValueError, "a slot beyond the counters");
            goto done;
        }
    for (Py_ssize_t at = 0; at < size; at++)
        known[found[at]]++;
    result = Py_NewRef(Py_None);
done:
    release(&all);
    return result;
}

PyObject *
slots(PyObject *module, PyObject *const *args, Py_ssize_t given)
{
    Buffers all = {.count = 0};
    PyObject *result = NULL;
    Item *items = NULL, *spare = NULL;
    uint16_t *found = NULL;
    Bag bag;
    Py_ssize_t distinct = 0;
    if (!arguments(given, 1))
        return NULL;
    if (!borrow_bag(&all, args[0], &bag) || (items = room(bag.size, sizeof *items)) == NULL ||
        (spare = room(bag.size, sizeof *spare)) == NULL || (found = room(bag.size, sizeof *found)) == NULL)
        goto done;
    for (Py_ssize_t at = 0; at < bag.size; at++)
        items[at] = (Item){bag.words[at] & 0xFFFF, 0};
    Item *sorted = sort(items, spare, bag.size);
    for (Py_ssize_t at = 0; at < bag.size; at++)
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
