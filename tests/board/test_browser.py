"""A real Chromium looks at a board over a real broker and worker.

``pytest tests/board/test_browser.py --pictures`` rewrites docs/pictures from what it sees.
"""

import contextlib
import json
import os
import re
import signal
import time
import uuid

import pytest

from tests.board.conftest import ROOT, Stage
from worker import sample
from worker.broker import Broker

pytestmark = [pytest.mark.broker, pytest.mark.slow]

WITHIN = 30_000  # milliseconds
FERRY = "Ferry with 214 aboard runs aground in fog off Port Ellory"
TREATY = "Velmora and Sarland sign treaty"
PICTURES = ROOT / "docs" / "pictures"
EVIL = "\u202e<script>alert(1)</script><img src=x onerror=alert(2)>"


def tab(chromium, **context):
    """A page that keeps count of what must not happen: dialogs, faults, requests to somebody else."""
    page = chromium.new_context(**context).new_page()
    page.wrong = []
    page.on("dialog", lambda dialog: (page.wrong.append(dialog.message), dialog.dismiss()))
    page.on("pageerror", lambda error: page.wrong.append(str(error)))
    page.on("console", lambda line: page.wrong.append(line.text) if line.type == "error" else None)
    page.on("request", lambda each: page.wrong.append(each.url) if "127.0.0.1" not in each.url else None)
    page.set_default_timeout(WITHIN)
    return page


@pytest.fixture
def page(stage, chromium):
    page = tab(chromium, base_url=stage.address)
    yield page
    assert not page.wrong
    page.context.close()


@pytest.fixture(scope="module")
def stage(kafka, chromium, tmp_path_factory, request):
    """A board that was open in a browser, and never loaded again, while the sample stream came."""
    stage = Stage(kafka.bootstrap, f"t{uuid.uuid4().hex[:10]}", tmp_path_factory.mktemp("stage"))
    try:
        stage.watched = tab(chromium, base_url=stage.address)
        stage.watched.goto("/")
        stage.watched.get_by_text("Nothing has moved yet").wait_for()
        stage.watched.get_by_text("Live", exact=True).wait_for()
        stage.replay(
            sample.folder() / "payloads", "--manifest", sample.manifest(), "--rate", "12", "--as-published"
        )
        stage.watched.locator("li.item").nth(10).wait_for()
        if request.config.getoption("--pictures"):
            take_pictures(chromium, stage)
        yield stage
    finally:
        assert stage.stop() == [0, 0]


def open_story(page, headline):
    page.goto("/")
    page.get_by_role("link", name=headline).first.click()
    page.get_by_role("heading", name=headline, level=1).wait_for()


def test_the_demo_stream_appears_live(stage):
    page = stage.watched
    assert not page.wrong
    assert page.evaluate("performance.getEntriesByType('navigation')[0].type") == "navigate"
    headlines = page.locator("li.item h2").all_text_contents()
    assert any(FERRY in each for each in headlines)
    assert "runs aground" in page.content()


def test_the_story_page_tells_timeline_tree_matrix_and_diff(page):
    open_story(page, FERRY)
    assert page.locator("table.timeline tbody tr").count() >= 8
    assert page.locator(".tree .node.original").get_by_text("Harbor Courier").count() == 1
    matrix = page.locator("table.matrix").first
    row = matrix.get_by_role("row").filter(has_text="Kestrel Bay Gazette")
    assert row.locator("td.cell.dropped").count() == 4
    page.get_by_role("link", name="compare Zephyr24").first.click()
    page.wait_for_url("**variant=4**")
    diff = page.locator(".diff")
    assert diff.locator("del.name", has_text="Marguerite").count() == 1
    assert diff.locator("ins.name", has_text="Margaret").count() == 1
    assert diff.locator(".quote").count() > 4
    assert diff.locator(".furniture", has_text="READ ALSO").count() == 1


