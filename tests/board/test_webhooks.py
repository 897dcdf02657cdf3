"""What a desk asked for is posted to it: signed, at least once, never to whom it must not go."""

import asyncio
import base64
from contextlib import asynccontextmanager
from dataclasses import replace

import orjson
import pytest
from aiohttp import web
from hypothesis import given
from hypothesis import strategies as st
from standardwebhooks import Webhook

from tests.board.conftest import event, original
from topics.catalog import CANONICAL_VARIANTS
from worker.board import delivery, saved
from worker.board.app import Board, build
from worker.board.delivery import Post, signature
from worker.board.guard import is_public
from worker.board.hub import StoryMoved
from worker.board.outbox import Outbox, standing
from worker.board.saved import HookError
from worker.board.writer import write
from worker.commands.board import command

SECRET = "whsec_" + base64.b64encode(b"s" * 32).decode()
OLD_SECRET = "whsec_" + base64.b64encode(b"o" * 32).decode()
TOPIC = CANONICAL_VARIANTS.name
QUICK = Post(private=True, retries=(0.05, 0.05), rest=0.01, timeout=2.0)
HOOK = """
[[webhook]]
name = "{name}"
url = "{url}"
secret_file = "secret"
[webhook.filter]
agency = "AP"
credit = "stripped"
"""


class Desk:
    """A receiver on loopback that answers what it is told to, and keeps what it got."""

    def __init__(self):
        self.got, self.answers, self.url = [], [], ""

    async def take(self, request):
        self.got.append((dict(request.headers), await request.read()))
        status = self.answers.pop(0) if self.answers else 204
        return web.Response(status=status, headers={"Location": self.url} if status == 302 else {})

    async def has(self, number):
        await until(lambda: len(self.got) >= number)
        return self.got


@pytest.fixture
async def desk():
    desk = Desk()
    app = web.Application()
    app.router.add_post("/in/token", desk.take)
    runner = web.AppRunner(app)
    await runner.setup()
    site = web.TCPSite(runner, "127.0.0.1", 0)
    await site.start()
    desk.url = f"http://127.0.0.1:{site._server.sockets[0].getsockname()[1]}/in/token"
    yield desk
    await runner.cleanup()


@pytest.fixture
def hooks(tmp_path, desk):
    return read(tmp_path, HOOK.format(name="ap-without-credit", url=desk.url))


def read(folder, text, secret=SECRET):
    (folder / "secret").write_text(secret)
    (folder / "hooks.toml").write_text(text)
    return saved.read(folder / "hooks.toml", {})


def place(store, *offsets, credit="stripped", agency="AP"):
    """Write placements at these offsets, as the intake would."""
    items = []
    for offset in offsets:
        message = original(canonical_id=f"c{offset}", story_id=f"s{offset}", agency=agency)
        told = orjson.loads(orjson.dumps(message))
        told["variant"] |= {"credit": credit, "relation": "trimmed", "agency": agency}
        items.append(event(type(message)(**vars_of(message, told)), offset))
    write(store, items, {(TOPIC, 0): max(offsets) + 1})


def vars_of(message, told):
    from topics.codec import reader_of  # noqa: PLC0415 - one use
    from topics.messages import Variant  # noqa: PLC0415 - as above

    values = {name: getattr(message, name) for name in type(message).__slots__}
    return values | {"variant": reader_of(Variant)(told["variant"])}


@pytest.fixture
def known(store):
    """A store that knows its topic, with one placement that was there before."""
    store.match({TOPIC: "topic-1"})
    place(store, 0)
    return store


@asynccontextmanager
async def posting(store, hub, hooks, post=QUICK):
    """Deliver while this lasts."""
    outbox = Outbox.open(store.path.parent, hooks)
    task = asyncio.create_task(delivery.run(Board(store=store, hub=hub), hooks, outbox, post))
    try:
        await until(lambda: outbox._db.execute("SELECT count(*) FROM hooks").fetchone()[0] == len(hooks))
        yield outbox
    finally:
        task.cancel()
        await asyncio.gather(task, return_exceptions=True)
        outbox.close()


