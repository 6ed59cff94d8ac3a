"""``make demo``: the main job on the lab, as an admin would run it; the summary in ``build/demo/summary.json``.

It tells a story of a screen or two, made of what its plays return; all that they print is in the log. It speaks the
language of its plays: what it says of its own is of the catalogue, too.
"""

from __future__ import annotations

import argparse
import json
import shutil
import subprocess
import sys
import textwrap
import time
from collections.abc import Iterable
from contextlib import ExitStack
from pathlib import Path
from typing import Any

from tests.collection import use_collection

use_collection()

from ansible_collections.rentree.pronote.plugins.plugin_utils.ending.block import EndBlock  # noqa: E402
from ansible_collections.rentree.pronote.plugins.plugin_utils.words.catalogue import catalogue  # noqa: E402
from ansible_collections.rentree.pronote.plugins.plugin_utils.words.words import LANGUAGES, Words  # noqa: E402

from tests.e2e.playbook import ROOT, playbook_command, playbook_environment  # noqa: E402
from tests.kerberos.demo import NEEDS, in_a_domain, missing  # noqa: E402
from tests.lab.client import LabClient, running_lab  # noqa: E402
from tests.lab.inventory import inventory_data, write_inventory  # noqa: E402
from tests.lab.publish import publish_all  # noqa: E402
from tests.lab.scenario import load_scenario  # noqa: E402
from tests.story import WIDTH, block_in, figures, remains  # noqa: E402

SCENARIOS = {"simulated": "demo", "wine": "demo-wine"}
WORK = ROOT / "build/demo"
REPORT = "audit.html"


_TAIL = 25
"""Lines of the log that a failure shows."""


class UnfinishedError(Exception):
    """A play that ended before it said what became of the stations."""


class Demo:
    """One demonstration: its story goes to the screen, every playbook's output to the log.

    ``words``: what it says itself; ``width``: of its lines; ``environment``: of the plays, beside that of every play of
    a test.
    """

    def __init__(
        self, lab: LabClient, inventory: Path, *, work: Path, words: Words, width: int = WIDTH, **environment: str
    ) -> None:
        self.lab = lab
        self.inventory = inventory
        self.work = work
        self.words = words
        self.width = width
        self.environment = environment
        self.log = work / "demo.log"
        self.variables = work / "variables.json"

    def prepare(self) -> None:
        """Publish the installers, and say where the plays write."""
        values = {
            **publish_all(self.lab.info, work=self.work),
            "pronote_cache_dir": str(self.work / "cache"),
            "pronote_client_log_dir": str(self.work / "logs"),
            "pronote_state": str(self.work / "state/pronote.sqlite3"),
            "pronote_reports_dir": str(self.work),
            "pronote_language": self.words.language,
        }
        self.variables.write_text(json.dumps(values), encoding="utf-8")

    def say(self, text: str) -> None:
        """A headline, on the screen and in the log."""
        line = f"━━ {text} " + "━" * max(3, 90 - len(text))
        print(line, flush=True)
        with self.log.open("a", encoding="utf-8") as log:
            log.write(f"\n{line}\n")

    def tell(self, lines: Iterable[str]) -> None:
        """Lines of the story."""
        print("\n".join(lines), flush=True)

    def play(self, name: str, *arguments: str) -> tuple[EndBlock, list[dict[str, Any]]]:
        """Run a playbook with the demo's variables; return its last block and its results. Raises UnfinishedError."""
        file = self.work / f"{name}-{time.monotonic_ns()}.jsonl"
        command = playbook_command(name, "-i", str(self.inventory), "-e", f"@{self.variables}", *arguments)
        environment = playbook_environment(file, **self.environment)
        with self.log.open("ab") as log:
            done = subprocess.run(
                command, cwd=ROOT, env=environment, stdin=subprocess.DEVNULL, stdout=log, stderr=log, check=False
            )
        text = file.read_text(encoding="utf-8") if file.exists() else ""
        results = [json.loads(line) for line in text.splitlines()]
        block = block_in(results)
        if block is None:
            raise UnfinishedError(
                self.words("playbooks/{name}.yml broke off (exit code {code}).", name=name, code=done.returncode)
            )
        return block, results

    def audit(self, *, schools: bool) -> dict[str, int]:
        """Audit every station; return the counts per status that are not zero."""
        block, _results = self.play("audit")
        self.tell(figures(block, schools=schools, width=self.width))
        counts: dict[str, int] = json.loads((self.work / "audit.json").read_text(encoding="utf-8"))["counts"]
        return {status: number for status, number in counts.items() if number}

    def run(self) -> dict[str, Any]:
        """The whole story; returns the summary. Raises UnfinishedError."""
        words, width = self.words, self.width
        self.say(words("1. Audit: where do we stand?"))
        before = self.audit(schools=True)
        self.say(words("2. Dry run: what would a deployment do?"))
        snapshots = self.lab.snapshots()
        block, checked = self.play("deploy", "--check", "--diff")
        self.tell(figures(block, schools=False, width=width))
        mutated = [name for name, digest in self.lab.snapshots().items() if digest != snapshots[name]]
        self.say(words("3. Proof: stations changed by the dry run: {number}", number=len(mutated)))
        self.say(words("4. Deployment"))
        block, deployed = self.play("deploy")
        self.tell(figures(block, schools=False, width=width))
        self.say(words("5. Audit again"))
        after = self.audit(schools=False)
        self.say(words("6. What remains, and why"))
        self.tell(remains(block, words, width=width))
        return {
            "before": before,
            "check_changed": len(_changed(checked)),
            "mutated_by_check": len(mutated),
            "deployed": len(_changed(deployed)),
            "after": after,
            "failed": _failed(deployed, words),
        }

    def end(self, summary: dict[str, Any], *, seconds: float) -> None:
        """Write the summary, and say where everything is."""
        words, path = self.words, self.work / "summary.json"
        path.write_text(f"{json.dumps(summary, ensure_ascii=False, indent=1)}\n", encoding="utf-8")
        self.say(words("Done in {seconds} s", seconds=f"{seconds:.0f}"))
        print(words("Report: {address}", address=(self.work / REPORT).as_uri()))
        print(words("Full log: {path}", path=self.log))
        print(words("Summary: {path}", path=path))

    def fail(self, why: str) -> int:
        """Say what went wrong, with the end of the log and where it is. The exit code."""
        text = self.log.read_text(encoding="utf-8", errors="replace") if self.log.exists() else ""
        shown = [*text.rstrip().splitlines()[-_TAIL:], "", why, self.words("Full log: {path}", path=self.log)]
        print("\n".join(shown), file=sys.stderr, flush=True)
        return 1