def test_filters_and_search_work_without_a_mouse(page):
    page.goto("/")
    page.keyboard.press("Tab")
    assert page.evaluate("document.activeElement.textContent") == "Skip to the content"
    page.get_by_label("Words").focus()
    page.keyboard.type('"harbor light" reef')
    page.keyboard.press("Enter")
    page.wait_for_url("**text=**")
    assert page.locator("li.item").all_inner_texts()
    assert all(
        "ferry" in each.lower() or "reef" in each.lower()
        for each in page.locator("li.item").all_inner_texts()
    )
    page.get_by_label("Words").fill("")
    page.get_by_label("Agency").select_option("AP")
    page.get_by_role("button", name="Filter").press("Enter")
    page.wait_for_url("**agency=AP**")
    assert {*page.locator("li.item .agency").all_inner_texts()} == {"AP"}
    page.get_by_role("link", name="Clear").press("Enter")
    page.locator("li.item").nth(10).wait_for()
    page.goto("/?badge=lost")
    assert "400" in page.wrong.pop()  # Chromium's console tells the status of the answer
    assert page.get_by_text("is none of stripped").count() == 1
    page.get_by_role("link", name="Back to the wire").press("Enter")
    page.locator("li.item").first.wait_for()


def test_a_page_is_updated_when_one_more_variant_is_published(stage, page, tmp_path):
    """The open story and an open, filtered wire learn of it; the wire lets no other agency's story in."""
    open_story(page, TREATY)
    before = page.locator("table.timeline tbody tr").count()
    page.get_by_text("Live", exact=True).wait_for()
    wire = tab(page.context.browser, base_url=stage.address)
    wire.goto("/?agency=AP")
    wire.get_by_text("Live", exact=True).wait_for()
    name = f"Evening Relay {uuid.uuid4().hex[:4]}"
    for founder in ("006-capital-ledger.txt", "003-meridian-today.html"):
        (tmp_path / founder).write_bytes((sample.folder() / "payloads" / founder).read_bytes())
    lines = [{"file": each.name, "outlet": name} for each in sorted(tmp_path.iterdir())]
    manifest = tmp_path / "manifest.jsonl"
    manifest.write_text("".join(json.dumps(line) + "\n" for line in lines))
    stage.replay(*sorted(tmp_path.glob("0*")), "--manifest", manifest)
    page.locator("table.timeline tr", has_text=name).wait_for()
    assert page.locator("table.timeline tbody tr").count() == before + 1
    wire.locator("li.item.fresh", has_text=TREATY).wait_for()
    assert {*wire.locator("li.item .agency").all_inner_texts()} == {"AP"}
    assert not wire.wrong
    wire.context.close()


def test_hostile_news_is_shown_as_it_is_and_does_nothing(stage, page, tmp_path):
    words = " ".join(f"word{number}" for number in range(80))
    body = {
        "outlet": f"Evil {EVIL}",
        "title": EVIL,
        "url": "javascript:alert(3)",
        "text": f"{words}\n\n{'A' * 1_000_000}",
    }
    (tmp_path / "evil.json").write_text(json.dumps(body))
    stage.replay(tmp_path / "evil.json")
    page.goto("/")
    link = page.get_by_role("link", name="alert(1)").first
    link.wait_for()
    link.click()
    page.get_by_role("heading", level=1, name="alert(1)").wait_for()
    assert page.locator("main script, main img").count() == 0
    assert page.locator("a[href^='javascript']").count() == 0
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")


@pytest.mark.parametrize(("scheme", "width"), [("light", 1280), ("dark", 390)])
def test_axe_finds_no_serious_issue_and_nothing_runs_off_a_phone(stage, chromium, scheme, width):
    from axe_playwright_python.sync_playwright import Axe  # noqa: PLC0415 - only with a browser

    page = tab(
        chromium, base_url=stage.address, color_scheme=scheme, viewport={"width": width, "height": 800}
    )
    open_story(page, FERRY)
    story = page.url
    found = {}
    for path in ("/", story, "/outlets", "/outlets/Zephyr24", "/rejects", "/?agency=AP&slug=x"):
        page.goto(path)
        page.locator("main").wait_for()
        for each in Axe().run(page).response["violations"]:
            if each["impact"] in {"serious", "critical"}:
                found[path, each["id"]] = [node["html"][:200] for node in each["nodes"]][:3]
        if not page.evaluate("document.documentElement.scrollWidth <= innerWidth"):
            found[path, "width"] = page.evaluate("document.documentElement.scrollWidth")
        for box in (each.bounding_box() for each in page.locator(".timeline .credit, .runs .credit").all()):
            if box is None or box["x"] + box["width"] > width:  # what became of the credit needs no scrolling
                found[path, "credit"] = box
    assert not found
    assert not page.wrong
    page.context.close()


