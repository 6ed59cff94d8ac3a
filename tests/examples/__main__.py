"""``python -m tests.examples <name> <folder>``: a copy of the collection with an example in it."""

from __future__ import annotations

import sys
from pathlib import Path

from tests.examples import add, copied, examples, generate, translate

if len(sys.argv) != 3 or sys.argv[1] not in examples():
    sys.exit(f"{__doc__}\n{', '.join(examples())}")
tree = copied(Path(sys.argv[2]))
add(sys.argv[1], tree)
list(generate(tree))
translate(sys.argv[1], tree)
print("\n".join(generate(tree, only=["tests.catalogue"])))
