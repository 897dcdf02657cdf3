"""Every metric name of the worker, with what it counts. Labels are closed sets: no outlet, no story."""

from typing import Final

from prometheus_client import Counter, Gauge, Histogram

BUCKETS: Final = (0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5)

# payloads read, by what became of them: split, empty, rejected
PAYLOADS: Final = Counter("wiretrace_payloads", "Payloads read", ["outcome"])
# stories placed, by status and relation ("" when the story was not matched)
STORIES: Final = Counter("wiretrace_stories", "Stories placed", ["status", "relation"])
# payloads and parts refused, by reason
REJECTS: Final = Counter("wiretrace_rejects", "Payloads and parts refused", ["reason"])
# seconds of work a payload (split) or a story (place) takes
STAGE_SECONDS: Final = Histogram(
    "wiretrace_stage_seconds", "Work per payload or story", ["stage"], buckets=BUCKETS
)
# records that wait before a half of the worker
LAG: Final = Gauge("wiretrace_consumer_lag", "Records that wait", ["topic"])
# records that place has seen before and dropped
REDELIVERIES: Final = Counter("wiretrace_redeliveries", "Records dropped as seen before")
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
# transactions of place, by outcome: committed, failed
TRANSACTIONS: Final = Counter("wiretrace_transactions", "Transactions of place", ["outcome"])
# split processes that died, each of some payload
SPLIT_DEATHS: Final = Counter("wiretrace_split_deaths", "Split processes that died")
