"""``python -m tests.spelling``: the words that no dictionary has (``make spelling``). Exit code 1 when there is one."""

from __future__ import annotations

import sys

from tests.spelling import documents, misspelt

checked = list(documents())
found = misspelt(checked)
print("\n".join(found) or f"{len(checked)} texts, each word known")
sys.exit(bool(found))