async def give_up(outbox, store, hub):
    """Wait until the delivery of a placement is given up."""
    place(store, 1)
    hub.tell(StoryMoved("c1"))
    await until(lambda: outbox.tally("ap-without-credit").dead == 1)


async def until(true):
    async with asyncio.timeout(10):
        while not true():  # noqa: ASYNC110 - what is waited for is in a file
            await asyncio.sleep(0.02)


async def test_ap_copy_without_credit_is_posted_signed_and_nothing_else(known, hub, hooks, desk):
    async with posting(known, hub, hooks) as outbox:
        place(known, 1, credit="kept")
        place(known, 2)
        place(known, 3, agency="dpa")
        place(known, 4)
        hub.tell(StoryMoved("c4"))
        got = await desk.has(2)
        await until(lambda: outbox.tally("ap-without-credit").delivered == 2)
    assert len(got) == 2  # neither what was there before, nor what others ask for
    for (headers, body), number in zip(got, (2, 4), strict=True):
        told = Webhook(SECRET).verify(body, headers)  # the reference implementation
        assert told["type"] == "variant.matched"
        assert told["data"]["webhook"] == "ap-without-credit"
        assert told["data"]["variant"]["story_id"] == f"s{number}"
        assert told["data"]["variant"]["credit"] == "stripped"
        assert told["data"]["story"]["canonical_id"] == f"c{number}"
    assert len({headers["webhook-id"] for headers, _ in got}) == 2


async def test_a_receiver_that_fails_is_asked_again_with_the_same_id(known, hub, hooks, desk):
    desk.answers = [500, 302]
    async with posting(known, hub, hooks) as outbox:
        place(known, 1)
        hub.tell(StoryMoved("c1"))
        got = await desk.has(3)
        await until(lambda: outbox.tally("ap-without-credit").delivered == 1)
    assert len({headers["webhook-id"] for headers, _ in got}) == 1
    assert len({body for _, body in got}) == 1


async def test_what_is_refused_too_often_is_given_up_and_told(known, hub, hooks, desk):
    desk.answers = [500, 503, 500]
    async with posting(known, hub, hooks) as outbox:
        await give_up(outbox, known, hub)
        tally = outbox.tally("ap-without-credit")
    assert len(desk.got) == 3
    assert (tally.pending, tally.delivered, tally.last_error) == (0, 0, "answered 500")


async def test_what_was_given_up_is_posted_again_with_its_id_when_it_is_asked_for(known, hub, hooks, desk):
    desk.answers = [500, 503, 500]
    async with posting(known, hub, hooks) as outbox:
        await give_up(outbox, known, hub)
    async with posting(known, hub, hooks) as outbox:
        assert outbox.tally("ap-without-credit").dead == 1  # not without being asked
    desk.answers = [500]
    async with posting(known, hub, hooks, replace(QUICK, again=True)) as outbox:
        await until(lambda: outbox.tally("ap-without-credit").delivered == 1)
        assert outbox.tally("ap-without-credit").dead == 0
    assert len(desk.got) == 5
    assert len({(headers["webhook-id"], body) for headers, body in desk.got}) == 1


async def test_a_receiver_that_is_gone_is_not_asked_again(known, hub, hooks, desk):
    desk.answers = [410]
    async with posting(known, hub, hooks) as outbox:
        await give_up(outbox, known, hub)
    assert len(desk.got) == 1


async def test_what_came_while_the_board_was_down_is_posted_later_once(known, hub, hooks, desk):
    async with posting(known, hub, hooks):
        pass
    place(known, 1, 2, 3)
    async with posting(known, hub, hooks) as outbox:
        await until(lambda: outbox.tally("ap-without-credit").delivered == 3)
    async with posting(known, hub, hooks):
        await asyncio.sleep(0.1)
    assert len(desk.got) == 3


