"""How well does the fold tell variants from everything else? Placements and labelled pairs → a score.

Labels are those of the quality set: V and M must share a canonical story, P must be linked by
``derives_from``, Q at most by ``shares_quotes``, E by ``same_event``, B, T and N by nothing.
"""

from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Final

from worker.lineage.placement import Link, LinkType, Step

COUNTED: Final = frozenset("hm")  # confidence that counts; l is listed only
OUTCOMES: Final = ("same", "derives_from", "same_event", "shares_quotes", "nothing")
LARGEST: Final = 10


@dataclass(frozen=True, slots=True, kw_only=True)
class Pair:
    """Two payloads and what a reader says of them; ``confidence`` is h, m or l."""

    a: str
    b: str
    label: str
    confidence: str
    note: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Scored:
    """A pair and what became of it, one of ``OUTCOMES``; ``links`` names every link between the two."""

    pair: Pair
    outcome: str
    links: frozenset[LinkType]


@dataclass(frozen=True, slots=True, kw_only=True)
class Cluster:
    """A canonical story and its members: outlet and headline of each."""

    canonical_id: str
    members: tuple[tuple[str | None, str | None], ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Evaluation:
    """The score of one run over labelled pairs."""

    stories: int
    canonicals: int
    missing: tuple[Pair, ...]
    scored: tuple[Scored, ...]
    largest: tuple[Cluster, ...]

    def rows(self, labels: str) -> list[Scored]:
        """Pick the counted pairs of some labels."""
        return [row for row in self.scored if row.pair.label in labels and row.pair.confidence in COUNTED]

    def share(self, labels: str, *, outcome: str | None = None, link: LinkType | None = None) -> float:
        """Measure the share of the counted pairs of some labels with an outcome or a link."""
        rows = self.rows(labels)
        hits = [row for row in rows if row.outcome == outcome or (link is not None and link in row.links)]
        return len(hits) / len(rows) if rows else 0.0

    @property
    def misses(self) -> list[Scored]:
        """List the positive pairs that were not put together."""
        return [row for row in self.rows("VM") if row.outcome != "same"]

    @property
    def false_alarms(self) -> list[Scored]:
        """List the negative pairs that were put together."""
        return [row for row in self.rows("QBET") if row.outcome == "same"]

    @property
    def precision(self) -> float:
        """Divide right by claimed, 0 to 1."""
        right = len(self.rows("VM")) - len(self.misses)
        claimed = right + len(self.false_alarms)
        return right / claimed if claimed else 0.0

    @property
    def recall(self) -> float:
        """Divide right by wanted, 0 to 1."""
        wanted = len(self.rows("VM"))
        return (wanted - len(self.misses)) / wanted if wanted else 0.0

    @property
    def f1(self) -> float:
        """Take the harmonic mean of precision and recall."""
        both = self.precision + self.recall
        return 2 * self.precision * self.recall / both if both else 0.0


@dataclass(slots=True)
class _Record:
    """One placed story as the score needs it."""

    payload: str
    canonical: str | None
    links: tuple[Link, ...]
    outlet: str | None
    headline: str | None


class Scorer:
    """Collects the steps of a fold, payload by payload, and scores pairs at the end."""

    def __init__(self) -> None:
        self._records: list[_Record] = []
        self._into: dict[str, str] = {}

    def add(self, payload: str, step: Step) -> None:
        """Note what one story of a payload became."""
        for merge in step.merges:
            self._into[merge.canonical_id] = merge.into
        for placement in step.placements:
            self._records.append(
                _Record(
                    payload,
                    placement.canonical_id,
                    placement.links,
                    placement.story.outlet,
                    placement.story.headline,
                )
            )

    def score(self, pairs: Iterable[Pair]) -> Evaluation:
        """Score the pairs; merges are resolved."""
        ties: defaultdict[str, set[tuple[LinkType, str]]] = defaultdict(set)
        for record in self._records:
            for link in record.links:
                ties[record.payload].add((link.type, self.resolve(link.canonical_id)))
        homes, clusters = self.homes(), self.clusters()
        payloads = {record.payload for record in self._records}
        scored, missing = [], []
        for pair in pairs:
            if pair.a not in payloads or pair.b not in payloads:
                missing.append(pair)
                continue
            scored.append(_score(pair, homes, ties))
        return Evaluation(
            stories=len(self._records),
            canonicals=len(clusters),
            missing=tuple(missing),
            scored=tuple(scored),
            largest=tuple(clusters[:LARGEST]),
        )

    def clusters(self) -> list[Cluster]:
        """List the canonical stories, the largest first."""
        members: defaultdict[str, list[tuple[str | None, str | None]]] = defaultdict(list)
        for record in self._records:
            if record.canonical is not None:
                members[self.resolve(record.canonical)].append((record.outlet, record.headline))
        homes = sorted(members, key=lambda home: (-len(members[home]), home))
        return [Cluster(canonical_id=home, members=tuple(members[home])) for home in homes]

    def homes(self) -> dict[str, set[str]]:
        """Tell the canonical stories of each payload; merges are resolved."""
        homes: defaultdict[str, set[str]] = defaultdict(set)
        for record in self._records:
            if record.canonical is not None:
                homes[record.payload].add(self.resolve(record.canonical))
        return homes

    def resolve(self, canonical_id: str) -> str:
        """Follow a canonical story through its merges."""
        while canonical_id in self._into:
            canonical_id = self._into[canonical_id]
        return canonical_id


def _score(
    pair: Pair, homes: Mapping[str, set[str]], ties: Mapping[str, set[tuple[LinkType, str]]]
) -> Scored:
    ours, theirs = homes.get(pair.a, set()), homes.get(pair.b, set())
    links = frozenset(
        kind
        for one, other in ((pair.a, theirs), (pair.b, ours))
        for kind, home in ties.get(one, set())
        if home in other
    )
    apart = next((kind for kind in OUTCOMES[1:-1] if kind in links), "nothing")
    outcome = "same" if ours & theirs else apart
    return Scored(pair=pair, outcome=outcome, links=links)


def read_pairs(lines: Iterable[str]) -> Iterator[Pair]:
    """Read tab-separated pairs under a header line: id_a, id_b, label, confidence, note."""
    names: list[str] = []
    for line in lines:
        cells = line.rstrip("\r\n").split("\t")
        if not names:
            names = cells
            continue
        row = dict(zip(names, cells, strict=False))
        yield Pair(
            a=row["id_a"],
            b=row["id_b"],
            label=row["label"],
            confidence=row.get("confidence", "h"),
            note=row.get("note", ""),
        )


def render(evaluation: Evaluation) -> str:
    """Write the score for a terminal."""
    table = Counter(
        (row.pair.label, row.outcome) for row in evaluation.scored if row.pair.confidence in COUNTED
    )
    lines = [
        f"{evaluation.stories} stories, {evaluation.canonicals} canonical stories",
        f"precision {evaluation.precision:.3f}  recall {evaluation.recall:.3f}  F1 {evaluation.f1:.3f}",
        "(V and M against Q, B, E, T; confidence h and m)",
        "",
        f"{'label':>5}" + "".join(f"{outcome:>15}" for outcome in OUTCOMES) + f"{'all':>7}",
    ]
    for label in sorted({row.pair.label for row in evaluation.scored}, key="VMPQBETN".find):
        counts = [table[label, outcome] for outcome in OUTCOMES]
        lines.append(f"{label:>5}" + "".join(f"{count:>15}" for count in counts) + f"{sum(counts):>7}")
    lines += ["", *_figures(evaluation)]
    for name, rows in (("misses", evaluation.misses), ("false alarms", evaluation.false_alarms)):
        lines += ["", f"{name}: {len(rows)}"]
        lines += [
            f"  {row.pair.label} {row.pair.a} {row.pair.b} ({row.outcome}) {row.pair.note}" for row in rows
        ]
    if evaluation.missing:
        lines += ["", f"pairs without payload: {len(evaluation.missing)}"]
    lines += ["", "largest canonical stories"]
    for cluster in evaluation.largest:
        lines.append(f"  {cluster.canonical_id}  {len(cluster.members)}")
        lines += [f"      {outlet or '-'}: {headline or '-'}" for outlet, headline in cluster.members]
    return "\n".join(lines)


def _figures(evaluation: Evaluation) -> list[str]:
    derives, event = LinkType.DERIVES_FROM, LinkType.SAME_EVENT
    merged = {label: evaluation.share(label, outcome="same") for label in "PQB"}
    return [
        f"P linked {evaluation.share('P', link=derives):.0%}, P merged {merged['P']:.0%}",
        f"Q merged {merged['Q']:.1%}, B merged {merged['B']:.1%}",
        "derives_from on "
        + ", ".join(f"{label} {evaluation.share(label, link=derives):.0%}" for label in "QBET")
        + f", all {evaluation.share('QBET', link=derives):.1%}",
        f"same_event on E {evaluation.share('E', link=event):.0%}, T {evaluation.share('T', link=event):.0%}",
    ]
