"""End the process at once, as a crash would, where an orderly stop would do harm."""

import logging
import os
from typing import NoReturn

import structlog

log = structlog.get_logger("wiretrace.worker")


def halt(why: str, *, code: int = 1, **facts: object) -> NoReturn:
    """Log ``why`` and exit with ``code`` without flushing producers or committing offsets.

    What was not acknowledged is read again by whoever comes next: that a worker may die at any moment
    is what the fault suite proves.
    """
    log.critical(why, **facts)
    logging.shutdown()
    os._exit(code)
