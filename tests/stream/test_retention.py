"""The placement log is cut behind the worker's back: that must neither stop it nor lose a story."""

from datetime import UTC, datetime, timedelta

import pytest
from aiokafka import TopicPartition
from aiokafka.errors import KafkaConnectionError

from tests.lineage.conftest import Newsroom
from worker.lineage.fold import Fold
from worker.story import PubStatus
from worker.stream import retention
from worker.stream.retention import Retention


@pytest.mark.parametrize("error", [KafkaConnectionError(), TimeoutError(), ConnectionResetError()])
async def test_a_broker_that_does_not_answer_in_time_is_no_reason_to_stop(monkeypatch, error):
    closed = []

    class Admin:
        def __init__(self, **_):
            pass

        async def start(self):
            raise error

        async def close(self):
            closed.append(True)

    monkeypatch.setattr(retention, "AIOKafkaAdminClient", Admin)
    await Retention({}, TopicPartition("wire-placements", 0), window=1).cut(5)
    assert closed == [True]


DAY = 86_400_000


@pytest.mark.parametrize(("embargoed", "released"), [(60, 1), (None, 0)])
def test_a_log_is_not_cut_beyond_a_story_that_is_still_embargoed(embargoed, released):
    cut = Retention({}, TopicPartition("wire-placements", 0), window=7 * DAY)
    newsroom, fold, log, first = Newsroom(), Fold(window=7 * DAY), [], 0
    for day in range(40):
        facts = {"outlet": "Post"}
        if day == 3 and embargoed:
            until = (datetime(1970, 1, 1, tzinfo=UTC) + timedelta(days=embargoed)).isoformat()
            facts = {"outlet": "AP", "pub_status": PubStatus.EMBARGOED, "embargo_until": until}
        story = newsroom.story(newsroom.copy(day), **facts)
        log.append(fold.place(story, at=day * DAY).decision)
        cut.note(day * DAY, day)
        first = cut.due(fold.held_since) or first
    assert first <= 3 if embargoed else first > 20
    cold = Fold(window=7 * DAY)
    for decision in log[first:]:
        cold.restore(None, decision)
    assert len(cold.tick(at=61 * DAY).placements) == released