async def test_a_store_that_is_built_anew_posts_nothing_twice(known, hub, hooks, desk):
    async with posting(known, hub, hooks) as outbox:
        place(known, 1)
        hub.tell(StoryMoved("c1"))
        await until(lambda: outbox.tally("ap-without-credit").delivered == 1)
    known.rebuild()
    known.match({TOPIC: "topic-1"})
    place(known, 0, 1, 2)
    async with posting(known, hub, hooks) as outbox:
        await until(lambda: outbox.tally("ap-without-credit").delivered == 2)
    assert [orjson.loads(body)["data"]["variant"]["story_id"] for _, body in desk.got] == ["s1", "s2"]


def test_a_crash_between_answer_and_note_posts_again_with_the_same_id(known, tmp_path):
    hooks = read(tmp_path, HOOK.format(name="a", url="http://desk.example/"))
    outbox = Outbox.open(known.path.parent, hooks)
    with known.reading() as board:
        outbox.collect(board, hooks[0], now=1)
    place(known, 1)
    with known.reading() as board:
        outbox.collect(board, hooks[0], now=1)
    first = outbox.next("a")
    outbox.close()
    outbox = Outbox.open(known.path.parent, hooks)
    with known.reading() as board:
        outbox.collect(board, hooks[0], now=2)
    assert outbox.next("a") == first
    outbox.delivered("a", first)
    assert outbox.next("a") is None
    outbox.close()


def test_a_topic_that_was_made_again_is_read_from_its_beginning(known, tmp_path):
    hooks = read(tmp_path, HOOK.format(name="a", url="http://desk.example/"))
    outbox = Outbox.open(known.path.parent, hooks)
    with known.reading() as board:
        outbox.collect(board, hooks[0], now=1)
    known.match({TOPIC: "topic-2"})
    place(known, 0)
    with known.reading() as board:
        outbox.collect(board, hooks[0], now=1)
    assert outbox.next("a") is not None
    outbox.close()


def test_a_webhook_that_is_no_more_is_forgotten(known, tmp_path):
    hooks = read(tmp_path, HOOK.format(name="a", url="http://desk.example/"))
    outbox = Outbox.open(known.path.parent, hooks)
    for offset in (1, 2):
        with known.reading() as board:
            outbox.collect(board, hooks[0], now=1)
        place(known, offset)
    assert outbox.next("a") is not None
    outbox.close()
    outbox = Outbox.open(known.path.parent, ())
    assert outbox.next("a") is None
    outbox.close()


@pytest.mark.parametrize(
    "host", ["127.0.0.1", "localhost", "127.1", "2130706433", "[::1]", "[::ffff:7f00:1]"]
)
async def test_this_machine_is_not_posted_to_unless_allowed(known, hub, tmp_path, desk, host):
    url = desk.url.replace("127.0.0.1", host)
    hooks = read(tmp_path, HOOK.format(name="a", url=url))
    async with posting(known, hub, hooks, Post(retries=(), rest=0.01)) as outbox:
        place(known, 1)
        hub.tell(StoryMoved("c1"))
        await until(lambda: outbox.tally("a").dead == 1)
        error = outbox.tally("a").last_error
    # the client refuses by itself what is spelt as no address should be
    assert error.startswith("refused:") or error == "InvalidUrlClientError"
    assert desk.got == []


@pytest.mark.parametrize(
    "address",
    [
        *["127.0.0.1", "10.1.2.3", "172.16.0.1", "192.168.1.1", "169.254.169.254", "100.64.0.1", "0.0.0.0"],  # noqa: S104
        *["224.0.0.1", "255.255.255.255", "::1", "::", "fe80::1%eth0", "fd00::1", "ff02::1"],
        *["::ffff:127.0.0.1", "64:ff9b::a00:1", "2002:7f00:1::", "198.18.0.1"],
    ],
)
def test_an_address_that_not_everybody_reaches_is_private(address):
    assert not is_public(address)


def test_an_address_of_the_internet_is_public():
    assert is_public("198.41.0.4")
    assert is_public("2001:503:ba3e::2:30")


@given(st.binary(max_size=300), st.binary(min_size=24, max_size=64))
def test_the_signature_is_that_of_the_reference_implementation(body, secret):
    from datetime import UTC, datetime  # noqa: PLC0415 - one use

    text = body.decode("utf-8", "replace")
    at = datetime.fromtimestamp(1_795_381_500, UTC)
    theirs = Webhook(base64.b64encode(secret).decode()).sign("msg_a", at, text)
    assert signature("msg_a", 1_795_381_500, text.encode(), secret) == theirs


