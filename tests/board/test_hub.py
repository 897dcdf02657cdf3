"""Listeners hear every update, or that they missed some; nobody's slowness costs memory."""

import asyncio

from worker.board.hub import RING, Hub, LookAgain, State, Status, StatusMoved, StoryMoved


async def heard(hub, since, count):
    found = []
    async for news in hub.listen(since):
        found += news
        if len(found) >= count:
            break
    return found


async def test_every_listener_hears_every_update_once():
    hub = Hub(Status(State.LIVE, 0))
    listening = [asyncio.create_task(heard(hub, None, 50)) for _ in range(200)]
    await asyncio.sleep(0)
    for number in range(50):
        hub.tell(StoryMoved(str(number)))
        await asyncio.sleep(0)
    for each in await asyncio.gather(*listening):
        assert [update.canonical_id for _, update in each] == [str(number) for number in range(50)]


async def test_who_comes_back_hears_what_was_missed_or_that_it_is_too_much():
    hub = Hub(Status(State.LIVE, 0))
    begin = hub.next
    hub.tell(StoryMoved("a"), StoryMoved("b"))
    assert [update for _, update in await heard(hub, begin + 1, 1)] == [StoryMoved("b")]
    hub.tell(*(StoryMoved(str(each)) for each in range(RING)))
    assert [update for _, update in await heard(hub, begin, 1)] == [LookAgain()]


async def test_a_state_is_told_when_it_changes_and_listening_ends_when_the_board_does():
    hub = Hub(Status(State.LIVE, 0))
    listening = asyncio.create_task(heard(hub, None, 9))
    await asyncio.sleep(0)
    hub.stand(Status(State.AWAY, 1, "gone"))
    hub.stand(Status(State.AWAY, 2, "still gone"))
    await asyncio.sleep(0)
    hub.close()
    assert [update for _, update in await listening] == [StatusMoved(Status(State.AWAY, 1, "gone"))]
