/* The inverted index and the columns beside it: lineage/postings.py, lineage/columns.py. */
#include "kernels.h"

static Py_ssize_t
bucket(u32 key, Py_ssize_t buckets)
{
    return (Py_ssize_t)((u32)(key * 2654435769u) & (u32)(buckets - 1));
}

/* A posting of the hash table; `older` is the next of its chain, counted from 1, 0 ends it. */
typedef struct {
    u32 key, document, older;
} Posting;

#define LINE 8 /* postings that memory gives at once */

/* The hash table, see lineage/postings.py. */
typedef struct {
    const u32 *heads;
    const Posting *fresh;
    Py_ssize_t buckets;
    i64 used;
} Table;

/* How far the chain of a key was followed. */
typedef struct {
    Py_ssize_t at;
    u32 next;
} Chain;

PyObject *
post(PyObject *module, PyObject *const *args, Py_ssize_t given)
{
    Buffers all = {.count = 0};
    PyObject *result = NULL;
    Py_ssize_t count, buckets, held;
    if (!arguments(given, 5))
        return NULL;
    Py_ssize_t used = PyLong_AsSsize_t(args[3]);
    u32 document = (u32)PyLong_AsUnsignedLong(args[4]);
    const u32 *keys = PyErr_Occurred() ? NULL : borrow(&all, args[0], 4, 0, &count);
    u32 *heads = keys ? borrow(&all, args[1], 4, 1, &buckets) : NULL;
    Posting *fresh = heads ? borrow(&all, args[2], sizeof *fresh, 1, &held) : NULL;
    if (fresh == NULL)
        goto done;
    if (used < 0 || used + count > held || buckets == 0 || buckets & (buckets - 1)) {
        PyErr_SetString(PyExc_ValueError, "no room for so many postings");
        goto done;
    }
    for (Py_ssize_t at = 0; at < count; at++, used++) {
        Py_ssize_t to = bucket(keys[at], buckets);
        fresh[used] = (Posting){keys[at], document, heads[to]};
        heads[to] = (u32)used + 1;
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
add_found(Found *found, i64 place, u32 document)
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

static u32
key_at(const u64 *postings, Py_ssize_t at)
{
    return (u32)(postings[at] >> 32);
}

/* A sorted run. `starts` says where the postings of each range of keys begin; the ranges are of one size, and the
 * last start is their end. */
typedef struct {
    const u64 *postings;
    const u32 *starts;
    Py_ssize_t size;
    int shift; /* of a key, which gives its range */
} Run;

static int
borrow_run(Buffers *all, PyObject *given, Run *run)
{
    Py_ssize_t starts;
    if (!PyTuple_Check(given) || PyTuple_GET_SIZE(given) != 2) {
        PyErr_SetString(PyExc_TypeError, "a run is postings and starts");
        return 0;
    }
    run->postings = borrow(all, PyTuple_GET_ITEM(given, 0), 8, 0, &run->size);
    run->starts = run->postings ? borrow(all, PyTuple_GET_ITEM(given, 1), 4, 0, &starts) : NULL;
    if (run->starts == NULL)
        return 0;
    u64 ranges = (u64)starts - 1;
    if (starts < 2 || ranges & (ranges - 1) || ranges > 1ULL << 32) {
        PyErr_SetString(PyExc_ValueError, "the ranges of keys come in powers of two");
        return 0;
    }
    run->shift = 32 - __builtin_ctzll(ranges);
    return 1;
}

static Py_ssize_t
start_of(const Run *run, u64 range)
{
    return run->starts[range] < run->size ? (Py_ssize_t)run->starts[range] : run->size;
}

/* Where the postings of a key end in a run. */
static Py_ssize_t
end_of(const Run *run, u32 key)
{
    u64 range = (u64)key >> run->shift;
    Py_ssize_t low = start_of(run, range), high = start_of(run, range + 1);
    while (low < high) {
        Py_ssize_t middle = (low + high) / 2;
        if (key_at(run->postings, middle) <= key)
            low = middle + 1;
        else
            high = middle;
    }
    return low;
}

/* What is looked up lies far apart, and waiting for memory is most of the time: all is called for first. */
static int
find_in_run(const Run *run, const u32 *keys, i64 *left, Py_ssize_t count, Found *found)
{
    for (Py_ssize_t at = 0; at < count; at++)
        __builtin_prefetch(run->starts + ((u64)keys[at] >> run->shift));
    for (Py_ssize_t at = 0; at < count; at++) {
        const u64 *start = run->postings + start_of(run, (u64)keys[at] >> run->shift);
        __builtin_prefetch(start);
        __builtin_prefetch(start + LINE);
    }
    for (Py_ssize_t at = 0; at < count; at++)
        for (Py_ssize_t end = end_of(run, keys[at]); /* the newest stands last */
             end > 0 && left[at] > 0 && key_at(run->postings, end - 1) == keys[at]; end--, left[at]--)
            if (!add_found(found, at, (u32)run->postings[end - 1]))
                return 0;
    return 1;
}

/* The chains of all keys are followed side by side, for the same reason. Each leads to ever smaller numbers; one that
 * does not is damaged, and ends there. */
static int
find_fresh(const Table *table, const u32 *keys, i64 *left, Py_ssize_t count, Found *found, Chain *chains)
{
    Py_ssize_t going = 0;
    for (Py_ssize_t at = 0; at < count; at++)
        __builtin_prefetch(table->heads + bucket(keys[at], table->buckets));
    for (Py_ssize_t at = 0; at < count; at++) {
        u32 next = table->heads[bucket(keys[at], table->buckets)];
        if (next && next <= table->used && left[at] > 0) {
            __builtin_prefetch(table->fresh + next - 1);
            chains[going++] = (Chain){at, next};
        }
    }
    while (going) {
        Py_ssize_t still = 0;
        for (Py_ssize_t each = 0; each < going; each++) {
            Chain chain = chains[each];
            const Posting *posting = table->fresh + chain.next - 1;
            if (posting->key == keys[chain.at]) {
                if (!add_found(found, chain.at, posting->document))
                    return 0;
                left[chain.at]--;
            }
            if (posting->older && posting->older < chain.next && left[chain.at] > 0) {
                __builtin_prefetch(table->fresh + posting->older - 1);
                chains[still++] = (Chain){chain.at, posting->older};
            }
        }
        going = still;
    }
    return 1;
}

PyObject *
find(PyObject *module, PyObject *const *args, Py_ssize_t given)
{
    Buffers all = {.count = 0};
    PyObject *result = NULL;
    Found found = {NULL, NULL, 0, 0};
    Table table;
    Chain *chains = NULL;
    i64 *left = NULL;
    Py_ssize_t count, held;
    if (!arguments(given, 6))
        return NULL;
    table.used = PyLong_AsLongLong(args[3]);
    i64 most = PyErr_Occurred() ? 0 : PyLong_AsLongLong(args[5]);
    if (PyErr_Occurred())
        return NULL;
    if (!PyList_Check(args[4])) {
        PyErr_SetString(PyExc_TypeError, "the runs are no list");
        return NULL;
    }
    const u32 *keys = borrow(&all, args[0], 4, 0, &count);
    table.heads = keys ? borrow(&all, args[1], 4, 0, &table.buckets) : NULL;
    table.fresh = table.heads ? borrow(&all, args[2], sizeof *table.fresh, 0, &held) : NULL;
    if (table.fresh == NULL)
        goto done;
    if (table.used < 0 || table.used > held || table.buckets == 0 || table.buckets & (table.buckets - 1)) {
        PyErr_SetString(PyExc_ValueError, "there are not so many postings");
        goto done;
    }
    found.room = 4 * count + 16;
    if ((found.places = room(found.room, sizeof *found.places)) == NULL ||
        (found.documents = room(found.room, sizeof *found.documents)) == NULL ||
        (left = room(count, sizeof *left)) == NULL || (chains = room(count, sizeof *chains)) == NULL)
        goto done;
    for (Py_ssize_t at = 0; at < count; at++)
        left[at] = most;
    if (!find_fresh(&table, keys, left, count, &found, chains))
        goto done;
    for (Py_ssize_t each = PyList_GET_SIZE(args[4]) - 1; each >= 0; each--) {
        Buffers one = {.count = 0};
        Run run;
        int read = borrow_run(&one, PyList_GET_ITEM(args[4], each), &run) &&
                   find_in_run(&run, keys, left, count, &found);
        release(&one);
        if (!read)
            goto done;
    }
    result = Py_BuildValue("(NN)", array_of(found.places, found.count, sizeof *found.places),
                           array_of(found.documents, found.count, sizeof *found.documents));
done:
    PyMem_Free(found.places);
    PyMem_Free(found.documents);
    PyMem_Free(left);
    PyMem_Free(chains);
    release(&all);
    return result;
}

int
borrow_column(Buffers *all, PyObject *given, Column *column)
{
    if (!PyTuple_Check(given) || PyTuple_GET_SIZE(given) != 4) {
        PyErr_SetString(PyExc_TypeError, "a column is values, elders, base and what is gone");
        return 0;
    }
    column->base = PyLong_AsLongLong(PyTuple_GET_ITEM(given, 2));
    column->gone = PyLong_AsLongLong(PyTuple_GET_ITEM(given, 3));
    if (PyErr_Occurred())
        return 0;
    column->values = borrow(all, PyTuple_GET_ITEM(given, 0), 8, 0, &column->rows);
    column->elders = column->values ? borrow(all, PyTuple_GET_ITEM(given, 1), 8, 0, &column->old) : NULL;
    return column->elders != NULL;
}

i64
cell(const Column *column, i64 number)
{
    i64 row = number - column->base + column->old;
    if (number < column->base) {
        Py_ssize_t place = first_from(column->elders, 0, column->old, number);
        row = place < column->old && column->elders[place] == number ? place : -1;
    }
    return row >= 0 && row < column->rows ? column->values[row] : column->gone;
}
