"""A real browser for tests of the page: Debian's or any other chromium, driven by Playwright, with the network off."""

from __future__ import annotations

import os
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

if TYPE_CHECKING:
    from playwright.sync_api import Browser, Page

__all__ = ["Opened", "launched", "opened"]

_NAMES = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")
_ARGUMENTS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]


@dataclass
class Opened:
    """A page in a browser, with what it asked for and complained of."""

    page: Page
    requests: list[str] = field(default_factory=list)
    complaints: list[str] = field(default_factory=list)

    def text(self, selector: str) -> str:
        """Return the text of an element, spaces as in the source."""
        return (self.page.text_content(selector) or "").strip()

    def compute(self, **words: Any) -> list[float] | None:
        """Set what counts, and return the limits and median of the total from the draws of the page."""
        found: list[float] | None = self.page.evaluate("words => window.mcmort.compute(words)", words)
        return found


def _missing(why: str) -> None:
    """Skip, or fail where a browser is required."""
    if os.environ.get("MCMORT_REQUIRE_BROWSER") == "1":
        pytest.fail(f"{why}, and MCMORT_REQUIRE_BROWSER=1")
    pytest.skip(why)


@contextmanager
def launched() -> Iterator[Browser]:
    """Lend a browser; skip the test where there is none."""
    program = os.environ.get("MCMORT_CHROMIUM") or next(
        (found for name in _NAMES if (found := shutil.which(name))), None
    )
    if program is None:
        _missing("no chromium found; name one with MCMORT_CHROMIUM")
    try:
        from playwright.sync_api import sync_playwright
    except ImportError:
        _missing("Playwright is not installed")
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=program, headless=True, args=_ARGUMENTS)
        yield browser
        browser.close()


@contextmanager
def opened(
    browser: Browser, path: Path, fragment: str = "", *, script: bool = True, width: int = 1280
) -> Iterator[Opened]:
    """Lend a page opened from the disk, in a window of its own without a network."""
    context = browser.new_context(
        viewport={"width": width, "height": 1000}, java_script_enabled=script, offline=True, accept_downloads=True
    )
    found = Opened(context.new_page())
    found.page.on("request", lambda request: found.requests.append(request.url))
    found.page.on("console", lambda message: found.complaints.append(message.text))
    found.page.on("pageerror", lambda error: found.complaints.append(str(error)))
    found.page.goto(path.resolve().as_uri() + fragment)
    if script:
        found.page.wait_for_function("window.mcmort?.ready")
    yield found
    context.close()
