/* What the postings of a story say of the documents that hold them: lineage/probe.py, lineage/events.py. */
#include "kernels.h"

#define MOST_CHOSEN 64 /* documents that one story may be compared with */
#define MOST_EVERYWHERE 64 /* canonical stories that a passage has to be in to be furniture of all outlets */

static int
placed(const i64 *places, Py_ssize_t size, Py_ssize_t keys)
{
    for (Py_ssize_t at = 0; at < size && keys >= 0; at++)
        if (places[at] < 0 || places[at] >= keys)
            keys = -1;
    if (keys < 0)
        PyErr_SetString(PyExc_ValueError, "a place beyond the keys");
    return keys >= 0;
}

PyObject *
vote(PyObject *module, PyObject *const *args, Py_ssize_t given)
{
    Buffers all = {.count = 0};
    PyObject *result = NULL;
    Item *items = NULL, *spare = NULL;
    i64 *counts = NULL, *strengths = NULL, *hits = NULL, *told = NULL, *canons = NULL;
    u32 *chosen = NULL, *recurs = NULL;
    u8 *furniture = NULL, *stories = NULL;
    Column homes, outlets;
    Py_ssize_t size, documented, keys, voters = 0, distinct = 0, recurring = 0;
    if (!arguments(given, 9))
        return NULL;
    i64 outlet = PyLong_AsLongLong(args[5]);
    i64 popular = PyLong_AsLongLong(args[6]);
    Py_ssize_t recurrent = PyLong_AsSsize_t(args[7]), everywhere = PyLong_AsSsize_t(args[8]);
    const i64 *places = PyErr_Occurred() ? NULL : borrow(&all, args[0], 8, 0, &size);
    const u32 *documents = places ? borrow(&all, args[1], 4, 0, &documented) : NULL;
    const u32 *asked = documents ? borrow(&all, args[4], 4, 0, &keys) : NULL;
    if (asked == NULL || !borrow_column(&all, args[2], &homes) || !borrow_column(&all, args[3], &outlets) ||
        !sized(documented, size) || !placed(places, size, keys))
        goto done;
    if (everywhere < 1 || everywhere > MOST_EVERYWHERE) {
        PyErr_SetString(PyExc_ValueError, "a limit for furniture beyond all reason");
        goto done;
    }
    if ((items = room(size, sizeof *items)) == NULL || (spare = room(size, sizeof *spare)) == NULL ||
        (counts = room(keys, sizeof *counts)) == NULL || (furniture = room(keys, 1)) == NULL ||
        (stories = room(keys, 1)) == NULL || (recurs = room(keys, sizeof *recurs)) == NULL ||
        (told = room(keys * everywhere, sizeof *told)) == NULL ||
        (hits = room(size, sizeof *hits)) == NULL || (strengths = room(size, sizeof *strengths)) == NULL ||
        (chosen = room(size, sizeof *chosen)) == NULL || (canons = room(size, sizeof *canons)) == NULL)
        goto done;
    for (Py_ssize_t at = 0; at < size; at++)
        canons[at] = cell(&homes, documents[at]);
    memset(counts, 0, (size_t)keys * sizeof *counts);
    memset(furniture, 0, (size_t)keys);
    memset(stories, 0, (size_t)keys);
    /* Furniture: a key under which several canonical stories of the outlet itself stand. */
    Py_ssize_t own = 0;
    for (Py_ssize_t at = 0; at < size; at++) {
        if (canons[at] < 0)
            continue;
        i64 place = places[at], *of = told + place * everywhere;
        counts[place]++;
        Py_ssize_t known = 0;
        if (stories[place] < everywhere) {
            while (known < stories[place] && of[known] != canons[at])
                known++;
            if (known == stories[place])
                of[stories[place]++] = canons[at];
        }
        if (outlet && cell(&outlets, documents[at]) == outlet)
            items[own++] = (Item){(u64)places[at] << 40 | (u64)canons[at], 0};
    }
    Item *sorted = sort(items, spare, own);
    for (Py_ssize_t at = 0, held = 0; at < own; at++) {
        u64 place = sorted[at].key >> 40;
        if (at == 0 || sorted[at - 1].key >> 40 != place)
            held = 0;
        if (at == 0 || sorted[at - 1].key != sorted[at].key)
            held++;
        if (held >= recurrent)
            furniture[place] = 1;
    }
    /* Who votes: rare keys that are no furniture; where there are none, what there is. */
    int rare = 0, plain = 0;
    for (Py_ssize_t at = 0; at < size; at++)
        if (canons[at] >= 0 && !furniture[places[at]]) {
            plain = 1;
            rare |= counts[places[at]] <= popular;
        }
    for (Py_ssize_t place = 0; place < keys; place++) /* from here on, how strong its votes are: 0, it has none */
        if ((plain && furniture[place]) || (rare && counts[place] > popular))
            counts[place] = 0;
        else if (counts[place])
            counts[place] = popular > counts[place] ? popular / counts[place] : 1;
    for (Py_ssize_t at = 0; at < size; at++)
        if (canons[at] >= 0 && counts[places[at]])
            items[voters++] = (Item){documents[at], (u32)counts[places[at]]};
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
    for (Py_ssize_t place = 0; place < keys; place++)
        if (furniture[place] || stories[place] >= everywhere)
            recurs[recurring++] = asked[place];
    result = Py_BuildValue("(NNNN)", array_of(chosen, distinct, sizeof *chosen),
                           array_of(hits, distinct, sizeof *hits),
                           array_of(strengths, distinct, sizeof *strengths),
                           array_of(recurs, recurring, sizeof *recurs));
done:
    PyMem_Free(items);
    PyMem_Free(spare);
    PyMem_Free(counts);
    PyMem_Free(told);
    PyMem_Free(stories);
    PyMem_Free(furniture);
    PyMem_Free(hits);
    PyMem_Free(strengths);
    PyMem_Free(chosen);
    PyMem_Free(recurs);
    PyMem_Free(canons);
    release(&all);
    return result;
}

