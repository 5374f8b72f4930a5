"""Pages in a browser."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import ExitStack
from pathlib import Path
from typing import TYPE_CHECKING, Literal

import pytest

from eval.support.browser import Visit, visit

if TYPE_CHECKING:
    from playwright.sync_api import Browser

Open = Callable[..., Visit]
# Milliseconds in which what a test waits for has to come.
PATIENCE = 20_000


@pytest.fixture
def opened(browser: Browser) -> Iterator[Open]:
    """Open a page from disk with the network off, and wait until its script has drawn it. At the
    end of the test nothing may have been asked for but files, and nobody may have complained.
    """
    with ExitStack() as visits:
        seen: list[Visit] = []

        def go(
            path: Path, *, width: int = 1280, colours: Literal["light", "dark"] = "light"
        ) -> Visit:
            one = visits.enter_context(visit(browser, width=width, colours=colours))
            seen.append(one)
            one.page.set_default_timeout(PATIENCE)
            one.page.goto(path.absolute().as_uri())
            one.page.wait_for_selector("html[data-ready]")
            return one

        yield go
        assert [one for one in seen if one.far() or one.complaints or one.dialogs] == []
