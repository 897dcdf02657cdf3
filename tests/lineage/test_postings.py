"""The index finds what it was given, before and after its runs are merged and swept."""

import random

import numpy as np
import pytest

from worker.lineage import postings
from worker.lineage.postings import Postings


@pytest.fixture
def _small(monkeypatch):
    monkeypatch.setattr(postings, "FRESH", 8)
    monkeypatch.setattr(postings, "SWEEP", 16)


def found(index, key):
    return sorted(index.documents(np.array([key], np.uint32)))


@pytest.mark.usefixtures("_small")
def test_a_shared_key_finds_every_document():
    index = Postings()
    for document in range(50):
        index.add(document, np.array([7, 100 + document], np.uint32))
    assert found(index, 7) == list(range(50))
    assert found(index, 123) == [23]
    assert found(index, 99) == []


@pytest.mark.usefixtures("_small")
def test_dropped_documents_are_swept():
    index = Postings()
    for document in range(64):
        index.add(document, np.array([7], np.uint32))
        if document % 2:
            index.drop(document)
    alive = [document for document in found(index, 7) if document % 2 == 0]
    assert alive == list(range(0, 64, 2))
    assert len(found(index, 7)) < 64


def test_a_key_that_is_everywhere_hands_out_a_bounded_number():
    index = Postings()
    for document in range(900):
        index.add(document, np.array([7], np.uint32))
    assert len(found(index, 7)) == postings.PER_KEY


@pytest.mark.usefixtures("_small")
def test_random_documents_are_found_by_all_their_keys():
    chance = random.Random(3)
    index = Postings()
    kept = {}
    for document in range(200):
        keys = np.array(sorted(chance.sample(range(500), 12)), np.uint32)
        kept[document] = set(keys.tolist())
        index.add(document, keys)
    for key in range(0, 500, 17):
        assert found(index, key) == [document for document, keys in kept.items() if key in keys]
