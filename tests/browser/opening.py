"""A page as it was opened: with what it asked for and what it complained of."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from playwright.sync_api import Browser, Page

__all__ = ["PHONE", "SCREEN", "Look", "Opened", "opened_page"]

SCREEN = (1180, 900)
PHONE = (360, 780)
"""Pixels, across and down."""


@dataclass(frozen=True, slots=True)
class Look:
    """How a reader's device shows pages. scheme: light or dark."""

    size: tuple[int, int] = SCREEN
    scheme: str = "light"


@dataclass(slots=True)
class Opened:
    """requests: addresses. complaints: what stands in the console, errors of scripts, dialogs."""

    page: Page
    requests: list[str] = field(default_factory=list)
    complaints: list[str] = field(default_factory=list)


@contextmanager
def opened_page(browser: Browser, path: Path, look: Look = Look()) -> Iterator[Opened]:
    """Open a file for the block, on a machine that is offline."""
    width, height = look.size
    context = browser.new_context(
        viewport={"width": width, "height": height}, color_scheme=look.scheme, offline=True, reduced_motion="reduce"
    )
    try:
        opened = Opened(context.new_page())
        opened.page.on("request", lambda request: opened.requests.append(request.url))
        opened.page.on("console", lambda message: opened.complaints.append(message.text))
        opened.page.on("pageerror", lambda error: opened.complaints.append(str(error)))
        opened.page.on("dialog", lambda dialog: opened.complaints.append(dialog.message))
        opened.page.goto(path.as_uri())
        yield opened
    finally:
        context.close()
