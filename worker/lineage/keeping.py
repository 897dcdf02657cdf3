"""The state of the life-cycle as JSON and back, for the snapshot of a fold."""

from base64 import b64decode, b64encode
from typing import Any

import orjson

from worker.lineage.archive import pack, unpack
from worker.lineage.chain import Chain, Edition, Order
from worker.lineage.imprint import sketched
from worker.lineage.placement import Action, Version
from worker.lineage.reach import Run
from worker.story import Story


def write_state(state: dict[str, Any]) -> bytes:
    """Write the parts of the state, each as its owner captured it."""
    return orjson.dumps(state, option=orjson.OPT_NON_STR_KEYS)


def read_state(raw: bytes) -> dict[str, Any]:
    """Read what ``write_state`` wrote."""
    state: dict[str, Any] = orjson.loads(raw)
    return state


def chain_from(record: dict[str, Any]) -> Chain:
    """Read a chain that JSON holds."""
    return Chain(
        agency=record["agency"],
        slug=record["slug"],
        names=record["names"],
        editions=[_edition(each) for each in record["editions"]],
        killed=order_from(record["killed"]),
        withheld=order_from(record["withheld"]),
        corrected=order_from(record["corrected"]),
        wrong=record["wrong"],
    )


def order_from(record: dict[str, Any] | None) -> Order | None:
    """Read an order that JSON holds."""
    return None if record is None else Order(**(record | {"action": Action(record["action"])}))


def run_from(record: dict[str, Any]) -> Run:
    """Read the run of an outlet that JSON holds."""
    return Run(**(record | {"kept": int(record["kept"], 16)}))


def run_record(run: Run) -> dict[str, Any]:
    """Make of a run what JSON holds: one bit a paragraph may be more than its numbers do."""
    names = ("outlet", "story_id", "url", "seen", "version", "stale", "corrects")
    return {name: getattr(run, name) for name in names} | {"kept": f"{run.kept:x}"}


def story_record(story: Story) -> str:
    """Make of a whole story what JSON holds."""
    return b64encode(pack(story, whole=True)).decode()


def story_from(record: str) -> Story:
    """Read a whole story that JSON holds."""
    return sketched(unpack(b64decode(record)))


def _edition(record: dict[str, Any]) -> Edition:
    version, takes = Version(**record["version"]), [(number, count) for number, count in record["takes"]]
    return Edition(**(record | {"version": version, "takes": takes}))
