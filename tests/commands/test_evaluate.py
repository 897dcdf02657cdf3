"""`wiretrace evaluate`: what a researcher may get wrong about the pairs is said, not scored."""

import orjson
import pytest

NAMES = "id_a\tid_b\tlabel\tconfidence\tnote\n"
COPY = " ".join(
    f"In the {number}th week the harbour board of Pellmouth weighed the night ferry." for number in range(9)
)


@pytest.fixture
def stream(tmp_path):
    path = tmp_path / "stream.jsonl"
    lines = ({"id": name, "outlet": name, "text": COPY} for name in ("gazette", "herald"))
    path.write_bytes(b"\n".join(map(orjson.dumps, lines)))
    return path


def test_a_reprint_that_is_found_scores_one(wiretrace, stream, tmp_path):
    pairs = tmp_path / "pairs.tsv"
    pairs.write_text(f"{NAMES}gazette\therald\tV\th\ta reprint\n")
    said = wiretrace("evaluate", "--stream", stream, "--pairs", pairs)
    assert said.code == 0
    assert "precision 1.000  recall 1.000  F1 1.000" in said.out


@pytest.mark.parametrize(
    ("pairs", "complaint"),
    [
        (b"gazette\therald\tV\th\t\nx\ty\tV\th\t\n", "its first line names no column 'id_a'"),
        (f"{NAMES}gazette\therald\tsame\th\t\n".encode(), "pairs.tsv:2: label 'same' is none of V, M, P"),
        (
            f"{NAMES}gazette\therald\tV\thigh\t\n".encode(),
            "pairs.tsv:2: confidence 'high' is none of h, m, l",
        ),
        (f"{NAMES}courier\therald\tV\th\t\n".encode(), "holds none of the 1 pairs"),
        (b"\xbf\xff", "pairs.tsv: is not UTF-8"),
        (None, "pairs.tsv: No such file"),
    ],
)
def test_pairs_that_cannot_be_judged_are_one_line_and_exit_code_2(
    wiretrace, stream, tmp_path, pairs, complaint
):
    path = tmp_path / "pairs.tsv"
    if pairs is not None:
        path.write_bytes(pairs)
    said = wiretrace("evaluate", "--stream", stream, "--pairs", path)
    assert said.code == 2
    assert complaint in said.complaint()
