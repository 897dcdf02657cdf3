"""What a command says when its broker is there and says nothing."""

import pytest

from worker.commands import connect
from worker.commands.exits import Exit
from worker.settings import Settings


def test_a_broker_that_never_answers_is_told_in_a_line(capsys):
    async def work():
        raise TimeoutError

    with pytest.raises(SystemExit) as ended:
        connect.run(work(), Settings(bootstrap="broker.example:9092"))
    assert ended.value.code == Exit.UNREACHABLE
    assert capsys.readouterr().err == (
        "wiretrace: no broker answers at broker.example:9092: somebody listens, and does not answer as "
        "Kafka does; is it PLAINTEXT? (--bootstrap names another)\n"
    )
