"""Pages: what may run in them."""

from __future__ import annotations

import base64
import hashlib
import re

from videoemo.report.page import Part, asset, render_page


def page(*, embed: bool, script: str = "1;") -> str:
    parts = [asset("base.css", folder="../assets")], [Part("../a%23b/report.js", lambda: script)]
    return render_page("base.html", styles=parts[0], scripts=parts[1], embed=embed)


def policy(text: str) -> dict[str, list[str]]:
    (given,) = re.findall(r'http-equiv="Content-Security-Policy" content="([^"]*)"', text)
    words = [part.split() for part in given.replace("&#39;", "'").split(";")]
    return {name: sources for name, *sources in words}


def test_a_page_runs_only_scripts_in_files_and_loads_nothing_from_elsewhere() -> None:
    given = policy(page(embed=False))
    assert given["default-src"] == ["'none'"]
    assert given["script-src"] == ["'self'", "file:"]
    sources = {source for of_kind in given.values() for source in of_kind}
    assert not sources & {"'unsafe-inline'", "'unsafe-eval'", "*", "http:", "https:"}


def test_an_embedded_page_runs_its_own_scripts_by_their_hashes() -> None:
    text = page(embed=True, script="let name = '</script><!--';")
    (script,) = re.findall(r"<script[^>]*>(.*?)</script>", text, re.DOTALL)
    assert script == r"let name = '\x3c/script>\x3c!--';"
    digest = base64.b64encode(hashlib.sha256(script.encode()).digest()).decode()
    assert policy(text)["script-src"] == [f"'sha256-{digest}'"]
    assert "src=" not in text
    assert "report.js" not in text


def test_the_nonce_of_styles_changes_with_what_is_on_the_page() -> None:
    given = [
        render_page("base.html", styles=[], scripts=[], embed=False, name=name) for name in "ab"
    ]
    nonces = [policy(text)["style-src"][0] for text in given]
    assert nonces[0] != nonces[1]
    assert all(re.fullmatch(r"'nonce-[A-Za-z0-9+/]{22}'", nonce) for nonce in nonces)
