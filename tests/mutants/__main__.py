"""``python -m tests.mutants``: put many faults into a copy, one by one, and tell which ones no test notices.

``--sample N`` takes every Nth; ``--enough N`` shows each to so many tests at most; ``--only TEXT`` takes those whose
place has it; ``--tests`` shows them to other tests. Exit code 1 when more than a tenth live, or one lives that
``survivors.toml`` does not know.
"""

from __future__ import annotations

import argparse
import os
import sys
import tempfile
import tomllib
from pathlib import Path
from typing import Any

from tests.mutants.made import Mutant, mutated_module
from tests.mutants.session import Hunt, run
from tests.mutants.tree import copied_tree

_MOST = 0.10


def _settings() -> dict[str, Any]:
    return tomllib.loads(Path(__file__).with_name("survivors.toml").read_text("utf-8"))


def _put_in(top: Path, patterns: list[str], *, only: str) -> list[Mutant]:
    """Every mutant of these modules, put into the copy. Raises ValueError for a pattern that fits no module.

    ``only``: those of whose place this is a part.
    """
    mutants = []
    for pattern in patterns:
        paths = sorted((top / "plugins/plugin_utils").glob(pattern))
        if not paths:
            raise ValueError(f"survivors.toml: {pattern} is no module")
        for path in paths:
            if only.partition(":")[0] not in str(path):
                continue
            code, made = mutated_module(top, path)
            path.write_text(code, "utf-8")
            mutants += made
    return mutants


def _told(mutants: list[Mutant], living: list[Mutant], known: list[dict[str, str]], *, whole: bool) -> int:
    reasons = {(each["where"], each["change"].strip()): each["reason"] for each in known}
    unknown = [each for each in living if (each.where, each.change) not in reasons]
    for each in unknown:
        print(each.as_toml())
    share = len(living) / max(1, len(mutants))
    print(f"\n{len(living)} of {len(mutants)} mutants live ({share:.1%}), {len(unknown)} of them without a reason")
    places = {(each.where, each.change) for each in mutants}
    gone = [f"{where}\n{change}" for where, change in reasons if whole and (where, change) not in places]
    for line in gone:
        print(f"survivors.toml has what is no mutant any more: {line}")
    return 1 if unknown or gone or share > _MOST else 0


def main(arguments: list[str]) -> int:
    parser = argparse.ArgumentParser(prog="python -m tests.mutants", description=__doc__)
    parser.add_argument("--sample", type=int, default=1)
    parser.add_argument("--enough", type=int, default=1000)
    parser.add_argument("--only", default="")
    parser.add_argument("--tests", nargs="*")
    parser.add_argument("--jobs", type=int, default=os.cpu_count() or 1)
    given = parser.parse_args(arguments)
    settings = _settings()
    with tempfile.TemporaryDirectory() as folder, copied_tree(Path(folder) / "tree") as top:
        sys.path[0] = str(top)
        sys.dont_write_bytecode = True
        every = _put_in(top, settings["modules"], only=given.only)
        mutants = [each for each in every if given.only in each.where][:: given.sample]
        hunt = Hunt(mutants=mutants, enough=given.enough, jobs=given.jobs)
        code = run(hunt, given.tests or settings["tests"])
    if hunt.broken or code not in {0, 5}:
        print(f"the tests fail without any mutant (exit code {code}): {', '.join(hunt.broken)}")
        return 2
    whole = len(mutants) == len(every) and not given.only
    return _told(mutants, hunt.living, settings.get("survivor", []), whole=whole)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