async def test_while_a_secret_is_replaced_both_sign(known, hub, tmp_path, desk):
    hooks = read(tmp_path, HOOK.format(name="a", url=desk.url), f"{SECRET}\n{OLD_SECRET}\n")
    async with posting(known, hub, hooks):
        place(known, 1)
        hub.tell(StoryMoved("c1"))
        ((headers, body),) = await desk.has(1)
    for secret in (SECRET, OLD_SECRET):
        Webhook(secret).verify(body, headers)


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("nonsense", "cannot be read"),
        ("a = 1", "something else"),
        (HOOK.format(name="A b", url="http://d.example/"), "no name"),
        (HOOK.format(name="a", url="ftp://d.example/"), "no http or https"),
        (HOOK.format(name="a", url="http:///x"), "no http or https"),
        (HOOK.format(name="a", url="http://me:pw@d.example/"), "user or password"),
        (HOOK.format(name="a", url="http://d.example:x/"), "ort"),
        (HOOK.format(name="a", url="http://d.example/") * 2, "two webhooks"),
        (HOOK.format(name="a", url="http://d.example/").replace("AP", ""), "agency: is empty"),
        (HOOK.format(name="a", url="http://d.example/").replace("agency", "colour"), "colour"),
        (HOOK.format(name="a", url="http://d.example/").replace("agency", "since"), "since"),
        (HOOK.format(name="a", url="http://d.example/").replace("_file", "_flie"), "secret_flie"),
        (HOOK.format(name="a", url="http://d.example/").replace('"secret"', '"gone"'), "cannot be read"),
        (HOOK.format(name="a", url="http://d.example/").split("[webhook.filter]")[0], "no filter"),
    ],
)
def test_a_broken_file_of_webhooks_says_what_is_wrong(tmp_path, text, said):
    with pytest.raises(HookError, match=said) as caught:
        read(tmp_path, text)
    assert "\n" not in str(caught.value)


@pytest.mark.parametrize("secret", ["", "geheim", "whsec_", "whsec_c2hvcnQ=", "whsec_***"])
def test_a_weak_secret_is_refused_and_not_told(tmp_path, secret):
    with pytest.raises(HookError) as caught:
        read(tmp_path, HOOK.format(name="a", url="http://d.example/"), secret)
    told = secret.removeprefix("whsec_")
    assert not told or told not in str(caught.value)


async def test_the_api_tells_how_webhooks_do_and_no_secret(known, hub, hooks, desk):
    import httpx  # noqa: PLC0415 - one use

    async with posting(known, hub, hooks) as outbox:
        board = Board(store=known, hub=hub, webhooks=lambda: standing(hooks, outbox))
        async with httpx.AsyncClient(transport=httpx.ASGITransport(build(board)), base_url="http://b") as web:
            answer = await web.get("/api/webhooks")
    (told,) = answer.json()["items"]
    assert told["name"] == "ap-without-credit"
    assert told["filter"] == {"agency": "AP", "credit": "stripped"}
    assert told["host"] == desk.url.removesuffix("/in/token")
    assert "token" not in answer.text
    assert "whsec" not in answer.text + repr(hooks)
    assert "token" not in repr(hooks)


def test_the_board_does_not_start_with_a_broken_file_of_webhooks(tmp_path, monkeypatch, capsys):
    text = HOOK.format(name="a", url="http://d.example/").replace("credit", "colour")
    (tmp_path / "hooks.toml").write_text(text)
    (tmp_path / "secret").write_text(SECRET)
    monkeypatch.setenv("WIRETRACE_BOARD_WEBHOOKS", str(tmp_path / "hooks.toml"))
    with pytest.raises(SystemExit) as caught:
        command(data=tmp_path / "store", port="0")
    assert caught.value.code == 2
    told = capsys.readouterr().err
    assert "webhook 'a' has a broken filter: colour" in told
    assert SECRET not in told
