"""The machine's own Chromium, driven by playwright: it asks nobody for anything, and so do the pages that it opens."""

from __future__ import annotations

import os
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from importlib.util import find_spec
from typing import TYPE_CHECKING

from harness.errors import EnvironmentMissing

if TYPE_CHECKING:
    from playwright.sync_api import Browser

__all__ = ["VARIABLE", "find_chromium", "opened_chromium"]

VARIABLE = "CHROMIUM"
"""The path of the browser, where it is not the `chromium` of the PATH."""

_ARGUMENTS = (
    "--headless",
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--host-resolver-rules=MAP * ~NOTFOUND",
)


def find_chromium() -> str:
    """Return the path of the browser; EnvironmentMissing says what to install."""
    if find_spec("playwright") is None:
        raise EnvironmentMissing(
            "playwright is not installed",
            where="the tests that open a browser",
            expected="the extra `browser`",
            remedy="Run `make browser`, or `pip install -e '.[browser]'`.",
        )
    named = os.environ.get(VARIABLE, "")
    found = shutil.which(named or "chromium")
    if found is None:
        raise EnvironmentMissing(
            "there is no Chromium to open a page with",
            where=f"${VARIABLE}" if named else "the PATH",
            got=named,
            expected="the path of Chromium or Chrome" if named else "a program named chromium",
            remedy=f"Install it (`apt-get install chromium`), or set {VARIABLE} to its path.",
        )
    return found


@contextmanager
def opened_chromium() -> Iterator[Browser]:
    """Open the browser for the block."""
    from playwright.sync_api import sync_playwright

    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=find_chromium(), args=list(_ARGUMENTS))
        try:
            yield browser
        finally:
            browser.close()
