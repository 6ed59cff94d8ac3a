"""``make demo``: the main job on the lab, as an admin would run it; the summary in ``build/demo/summary.json``.

It speaks the language of its plays: what it says of its own is of the catalogue, too.
"""

from __future__ import annotations

import argparse
import json
import shutil
import subprocess
import sys
import time
from contextlib import ExitStack
from pathlib import Path
from typing import Any

from tests.collection import use_collection

use_collection()

from ansible_collections.rentree.pronote.plugins.plugin_utils.words.catalogue import catalogue  # noqa: E402
from ansible_collections.rentree.pronote.plugins.plugin_utils.words.words import LANGUAGES, Words  # noqa: E402

from tests.e2e.playbook import ROOT, playbook_command, playbook_environment  # noqa: E402
from tests.kerberos.demo import NEEDS, in_a_domain, missing  # noqa: E402
from tests.lab.client import LabClient, running_lab  # noqa: E402
from tests.lab.inventory import inventory_data, write_inventory  # noqa: E402
from tests.lab.publish import publish_all  # noqa: E402
from tests.lab.scenario import load_scenario  # noqa: E402

SCENARIOS = {"simulated": "demo", "wine": "demo-wine"}
WORK = ROOT / "build/demo"
REPORT = "audit.html"


class Demo:
    """One demonstration: every playbook's output goes to the screen and to the full log.

    ``words``: what it says itself; ``environment``: of the plays, beside that of every play of a test.
    """

    def __init__(self, lab: LabClient, inventory: Path, *, work: Path, words: Words, **environment: str) -> None:
        self.lab = lab
        self.inventory = inventory
        self.work = work
        self.words = words
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
            "pronote_audit_html": str(self.work / REPORT),
            "pronote_language": self.words.language,
        }
        self.variables.write_text(json.dumps(values), encoding="utf-8")

    def say(self, text: str) -> None:
        """A headline, on the screen and in the log."""
        line = f"\n━━ {text} " + "━" * max(3, 90 - len(text))
        print(line, flush=True)
        with self.log.open("a", encoding="utf-8") as log:
            log.write(line + "\n")

    def play(self, name: str, *arguments: str, show: bool = True) -> list[dict[str, Any]]:
        """Run a playbook with the demo's variables; return its results."""
        results = self.work / f"{name}-{time.monotonic_ns()}.jsonl"
        command = playbook_command(name, "-i", str(self.inventory), "-e", f"@{self.variables}", *arguments)
        color = "1" if sys.stdout.isatty() else "0"
        environment = playbook_environment(results, **{"ANSIBLE_FORCE_COLOR": color, **self.environment})
        with self.log.open("a", encoding="utf-8") as log:
            process = subprocess.Popen(
                command, cwd=ROOT, env=environment, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True
            )
            assert process.stdout is not None
            for line in process.stdout:
                log.write(line)
                if show:
                    print(line, end="", flush=True)
            process.wait()
        text = results.read_text(encoding="utf-8") if results.exists() else ""
        return [json.loads(line) for line in text.splitlines()]

    def audit(self, name: str) -> dict[str, int]:
        """Audit every station; return the counts per status that are not zero."""
        report = self.work / f"audit-{name}.json"
        self.play("audit", "-e", f"pronote_audit_path={report}")
        counts: dict[str, int] = json.loads(report.read_text(encoding="utf-8"))["counts"]
        return {status: number for status, number in counts.items() if number}

    def run(self) -> dict[str, Any]:
        """The whole story; returns the summary."""
        words = self.words
        self.say(words("1. Audit: where do we stand?"))
        before = self.audit("before")
        self.say(words("2. Dry run: what would a deployment do?"))
        snapshots = self.lab.snapshots()
        checked = self.play("deploy", "--check", "--diff")
        mutated = [name for name, digest in self.lab.snapshots().items() if digest != snapshots[name]]
        self.say(words("3. Proof: stations changed by the dry run: {number}", number=len(mutated)))
        self.say(words("4. Deployment"))
        deployed = self.play("deploy")
        self.say(words("5. Audit again"))
        after = self.audit("after")
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
        text = json.dumps(summary, ensure_ascii=False, indent=1)
        path.write_text(f"{text}\n", encoding="utf-8")
        self.say(words("Done in {seconds} s", seconds=f"{seconds:.0f}"))
        print(words("Report: {address}", address=(self.work / REPORT).as_uri()))
        print(f"\n{text}\n")
        print(words("Full log: {path}", path=self.log))
        print(words("Summary: {path}", path=path))


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
        demo.prepare()
        summary = demo.run()
    demo.end(summary, seconds=time.monotonic() - started)
    # Every station is at its release, or says why not; and looking changed nothing.
    accounted = summary["after"]["compliant"] + len(summary["failed"]) == sum(summary["after"].values())
    return 0 if accounted and summary["deployed"] and not summary["mutated_by_check"] else 1


if __name__ == "__main__":
    sys.exit(main())