def told(demo: Demo, *, started: float) -> int:
    """The story from its beginning to its end; 0 when it went as the scenario says it must."""
    words = demo.words
    try:
        summary = demo.run()
    except UnfinishedError as exc:
        return demo.fail(str(exc))
    demo.end(summary, seconds=time.monotonic() - started)
    # Every station is at its release, or says why not; and looking changed nothing.
    accounted = summary["after"].get("compliant", 0) + len(summary["failed"]) == sum(summary["after"].values())
    if summary["mutated_by_check"]:
        return demo.fail(words("The dry run changed stations."))
    if not (accounted and summary["deployed"]):
        return demo.fail(words("The deployment did not do what this demo is to show."))
    return 0


def _clients(results: list[dict[str, Any]]) -> list[dict[str, Any]]:
    return [r for r in results if r["action"] == "rentree.pronote.client"]


def _changed(results: list[dict[str, Any]]) -> list[str]:
    return [r["host"] for r in _clients(results) if r["outcome"] == "ok" and r["result"].get("changed")]


def _failed(results: list[dict[str, Any]], words: Words) -> dict[str, str]:
    """Stations that were not brought to their release, with the reason: failures, and those left for later."""
    failed = {
        r["host"]: words.field(r["result"], "fact") or str(r["result"].get("msg"))
        for r in results
        if r["outcome"] in {"failed", "unreachable"}
    }
    left = [r for r in _clients(results) if r["result"].get("action") == "skip"]
    return dict(sorted({**failed, **{r["host"]: words.field(r["result"], "reason") for r in left}}.items()))


def main() -> int:
    """Run the demo; 0 when it went as the scenario says it must."""
    parser = argparse.ArgumentParser(prog="python -m tests.demo", description=__doc__)
    parser.add_argument("--backend", choices=["simulated", "wine"], default="simulated")
    parser.add_argument("--auth", choices=["ntlm", "kerberos"], default="ntlm")
    parser.add_argument("--language", choices=LANGUAGES, default=LANGUAGES[0])
    asked = parser.parse_args()
    backend, domain = asked.backend, asked.auth == "kerberos"
    if domain and (lacking := missing()):
        print(f"A demo in a domain cannot run: {', '.join(lacking)} missing. {NEEDS}", file=sys.stderr)
        return 1
    shutil.rmtree(WORK, ignore_errors=True)
    WORK.mkdir(parents=True)
    started = time.monotonic()
    scenario = ROOT / f"tests/lab/scenarios/{SCENARIOS[backend]}.yml"
    with ExitStack() as stack:
        connection: dict[str, Any] | None = None
        if domain:
            work = WORK / "domain"
            scenario, connection = stack.enter_context(in_a_domain(scenario, network="127.20", work=work))
        lab = stack.enter_context(running_lab(scenario, network="127.20", work=WORK / "lab", backend=backend))
        # inventories/lab is the simulated scenario's, of no domain; the same is made here for others.
        data = inventory_data(load_scenario(scenario), network="127.20", connection=connection)
        own = domain or backend == "wine"
        inventory = write_inventory(WORK / "inventory", data) if own else ROOT / "inventories/lab"
        demo = Demo(lab, inventory, work=WORK, words=catalogue(asked.language))
        opening = demo.words(
            "On this machine, a lab plays the stations ({stations}) and the servers ({servers}); the playbooks are "
            "those of an administrator.",
            stations=len(lab.snapshots()),
            servers=len(lab.info["tokens"]),
        )
        demo.tell(textwrap.wrap(opening, WIDTH))
        demo.prepare()
        return told(demo, started=started)


if __name__ == "__main__":
    sys.exit(main())
