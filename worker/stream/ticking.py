"""What time is it in the stream while no story comes? The wall clock's, unless an archive is being read."""


def tick_time(now: int, *, stream: int | None, appended: int | None, window: int) -> int:
    """Tell the time of a tick. All times are milliseconds since 1970 UTC, ``window`` is milliseconds.

    ``stream`` is the time of the last record, ``appended`` when the broker took it (None: there is none). A
    stream that was further behind than its window then is no live one, and the time of today would end all
    its stories: its own time runs on.
    """
    if stream is None or appended is None or appended - stream <= window:
        return now
    return stream + max(now - appended, 0)
