"""Chromium as it is installed, without a window and without any network, and what it did."""

from __future__ import annotations

import os
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Literal

if TYPE_CHECKING:
    from playwright.sync_api import Browser, Dialog, Page

__all__ = ["Visit", "chromium", "find_chromium", "visit"]

_NAMES = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")
# Nothing by itself, and no name that leads anywhere.
_FLAGS = (
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-domain-reliability",
    "--disable-sync",
    "--host-resolver-rules=MAP * ~NOTFOUND",
    "--mute-audio",
    "--no-default-browser-check",
    "--no-first-run",
)
# What a page that stands alone may ask for.
_NEAR = ("file:", "data:", "blob:", "about:")


@dataclass
class Visit:
    """A page that is open, and what has happened in it.

    Parameters
    ----------
    page : Page
        The page.
    requests : list of str
        The addresses of all that was asked for.
    complaints : list of str
        Errors and warnings on the console, and errors of scripts.
    dialogs : list of str
        What was shown in dialogs, which no page of ours opens.
    """

    page: Page
    requests: list[str] = field(default_factory=list)
    complaints: list[str] = field(default_factory=list)
    dialogs: list[str] = field(default_factory=list)

    def far(self) -> list[str]:
        """Requests that would have left the machine."""
        return [address for address in self.requests if not address.startswith(_NEAR)]


def find_chromium() -> str | None:
    """The path of the Chromium that is installed; None where there is none."""
    return next(filter(None, map(shutil.which, _NAMES)), None)


@contextmanager
def chromium() -> Iterator[Browser]:
    """Start Chromium, and end it.

    Raises
    ------
    FileNotFoundError
        None is installed.
    """
    from playwright.sync_api import sync_playwright

    found = find_chromium()
    if found is None:
        raise FileNotFoundError(f"none of {', '.join(_NAMES)} is installed")
    # Chromium's sandbox refuses to serve root.
    root = ["--no-sandbox"] if hasattr(os, "geteuid") and os.geteuid() == 0 else []
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=found, args=[*_FLAGS, *root])
        try:
            yield browser
        finally:
            browser.close()


@contextmanager
def visit(
    browser: Browser,
    *,
    width: int = 1280,
    height: int = 800,
    colours: Literal["light", "dark"] = "light",
) -> Iterator[Visit]:
    """Open an empty page with the network off, in a profile of its own."""
    context = browser.new_context(
        viewport={"width": width, "height": height}, color_scheme=colours, offline=True
    )
    try:
        page = context.new_page()
        seen = Visit(page)
        context.on("request", lambda request: seen.requests.append(request.url))
        page.on("console", lambda message: _note(seen, message.type, message.text))
        page.on("pageerror", lambda error: seen.complaints.append(str(error)))
        page.on("dialog", lambda dialog: _dismiss(seen, dialog))
        yield seen
    finally:
        context.close()


def _dismiss(seen: Visit, dialog: Dialog) -> None:
    seen.dialogs.append(dialog.message)
    dialog.dismiss()


def _note(seen: Visit, kind: str, text: str) -> None:
    if kind in ("error", "warning"):
        seen.complaints.append(text)
