"""HTML as values: what is text stays text."""

from __future__ import annotations

from html.parser import HTMLParser

import pytest
from hypothesis import example, given
from hypothesis import strategies as st
from report_case import POISON

from harness.gate.report.page.markup import Markup, el, joined, visible


class Seen(HTMLParser):
    """Collects what a browser would see."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.tags: list[str] = []
        self.attributes: list[tuple[str, str | None]] = []
        self.text = ""
        self.feed(html)
        self.close()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """Take a tag."""
        self.tags.append(tag)
        self.attributes += attrs

    def handle_data(self, data: str) -> None:
        """Take text."""
        self.text += data


@given(st.text())
@example(POISON)
@example("]]></p><p onclick=x>&lt;&#60;\x00\r\n")
def test_text_is_read_back_as_text(text: str) -> None:
    """Whatever a text holds, an element has one tag and the text, with what cannot be seen made visible."""
    seen = Seen(el("p", text))

    assert (seen.tags, seen.text) == (["p"], visible(text))


@given(st.text())
@example("' onload='alert(1)")
@example('" onload="alert(1)')
def test_an_attribute_ends_where_it_should(text: str) -> None:
    """Whatever a value holds, an element has that attribute and no other."""
    seen = Seen(el("p", title=text))

    assert (seen.tags, seen.attributes, seen.text) == (["p"], [("title", visible(text))], "")


@pytest.mark.parametrize("text", ["<b>", Markup("<b>") + "<i>", "".join((Markup("<b>"), "<i>")), Markup("<b>").upper()])
def test_only_what_was_built_here_is_html(text: str) -> None:
    """Text stays text also when it was put together from HTML: only an element is HTML."""
    assert "<" not in joined(text)


def test_html_within_html_is_not_escaped_again() -> None:
    """An element may hold elements, and nothing for None."""
    assert el("p", el("b", "&"), None, class_="x", hidden=None) == '<p class="x"><b>&amp;</b></p>'


@pytest.mark.parametrize(
    ("text", "shown"),
    [("\x07", "␇"), ("\x7f", "␡"), ("a\r\nb", "a\nb"), ("\u202e", "�"), ("\ud800", "�"), ("é\t\n", "é\t\n")],
)
def test_what_cannot_be_seen_is_made_visible(text: str, shown: str) -> None:
    """Control characters, half characters and the overrides of direction are seen; lines and tabs stay."""
    assert visible(text) == shown
