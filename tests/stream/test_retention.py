"""The placement log is cut behind the worker's back: what goes wrong there must not stop it."""

import pytest
from aiokafka import TopicPartition
from aiokafka.errors import KafkaConnectionError

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
