"""Every metric of the worker, with what it counts. Labels are closed sets: no outlet, no story.

``docs/operations.md`` has a row for each; a test holds the two together. Times are seconds, sizes bytes.
"""

from typing import Final

from prometheus_client import Counter, Gauge, Histogram

BUCKETS: Final = (0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5)
LATENCY_BUCKETS: Final = (
    0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0, 30.0, 60.0, 300.0, 1800.0, 7200.0,
)  # fmt: skip

# payloads read, by what became of them: split, empty, rejected
PAYLOADS: Final = Counter("wiretrace_payloads", "Payloads read", ["outcome"])
# stories that payloads were split into, by the format they were read as
STORIES: Final = Counter("wiretrace_stories", "Stories split from payloads", ["format"])
# stories placed, by status and relation ("" when the story was not matched)
PLACEMENTS: Final = Counter("wiretrace_placements", "Stories placed", ["status", "relation"])
# canonical stories that turned out to be another one
MERGES: Final = Counter("wiretrace_merges", "Canonical stories merged into another")
# payloads and parts refused, by reason
REJECTS: Final = Counter("wiretrace_rejects", "Payloads and parts refused", ["reason"])
# seconds that a stage takes: split and publish a payload, place a story, commit a batch
STAGE_SECONDS: Final = Histogram(
    "wiretrace_stage_seconds", "Time that a stage takes", ["stage"], buckets=BUCKETS
)
# seconds from the broker's arrival of a payload to the commit of a story's placement
END_TO_END_SECONDS: Final = Histogram(
    "wiretrace_end_to_end_seconds",
    "From the arrival of a payload on the broker to the commit of a placement",
    buckets=LATENCY_BUCKETS,
)
# records that wait before a half of the worker
LAG: Final = Gauge("wiretrace_consumer_lag", "Records that wait", ["topic"])
# when a record of a topic was last handled
LAST_MESSAGE: Final = Gauge(
    "wiretrace_last_message_timestamp_seconds", "When a record was last handled, since 1970 UTC", ["topic"]
)
# records that place has seen before and dropped
REDELIVERIES: Final = Counter("wiretrace_redeliveries", "Records dropped as seen before")
# canonical stories that a new story can still join
WINDOW_STORIES: Final = Gauge("wiretrace_window_stories", "Canonical stories in the window")
# seconds that the last rebuild of the state took
RECOVERY_SECONDS: Final = Gauge("wiretrace_recovery_seconds", "Last rebuild of the state of place")
# decisions read back since the rebuild of the state began, and those still to come
RECOVERED: Final = Gauge("wiretrace_recovery_decisions", "Decisions of the last rebuild", ["part"])
# seconds that the last local snapshot took to write, and its bytes
SNAPSHOT_SECONDS: Final = Gauge("wiretrace_snapshot_seconds", "Last write of a local snapshot")
SNAPSHOT_BYTES: Final = Gauge("wiretrace_snapshot_bytes", "Size of the last local snapshot")
# local snapshots, by outcome: written, failed, used, ignored
SNAPSHOTS: Final = Counter("wiretrace_snapshots", "Local snapshots", ["outcome"])
# bytes of the state of place, by what they are for: index, shelf, columns, known, departed
STATE_BYTES: Final = Gauge("wiretrace_state_bytes", "State of place", ["kind"])
# 1 on the worker that owns the matching partition, 0 on the others
PLACING: Final = Gauge("wiretrace_placing", "Whether this worker places")
# 1 while /readyz says yes
READY: Final = Gauge("wiretrace_ready", "Whether this worker is ready")
# transactions of place, by outcome: committed, failed
TRANSACTIONS: Final = Counter("wiretrace_transactions", "Transactions of place", ["outcome"])
# split processes that died, each of some payload
SPLIT_DEATHS: Final = Counter("wiretrace_split_deaths", "Split processes that died")
# always 1; the version stands in the label
BUILD_INFO: Final = Gauge("wiretrace_build_info", "Version of the worker", ["version"])

for _outcome in ("split", "empty", "rejected"):  # a series that appears with its first event has no increase
    PAYLOADS.labels(_outcome)
for _outcome in ("committed", "failed"):
    TRANSACTIONS.labels(_outcome)
