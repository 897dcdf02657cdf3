"""Bound the processor time that work on one payload takes."""

import signal
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from types import FrameType
from typing import Final

AGAIN: Final = 0.25  # seconds until it rings again: an exception in a destructor or a callback is dropped


class OutOfTime(BaseException):
    """The deadline passed. Not an Exception, so that no parser takes it for bad input and goes on."""


@contextmanager
def deadline(seconds: float) -> Iterator[None]:
    """Raise OutOfTime from the block when it takes more than ``seconds`` of processor time.

    That the machine is busy, or stood still, is no payload's fault. It takes the
    process's profiling timer (SIGPROF), so it works in the main thread alone, elsewhere there is no limit; a
    call into C is interrupted when it returns. Code in Rust makes a panic of it, which is translated back.
    """
    if threading.current_thread() is not threading.main_thread():
        yield
        return
    armed, rang = True, False

    def ring(_number: int, _frame: FrameType | None) -> None:
        nonlocal rang
        if armed:
            rang = True
            raise OutOfTime

    before = signal.signal(signal.SIGPROF, ring)
    try:
        signal.setitimer(signal.ITIMER_PROF, seconds, AGAIN)
        yield
    except BaseException as error:
        if rang:
            raise OutOfTime from error
        raise
    finally:
        armed = False
        signal.setitimer(signal.ITIMER_PROF, 0)
        signal.signal(signal.SIGPROF, before)
