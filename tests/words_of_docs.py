"""How many words of documentation people have written: what is written from the code is not counted.

``python -m tests.words_of_docs`` says how many each page has.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from pathlib import Path

from tests.collection import ROOT

__all__ = ["hand_written", "pages"]

_MADE = re.compile(
    # make catalogue; python -m tests.year --guide, whose blocks follow their marks.
    r"<!-- (?:erreurs|codes \w+) : make catalogue -->.*?<!-- fin des \w+ -->|<!-- extrait : [^>]*-->\n+```.*?^```",
    re.DOTALL | re.MULTILINE,
)


def hand_written(text: str) -> int:
    """The words of a page as ``wc -w`` counts them, commands and the bars of tables included."""
    return len(_MADE.sub("", text).split())


def pages(root: Path = ROOT) -> Mapping[str, int]:
    """Each page with its words, but for what is written whole from the code: by ``python -m tests.plugin_reference``,
    antsibull-changelog, and ``python -m tests.variables_reference``, whose words are those of the roles' argument specs
    and of their translation."""
    files = [*root.glob("README*.md"), root / "CONTRIBUTING.md", *(root / "docs").glob("*.md")]
    files.remove(root / "docs/variables.md")
    return {str(each.relative_to(root)): hand_written(each.read_text(encoding="utf-8")) for each in files}


if __name__ == "__main__":
    for name, words in sorted(pages().items(), key=lambda each: each[1]):
        print(f"{words:6} {name}")
    print(f"{sum(pages().values()):6}")
