"""What does a decision say? Its facts, which begin with their version: a later run has to read them."""

from typing import Any, Final

from worker.errors import OtherVersion
from worker.lineage.placement import Decision, Status

FACTS_VERSION: Final = 3  # of what is decided, and of the facts that say so
READ_VERSIONS: Final = (1, 2, 3)  # of facts that are restored


def new_facts(*, status: Status, **facts: Any) -> dict[str, Any]:  # noqa: ANN401 - any JSON value
    """Begin the facts of a decision."""
    return {"version": FACTS_VERSION, "status": str(status), **facts}


def needs_story(decision: Decision) -> bool:
    """Tell whether a decision is restored from its story, as those of version 1 are. Raises OtherVersion."""
    version = decision.facts.get("version")
    if version is not None and version not in READ_VERSIONS:
        raise OtherVersion("a decision", found=version, known=READ_VERSIONS)
    return version == 1
