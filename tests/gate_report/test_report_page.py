"""report.html: whole, bounded, accessible by its structure, and asking for nothing."""

from __future__ import annotations

import base64
import hashlib
import re
from html.parser import HTMLParser

import pytest
from report_case import POISON, RATES, WAIVED, report_facts

from harness.gate.report.page.document import page
from harness.gate.report.page.worst import LONGEST

_VOID = {"meta", "link", "br"}
_CASES = {
    "promote": {"n": 500, "shift": 0.005},
    "block": {"n": 300, "shift": -0.06, "fault": True},
    "open": {"n": 60, "fail": 0.05},
    "hostile": {"n": 60, "shift": -0.05, "poison": True},
    "invalid": {"n": 10, "failed_baseline": True},
    "nothing": {"n": 0},
    "waived": {"n": 300, "policy": WAIVED, "fault": True},
}


class Page(HTMLParser):
    """The elements of a page, in order; refuses one that is not closed where it should be."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.elements: list[tuple[str, dict[str, str | None]]] = []
        self._open: list[str] = []
        self.feed(html)
        self.close()
        assert self._open == []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """Take a tag."""
        self.elements.append((tag, dict(attrs)))
        if tag not in _VOID:
            self._open.append(tag)

    def handle_endtag(self, tag: str) -> None:
        """Close the last tag, which must be this one."""
        assert self._open.pop() == tag

    def all(self, tag: str) -> list[dict[str, str | None]]:
        """Return the attributes of all elements of a kind."""
        return [attributes for name, attributes in self.elements if name == tag]


@pytest.fixture(params=_CASES)
def html(request: pytest.FixtureRequest) -> str:
    """A report of each kind."""
    return page(report_facts(**_CASES[request.param])).decode()


def test_every_element_is_closed(html: str) -> None:
    """The page is a tree, for each verdict and whatever the texts are."""
    assert Page(html).all("main")


def test_the_page_holds_no_script_and_no_address(html: str) -> None:
    """Nothing on the page runs, and nothing leads or asks out of it."""
    elements = Page(html).elements
    targets = [value for _, given in elements for name, value in given.items() if name in ("src", "href", "action")]

    assert {tag for tag, _ in elements} & {"script", "img", "iframe", "object", "form", "base"} == set()
    assert [value for value in targets if not str(value).startswith(("#", "data:image/svg+xml,"))] == []
    assert [name for _, given in elements for name in given if name.startswith("on") or name == "style"] == []


def test_the_browser_is_told_to_run_and_load_nothing(html: str) -> None:
    """The page's own policy allows its own style, by its hash, and no script from anywhere."""
    [rules] = [str(meta["content"]) for meta in Page(html).all("meta") if "http-equiv" in meta]
    style = html.partition("<style>")[2].partition("</style>")[0]
    digest = base64.b64encode(hashlib.sha256(style.encode()).digest()).decode()

    assert rules.startswith("default-src 'none'; ")
    assert f"style-src 'sha256-{digest}'" in rules
    assert "script" not in rules


def test_headings_are_in_order(html: str) -> None:
    """There is one h1, and no heading skips a level."""
    levels = [int(tag[1]) for tag, _ in Page(html).elements if re.fullmatch("h[1-6]", tag)]

    assert levels.count(1) == 1
    assert all(after - before <= 1 for before, after in zip([0, *levels], levels, strict=False))


def test_names_within_the_page_are_unique_and_lead_somewhere(html: str) -> None:
    """No id is there twice, and each link leads to one of them."""
    seen = Page(html)
    ids = [given["id"] for _, given in seen.elements if "id" in given]

    assert len(ids) == len(set(ids))
    assert {str(link["href"])[1:] for link in seen.all("a")} <= set(ids)


def test_drawings_have_names_and_tables_captions(html: str) -> None:
    """Each drawing is named and told in words or kept from who cannot see it; each table has caption and headers."""
    drawings = re.findall(r'<svg[^>]*role="img"[^>]*><title>[^<]+</title><desc>[^<]+</desc>', html)
    within = re.findall(r'<svg[^>]*(?:class="(?:place|curves)"|aria-hidden="true")', html)

    assert len(drawings) + len(within) == html.count("<svg")
    assert html.count("<table>") == html.count("<caption>") == html.count("<thead>")
    assert all(head.get("scope") in ("col", "row") for head in Page(html).all("th"))
    assert all(frame.get("aria-label") for frame in Page(html).all("div") if frame.get("class") == "scroll")


def test_a_strangers_text_stands_there_as_text() -> None:
    """A prompt, an answer, a name and a slice that are HTML are read, and not obeyed."""
    html = page(report_facts(**_CASES["hostile"])).decode()

    assert "<script>alert" not in html
    assert html.count("&lt;/script&gt;&lt;/style&gt;") > 20
    assert POISON not in html


def test_long_texts_are_cut_and_the_cut_is_said() -> None:
    """Twenty answers of a million characters leave a small page that says how much is missing."""
    html = page(report_facts(60, -0.2, long=200_000)).decode()
    longest = max(map(len, re.findall("x+", html)))
    size, cuts = len(html), len(re.findall(r"Cut: 198,[\d]{3} more characters\.", html))

    assert size < 400_000
    assert LONGEST - 200 < longest < LONGEST
    assert cuts == 2 * 20


def test_a_hundredfold_evidence_makes_no_larger_page() -> None:
    """The page's size follows the number of rules, not that of conversations."""
    small, large = (len(page(report_facts(n, -0.05))) for n in (100, 10_000))

    assert large < 1.25 * small


def test_what_the_page_is_of_is_said_above_everything() -> None:
    """A note stands before the verdict."""
    html = page(report_facts(60, note="Synthetic <evidence>.")).decode()

    assert 0 < html.index("Synthetic &lt;evidence&gt;.") < html.index("<h1>")


def test_error_rates_are_shown_when_there_are_some() -> None:
    """The rates stand in a table; without them the page says how to get them."""
    with_rates, without = (page(report_facts(60, rates=rates)).decode() for rates in (RATES, ()))

    assert "4.4 %" in with_rates
    assert "harness gate calibrate" in without
    assert "another policy" not in with_rates


def test_error_rates_of_another_policy_are_told() -> None:
    """Rates that were measured before the policy was changed stand there with its digest and a warning."""
    shown = page(report_facts(60, rates=RATES, policy=WAIVED)).decode()

    assert "They were measured for another policy" in shown
    assert RATES[0].policy_sha256 in shown


def test_the_same_facts_make_the_same_page() -> None:
    """Nothing on the page comes from a clock or from chance."""
    assert page(report_facts(60)) == page(report_facts(60))