PyObject *
choose(PyObject *module, PyObject *const *args, Py_ssize_t given)
{
    Buffers all = {.count = 0};
    PyObject *result = NULL;
    Item *items = NULL, *spare = NULL;
    Column canons, posted;
    Py_ssize_t size, voted, strong, count = 0, chosen = 0, canons_taken = 0;
    if (!arguments(given, 12))
        return NULL;
    i64 keys = PyLong_AsLongLong(args[5]), votes = PyLong_AsLongLong(args[7]), more = PyLong_AsLongLong(args[8]);
    double share = PyFloat_AsDouble(args[6]);
    Py_ssize_t most = PyLong_AsSsize_t(args[9]), most_canons = PyLong_AsSsize_t(args[10]);
    Py_ssize_t per_canon = PyLong_AsSsize_t(args[11]);
    const u32 *documents = PyErr_Occurred() ? NULL : borrow(&all, args[0], 4, 0, &size);
    const i64 *hits = documents ? borrow(&all, args[1], 8, 0, &voted) : NULL;
    const i64 *strengths = hits ? borrow(&all, args[2], 8, 0, &strong) : NULL;
    if (strengths == NULL || !borrow_column(&all, args[3], &canons) || !borrow_column(&all, args[4], &posted) ||
        !sized(voted, size) || !sized(strong, size))
        goto done;
    if (more <= 0 || most < 0 || most > MOST_CHOSEN || most_canons < 0 || most_canons > MOST_CHOSEN) {
        PyErr_SetString(PyExc_ValueError, "limits of a choice beyond all reason");
        goto done;
    }
    if ((items = room(size, sizeof *items)) == NULL || (spare = room(size, sizeof *spare)) == NULL)
        goto done;
    for (Py_ssize_t at = 0; at < size; at++) {
        i64 smaller = cell(&posted, documents[at]);
        smaller = smaller < keys ? smaller : keys;
        i64 ceiling = votes + smaller / more;
        double wanted = share * (double)smaller;
        i64 need = (i64)wanted;
        need += (double)need < wanted; /* rounded up */
        need = need < 1 ? 1 : need;
        if (hits[at] >= (need < ceiling ? need : ceiling))
            items[count++] = (Item){~(u64)strengths[at], (u32)at}; /* the strongest first */
    }
    Item *sorted = sort(items, spare, count);
    i64 taken[MOST_CHOSEN];
    Py_ssize_t of[MOST_CHOSEN];
    result = PyList_New(0);
    for (Py_ssize_t at = 0; result != NULL && at < count && chosen < most; at++) {
        i64 canon = cell(&canons, documents[sorted[at].place]);
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
        chosen++;
        if (!append(result, PyLong_FromUnsignedLong(documents[sorted[at].place])))
            Py_CLEAR(result);
    }
done:
    PyMem_Free(items);
    PyMem_Free(spare);
    release(&all);
    return result;
}

PyObject *
often(PyObject *module, PyObject *const *args, Py_ssize_t given)
{
    Buffers all = {.count = 0};
    PyObject *result = NULL;
    Item *items = NULL, *spare = NULL;
    i64 *counts = NULL;
    Py_ssize_t size, documented, count = 0;
    if (!arguments(given, 5))
        return NULL;
    Py_ssize_t keys = PyLong_AsSsize_t(args[2]);
    i64 popular = PyLong_AsLongLong(args[3]), least = PyLong_AsLongLong(args[4]);
    const i64 *places = PyErr_Occurred() ? NULL : borrow(&all, args[0], 8, 0, &size);
    const u32 *documents = places ? borrow(&all, args[1], 4, 0, &documented) : NULL;
    if (documents == NULL || !sized(documented, size) || !placed(places, size, keys) ||
        (items = room(size, sizeof *items)) == NULL || (spare = room(size, sizeof *spare)) == NULL ||
        (counts = room(keys, sizeof *counts)) == NULL)
        goto done;
    memset(counts, 0, (size_t)keys * sizeof *counts);
    for (Py_ssize_t at = 0; at < size; at++)
        counts[places[at]]++;
    for (Py_ssize_t at = 0; at < size; at++)
        if (counts[places[at]] <= popular)
            items[count++] = (Item){documents[at], 0};
    Item *sorted = sort(items, spare, count);
    result = PyList_New(0);
    for (Py_ssize_t at = 0, start = 0; result != NULL && at < count; start = at) {
        while (at < count && sorted[at].key == sorted[start].key)
            at++;
        if (at - start < least)
            continue;
        if (!append(result, Py_BuildValue("(Kn)", sorted[start].key, at - start)))
            Py_CLEAR(result);
    }
done:
    PyMem_Free(items);
    PyMem_Free(spare);
    PyMem_Free(counts);
    release(&all);
    return result;
}
