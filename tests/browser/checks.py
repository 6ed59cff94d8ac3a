"""What every page is asked: the rules of accessibility, and what comes out of a printer."""

from __future__ import annotations

import os
import re
import subprocess
from dataclasses import dataclass
from typing import Any

from axe_playwright_python.sync_playwright import Axe

from tests.collection import ROOT

__all__ = ["SHOTS", "Paper", "keep_picture", "printed", "violations", "visible_name"]

SHOTS = ROOT / "build/browser"
"""Where screenshots and prints are kept."""

_PICTURES = "RENTREE_PICTURES" in os.environ

_RULES = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]


def violations(page: Any) -> list[str]:
    """What axe-core finds against WCAG AA and good practice. The page needs ``bypass_csp``."""
    # Without types, it describes whatever is right too.
    found = Axe().run(page, options={"runOnly": _RULES, "resultTypes": ["violations"]})
    return [
        f"{violation['id']}: {node['html'][:160]} {node.get('failureSummary', '')[:300]}"
        for violation in found.response["violations"]
        for node in violation["nodes"][:3]
    ]


def keep_picture(page: Any, name: str, *, whole: bool = False) -> None:
    """For whoever looks at it (``make browser``): nothing is asserted of it, and the gate goes without.

    ``whole``: with what is below the screen.
    """
    if _PICTURES:
        page.screenshot(path=SHOTS / f"{name}.png", full_page=whole)


def visible_name(name: str) -> str:
    """A name as pages show it: what is not to be seen is a replacement character."""
    return "".join(char if char.isprintable() else "\ufffd" for char in name)


@dataclass(frozen=True, kw_only=True)
class Paper:
    """What was printed. ``text`` has single spaces."""

    text: str
    pages: int
    a4: bool


def printed(page: Any, name: str) -> Paper:
    """Print to PDF; with pictures of sheets, as of pages."""
    path = SHOTS / f"{name}.pdf"
    page.pdf(path=path, prefer_css_page_size=True)
    text, info = (
        subprocess.run(command, capture_output=True, text=True, check=True).stdout
        for command in (["pdftotext", "-layout", str(path), "-"], ["pdfinfo", str(path)])
    )
    if _PICTURES:
        subprocess.run(["pdftoppm", "-r", "70", "-png", str(path), str(SHOTS / f"{name}-paper")], check=True)
    return Paper(
        text=" ".join(text.split()),
        pages=int(re.findall(r"Pages:\s+(\d+)", info)[0]),
        a4=bool(re.search(r"Page size:\s+59[45]\.\d+ x 84[12]\.\d+ pts \(A4\)", info)),
    )
