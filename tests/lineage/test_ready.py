"""What is kept ready is bounded in number and in words, and what was let go is read again."""

from worker.lineage import ready
from worker.lineage.ready import Ready


def test_the_least_in_demand_goes_first():
    kept = Ready[str](str, len, most=2)
    kept.put(1, "one")
    kept.put(2, "two")
    assert kept.get(1) == "one"
    kept.put(3, "three")
    assert [kept.find(number) for number in (1, 2, 3)] == ["one", None, "three"]
    assert kept.get(2) == "2"


def test_a_few_of_the_longest_copies_are_kept_and_no_thousand(monkeypatch):
    monkeypatch.setattr(ready, "WORDS", 100)
    kept = Ready[str](str, len)
    for number in range(20):
        kept.put(number, "x" * 30)
        kept.put(number, "y" * 30)
    assert [number for number in range(20) if kept.find(number)] == [17, 18, 19]
    kept.drop(18)
    kept.put(20, "z" * 40)
    assert [number for number in range(21) if kept.find(number)] == [17, 19, 20]
    kept.put(21, "longer than all" * 100)
    assert [number for number in range(22) if kept.find(number)] == [21]
