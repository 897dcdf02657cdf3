"""The split process: payload records in on standard input, answers out on standard output, in order.

A process of its own, so that splitting and placing share no core, and so that a payload that takes all
memory, or brings a library down, takes this process and not the worker. It ends with its input, that is
with its worker, however that died.
"""

import os
import signal
import sys
from typing import BinaryIO

from worker.stream.frames import LENGTH, frame, origin_in, terms_in
from worker.stream.memory import give_back
from worker.stream.splitting import answer, bound_memory


def serve(source: BinaryIO, sink: BinaryIO) -> None:
    """Read the terms from the first frame, say with an empty one that we are there, answer until the end."""
    body = _next(source)
    if body is None:
        return
    terms = terms_in(body)
    bound_memory(terms.memory)
    sink.write(bytes(LENGTH))
    sink.flush()
    while (body := _next(source)) is not None:
        sink.write(frame(answer(origin_in(body), terms)))
        sink.flush()


def _next(source: BinaryIO) -> bytes | None:
    head = source.read(LENGTH)
    if len(head) < LENGTH:
        return None
    body = source.read(int.from_bytes(head, "big"))
    return body if len(body) == int.from_bytes(head, "big") else None


def main() -> None:
    """Serve on the process's own streams; what a library prints goes to standard error."""
    for number in (signal.SIGINT, signal.SIGTERM):  # a whole group may get them; our worker tells us the end
        signal.signal(number, signal.SIG_IGN)
    with os.fdopen(os.dup(1), "wb") as sink:
        os.dup2(2, 1)
        give_back()
        try:
            serve(sys.stdin.buffer, sink)
        except BrokenPipeError:  # the worker is gone
            os._exit(1)


if __name__ == "__main__":
    main()
