"""Records of wire-stories as place reads them."""

from worker.stream.rejects import Origin


def recorded(out, *, topic_id, offset, at):
    """What came of writing ``out`` to the log, at an offset and an append time."""
    return Origin(
        topic=out.topic,
        topic_id=topic_id,
        partition=0,
        offset=offset,
        timestamp=at,
        key=out.key,
        value=out.value,
        headers=out.headers,
    )