def test_what_was_refused_is_told_with_the_way_to_put_it_back(page):
    page.goto("/rejects")
    assert page.locator(".rejects > li").count() == 4
    page.locator(".rejects summary").first.press("Enter")
    assert page.locator("details[open]").get_by_text("wiretrace rejects redrive").count() == 1


@pytest.mark.shared
def test_the_seeds_have_the_right_tree_matrix_and_diff(stage, page, shared):
    stage.replay(shared / "seeds", "--manifest", shared / "seeds-manifest.jsonl", "--rate", "4")
    page.goto("/?outlet=NBC+News")
    page.locator("li.item").first.wait_for()
    story = page.locator("li.item a[href^='/stories/']").first.get_attribute("href")
    deadline = time.monotonic() + 30
    while time.monotonic() < deadline:
        page.goto(story)
        if page.locator("table.timeline tbody tr").count() == 4:
            break
    rows = page.locator("table.timeline tbody tr")
    relations = rows.locator(".relation").all_inner_texts()
    assert relations[:2] == ["original", "paraphrased"]
    assert relations[2] in {"trimmed", "edited"}
    assert page.locator("table.timeline tr", has_text="Nigerian").locator(".credit.stripped").count() == 1
    assert page.locator(".tree .node").count() == 4
    assert page.locator(".tree > ul > li > .node").inner_text().count("NBC News") == 1
    lines = page.locator("table.matrix tbody tr")
    assert lines.count() == 4
    assert lines.nth(0).locator("td.cell.kept").count() == lines.nth(0).locator("td.cell").count() > 10
    assert lines.nth(2).locator("td.cell.dropped").count() > 0
    page.goto(f"{story}?variant=2")
    diff = page.locator(".diff")
    for ours, theirs in (("Alkonis", "Alcornis"), ("Antony", "Anthony"), ("Giorgia", "Giorgio")):
        assert diff.locator(".name", has_text=ours).count() >= 1
        assert diff.locator(".name", has_text=theirs).count() >= 1
    assert diff.locator("ins").count() > 20


def test_the_board_goes_on_while_the_broker_is_away(chromium, tmp_path):
    data = tmp_path / "kafka"
    with contextlib.ExitStack() as stack:
        broker = Broker.start(data)
        stack.callback(broker.stop)
        stage = Stage(broker.bootstrap, "t", tmp_path, worker=False)
        stack.callback(stage.stop)
        page = tab(chromium, base_url=stage.address)
        page.goto("/")
        page.get_by_text("Live", exact=True).wait_for()
        os.kill(broker.pid, signal.SIGKILL)
        broker.wait(10)
        page.get_by_text("The broker is away since").wait_for()
        assert page.reload().status == 200
        page.get_by_text("The broker is away since").wait_for()
        again = Broker.start(data, broker.port)
        stack.callback(again.stop)
        page.get_by_text("Live", exact=True).wait_for()
        assert not page.wrong
        page.context.close()


def take_pictures(chromium, stage):
    """What the README shows: the board with the sample stream alone."""
    PICTURES.mkdir(exist_ok=True)
    for scheme in ("light", "dark"):
        page = tab(
            chromium,
            base_url=stage.address,
            color_scheme=scheme,
            viewport={"width": 1280, "height": 860},
            reduced_motion="reduce",
        )
        page.goto("/")
        page.get_by_text("Live", exact=True).wait_for()
        page.screenshot(path=PICTURES / f"wire-{scheme}.png")
        open_story(page, FERRY)
        page.get_by_text("Live", exact=True).wait_for()
        whole = {"x": 0, "y": 0, "width": 1280, "height": 1180}
        page.screenshot(path=PICTURES / f"story-{scheme}.png", clip=whole, full_page=True)
        page.goto(f"{page.url}?variant=4")
        top = page.locator("#diff").bounding_box()["y"] + page.evaluate("scrollY")
        page.evaluate("document.querySelector('.mast').style.position = 'static'")
        page.screenshot(
            path=PICTURES / f"diff-{scheme}.png", clip={**whole, "y": top, "height": 960}, full_page=True
        )
        page.context.close()


def test_the_readme_shows_pictures_that_are_there():
    told = (ROOT / "README.md").read_text(encoding="utf-8")
    named = re.findall(r"docs/pictures/[a-z-]+\.png", told)
    assert len(named) >= 6
    for each in named:
        assert (ROOT / each).stat().st_size > 10_000
