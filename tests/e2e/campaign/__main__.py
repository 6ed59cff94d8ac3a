"""Print what the campaign injected and what survived; the last step of ``make test-faults``."""

from __future__ import annotations

import json
import sys

from tests.e2e.campaign.conftest import COUNTS

# One for each step of a deployment, 474; for each way in which a setup goes wrong, 90; 79 in playbooks; 56 while the
# controller is killed, or another one comes; for surveys 354, and stations that misbehave, 20. In playbooks it hangs on
# the machine whether the last requests come.
_AT_LEAST = 1050


def main() -> int:
    """0 when enough faults were injected and every station survived."""
    injected = lost = 0
    for path in sorted(COUNTS.glob("*.json")):
        counts = json.loads(path.read_text(encoding="utf-8"))
        injected += counts["injected"]
        lost += len(counts["lost"])
        print(f"{path.stem}: {counts['injected']} faults, {len(counts['lost'])} lost")
    print(f"failure campaign: {injected} faults injected, {injected - lost} survived, {lost} lost")
    if injected < _AT_LEAST:
        print(f"too few: {_AT_LEAST} are asked for", file=sys.stderr)
    return 1 if lost or injected < _AT_LEAST else 0


if __name__ == "__main__":
    sys.exit(main())
