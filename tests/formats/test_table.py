from worker.formats import PARSERS, Format


def test_every_format_has_a_parser():
    assert set(PARSERS) == set(Format)


def test_the_table_cannot_be_changed():
    assert not hasattr(PARSERS, "__setitem__")
