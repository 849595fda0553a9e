"""The report in a real browser: quiet, readable on every screen, and usable without sight or mouse."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from harness.gate.report.page.document import page as report_page
from tests.browser.opening import PHONE, Look, opened_page
from tests.browser.page_measures import CONTRAST, FOCUSED, OVERFLOWING, accessible
from tests.gate_report.report_case import RATES, WAIVED, report_facts

if TYPE_CHECKING:
    from playwright.sync_api import Browser, Page

pytestmark = pytest.mark.browser

_REPORTS = {
    "promoted": {"n": 500, "shift": 0.01},
    "blocked": {"n": 300, "shift": -0.06, "fault": True, "fail": 0.02, "rates": RATES},
    "hostile": {"n": 120, "shift": -0.02, "poison": True, "long": 3_000},
    "invalid": {"n": 0},
    "waived": {"n": 300, "policy": WAIVED, "fault": True},
}
_LOOKS = {
    "light": Look(),
    "dark": Look(scheme="dark"),
    "phone": Look(PHONE),
    "phone-dark": Look(PHONE, "dark"),
    "narrowest": Look((320, 640)),
}
looks = pytest.mark.parametrize("look", _LOOKS.values(), ids=_LOOKS.keys())
folded = pytest.mark.parametrize("report", ["promoted", "blocked", "hostile"], indirect=True)


@pytest.fixture(scope="session", params=_REPORTS)
def report(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A report of each kind, in a file."""
    path = tmp_path_factory.mktemp("report") / f"{request.param}.html"
    path.write_bytes(report_page(report_facts(**_REPORTS[request.param])))
    return path


@looks
def test_the_page_is_quiet(browser: Browser, report: Path, look: Look) -> None:
    """Opening it asks for the file alone, and nothing stands in the console."""
    with opened_page(browser, report, look) as opened:
        opened.page.wait_for_load_state("networkidle")

        assert (opened.requests, opened.complaints) == ([report.as_uri()], [])


@looks
def test_the_page_is_as_wide_as_the_screen(browser: Browser, report: Path, look: Look) -> None:
    """No part sticks out, also with everything unfolded; wide tables scroll within themselves."""
    with opened_page(browser, report, look) as opened:
        _unfold(opened.page)

        assert opened.page.evaluate(OVERFLOWING) == []
        assert opened.page.evaluate("document.documentElement.scrollWidth") == look.size[0]


@looks
def test_text_stands_out_from_its_ground(browser: Browser, report: Path, look: Look) -> None:
    """Every text has a contrast of 4.5 at least, 3 where it is large."""
    with opened_page(browser, report, look) as opened:
        _unfold(opened.page)
        found = opened.page.evaluate(CONTRAST)

    assert found["measured"] > 100
    assert found["faint"][:5] == []


def test_every_drawing_and_table_has_a_name(browser: Browser, report: Path) -> None:
    """A screen reader hears what each drawing, table and region is, and finds the landmarks of the page."""
    with opened_page(browser, report) as opened:
        _unfold(opened.page)
        nodes = accessible(opened.page)

    named = {"image", "img", "graphics-document", "table", "region", "navigation", "link", "heading"}
    assert [node for node in nodes if node[0] in named and not node[1].strip()] == []
    assert {"banner", "navigation", "main", "contentinfo", "table"} <= {role for role, _, _ in nodes}


def test_headings_are_read_in_order(browser: Browser, report: Path) -> None:
    """The outline has one heading above all, and skips no level."""
    with opened_page(browser, report) as opened:
        levels = [level for role, _, level in accessible(opened.page) if role == "heading"]

    assert levels.count(1) == 1
    assert all(after - before <= 1 for before, after in zip([0, *levels], levels, strict=False))


def test_the_keyboard_skips_to_the_findings(browser: Browser, report: Path) -> None:
    """The first stop is a link that comes into view and leads past the list of sections."""
    with opened_page(browser, report) as opened:
        opened.page.keyboard.press("Tab")
        skip = opened.page.evaluate(FOCUSED)
        opened.page.keyboard.press("Enter")
        opened.page.keyboard.press("Tab")
        beyond = opened.page.evaluate(FOCUSED)

    assert (skip["text"], skip["in_view"], skip["outlined"]) == ("Skip to the findings", True, True)
    assert beyond["within"] == "main"


@folded
def test_the_keyboard_reaches_and_opens_what_is_folded(browser: Browser, report: Path) -> None:
    """Tab goes through links and folds in the order of the page, each is outlined, and Enter unfolds."""
    with opened_page(browser, report) as opened:
        stops = _stops(opened.page)
        opened.page.locator("details:not([open]) > summary").first.focus()
        opened.page.keyboard.press("Enter")
        opened_now = opened.page.evaluate("document.activeElement.parentElement.open")

    assert [stop["tag"] for stop in stops[:3]] == ["A", "A", "A"]
    assert "SUMMARY" in {stop["tag"] for stop in stops}
    assert [stop for stop in stops if not stop["outlined"]] == []
    assert [stop["place"] for stop in stops] == sorted(stop["place"] for stop in stops)
    assert opened_now is True


@folded
def test_paper_has_what_is_folded(browser: Browser, report: Path) -> None:
    """In print nothing is folded away, and what only leads around is gone."""
    with opened_page(browser, report) as opened:
        opened.page.emulate_media(media="print")
        tables = opened.page.eval_on_selector_all(
            "details:not([open]) table", "all => all.map(each => each.checkVisibility())"
        )

        assert tables
        assert all(tables)
        assert not opened.page.locator("nav").is_visible()


def test_a_text_has_its_own_direction(browser: Browser, tmp_path: Path) -> None:
    """Arabic reads from the right beside English that reads from the left."""
    path = tmp_path / "report.html"
    path.write_bytes(report_page(report_facts(300, -0.06)))
    with opened_page(browser, path) as opened:
        directions = opened.page.eval_on_selector_all(
            ".said",
            "all => all.map(each => [/[\\u0590-\\u06ff]/.test(each.textContent), getComputedStyle(each).direction])",
        )

    assert {tuple(each) for each in directions} == {(True, "rtl"), (False, "ltr")}


def _unfold(page: Page) -> None:
    page.eval_on_selector_all("details", "all => all.forEach(each => { each.open = true })")


def _stops(page: Page) -> list[dict[str, object]]:
    """Return where Tab stops, until it leaves the page or comes round."""
    stops: list[dict[str, object]] = []
    while len(stops) < 400:
        page.keyboard.press("Tab")
        stop = page.evaluate(FOCUSED)
        if stop["tag"] == "BODY" or (stops and stop["place"] <= stops[-1]["place"]):
            break
        stops.append(stop)
    return stops
