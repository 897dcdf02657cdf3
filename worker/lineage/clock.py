"""Stream time: the time that decides windows and lags, told by the log alone."""

from typing import Final

DAY: Final = 86_400_000  # milliseconds


class Clock:
    """Turn delivery times into stream time, which never runs backward.

    All times are milliseconds since 1970 UTC. ``now`` is None until the first record that has a time.
    """

    __slots__ = ("now",)

    def __init__(self, now: int | None = None) -> None:
        self.now = now

    def read(self, *, received: int | None, appended: int | None) -> tuple[int | None, bool]:
        """Return the stream time of a record, and whether its delivery time had to be clamped.

        ``received`` is the delivery time that the payload claims, ``appended`` the time at which the
        broker took the record (None for files): a claim of more than a day ahead of it is cut to that.
        """
        claim = appended if received is None else received
        if claim is None:
            return self.now, False
        clamped = appended is not None and claim > appended + DAY
        if clamped and appended is not None:
            claim = appended + DAY
        self.now = claim if self.now is None else max(self.now, claim)
        return self.now, clamped
