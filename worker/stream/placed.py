"""What is logged and counted of a record that was placed? Told once its batch is written."""

import time

import structlog
from aiokafka import ConsumerRecord

from worker.stream import metrics
from worker.stream.incoming import arrived
from worker.stream.placing import Handled
from worker.stream.tracing import Handling

log = structlog.get_logger("wiretrace.place")


def tell_placed(result: Handled, record: ConsumerRecord, trace: Handling) -> None:
    """Log and count what became of one record."""
    metrics.LAST_MESSAGE.labels(record.topic).set_to_current_time()
    if result.step.placements and (appended := arrived(record.headers)) is not None:
        metrics.END_TO_END_SECONDS.observe(max(0.0, time.time() - appended / 1000))
    if result.refused is not None:
        metrics.REJECTS.labels("malformed").inc()
        log.error("story.refused", offset=record.offset, message=result.refused[:200])
    if result.clamped:
        log.warning("story.clamped", offset=record.offset, story_id=result.step.decision.story_id)
    if result.step.decision.redelivery and result.refused is None:
        metrics.REDELIVERIES.inc()
        log.info("story.redelivered", offset=record.offset, story_id=result.step.decision.story_id)
    for placement in result.step.placements:
        variant = placement.variant
        relation = "" if variant is None else variant.relation.value
        metrics.PLACEMENTS.labels(placement.status.value, relation).inc()
        log.info(
            "story.placed",
            offset=record.offset,
            story_id=placement.story.id,
            canonical_id=placement.canonical_id,
            status=placement.status.value,
            relation=relation,
            outlet=placement.story.outlet,
            **trace.trace_id,
        )
    for reach in result.step.reaches:
        log.info(
            "canonical.reached",
            canonical_id=reach.canonical_id,
            action=reach.action.value,
            cause=reach.cause.value,
            outlet=reach.outlet,
            carrying=reach.carrying,
        )
    for merge in result.step.merges:
        metrics.MERGES.inc()
        log.info("canonical.merged", canonical_id=merge.canonical_id, into=merge.into)
