"""``python -m tests.benchmarks.fetch``: what ``prepare.yml`` asks of the Internet, for 1 and 10 schools of one release.

Prints a table and writes ``build/bench/fetch/fetch.json``. Exit code 1 when ten schools cost more downloads than one,
or a second run asks the download site for anything.
"""

from __future__ import annotations

import argparse
import json
import shutil
import sys
from pathlib import Path
from typing import Any

import yaml

from tests.benchmarks.measure import measure
from tests.benchmarks.school import RELEASE
from tests.e2e.playbook import ROOT, playbook_command, playbook_environment
from tests.lab.client import LabClient, running_lab
from tests.lab.inventory import inventory_data, write_inventory
from tests.lab.scenario import load_scenario

WORK = ROOT / "build/bench/fetch"
NETWORK = "127.91"
_MIB = 1 << 20


def _scenario(schools: int, size: int) -> dict[str, Any]:
    """Schools of one station each, switched off: nothing here is about stations."""
    uais = [f"03199{n:02}Z" for n in range(schools)]
    return {
        "clock": 20,
        "accounts": [{"name": "deploiement", "password": "Lab-only-1!"}],
        "releases": [{"release": RELEASE, "arch": "x64", "options": {"size": size}}],
        "schools": [{"uai": u, "group": f"lycee_{u.lower()}", "name": f"Lycée {u}", "release": RELEASE} for u in uais],
        "rooms": [
            {"group": f"salle_{u.lower()}", "name": "Salle 1", "school": u}
            | {"stations": [{"name": f"poste-{n:02}", "address": f"1.{n + 1}", "power": "off"}]}
            for n, u in enumerate(uais)
        ],
    }


def _asked(lab: LabClient) -> dict[str, int]:
    """Requests so far, by what was asked for."""
    counts = {"hosted servers": 0, "page": 0, "installer": 0}
    for event in lab.journal(kind="web"):
        data = event["data"]
        if data["server"] == "hosted":
            counts["hosted servers"] += 1
        elif data["server"] == "download":
            counts["page" if data["path"].endswith(".php") else "installer"] += 1
    return counts


def _run(lab: LabClient, *, work: Path, inventory: Path, name: str) -> dict[str, Any]:
    site = lab.site()
    variables = {
        "pronote_depot_path": lab.info["depot_folder"],
        "pronote_prepare_page": site["page"],
        "pronote_prepare_trust": {"authorities": [site["authority"]]},
        "pronote_cache_dir": str(work / "cache"),
    }
    results = work / f"{name}.jsonl"
    before = _asked(lab)
    done = measure(
        playbook_command("prepare", "-i", str(inventory), "-e", json.dumps(variables)),
        cwd=ROOT,
        environment=playbook_environment(results),
        log=work / f"{name}.log",
    )
    if done.code:
        raise RuntimeError(f"{name}: exit code {done.code}, see {work / name}.log")
    (line,) = results.read_text(encoding="utf-8").splitlines()
    result = json.loads(line)["result"]
    return {
        "run": name,
        "wall": round(done.cost.wall, 1),
        "cpu": round(done.cost.cpu, 1),
        "peak_mib": round(done.cost.peak_mib),
        "bytes": result["received"],
        "changed": result["changed"],
        **{what: count - before[what] for what, count in _asked(lab).items()},
    }


def _school_runs(schools: int, size: int) -> list[dict[str, Any]]:
    work = WORK / str(schools)
    shutil.rmtree(work, ignore_errors=True)
    work.mkdir(parents=True)
    scenario_file = work / "scenario.yml"
    scenario_file.write_text(yaml.safe_dump(_scenario(schools, size), allow_unicode=True), encoding="utf-8")
    inventory = write_inventory(work / "inventory", inventory_data(load_scenario(scenario_file), network=NETWORK))
    with running_lab(scenario_file, network=NETWORK, work=work / "lab") as lab:
        responses = inventory / "responses"
        responses.mkdir()
        recorded = lab.info["installers"][0]["files"]["response.iss"]
        shutil.copy(recorded, responses / f"pronote_client-{RELEASE}-x64.iss")
        runs = [_run(lab, work=work, inventory=inventory, name=name) for name in ("first", "second")]
    # Four copies of a large file are of no use to anybody.
    for folder in ("lab", "downloads"):
        shutil.rmtree(work / folder)
    return [{"schools": schools, **run} for run in runs]


def main() -> int:
    """Measure, print, write; 0 when ten schools cost what one does."""
    parser = argparse.ArgumentParser(prog="python -m tests.benchmarks.fetch", description=__doc__)
    parser.add_argument("--mib", type=int, default=150, help="size of the installer (default: %(default)s)")
    arguments = parser.parse_args()
    runs = [run for schools in (1, 10) for run in _school_runs(schools, arguments.mib * _MIB)]
    heads = [name for name in runs[0] if name != "changed"]
    print("| " + " | ".join(heads) + " |")
    for run in runs:
        print("| " + " | ".join(str(run[name]) for name in heads) + " |")
    (WORK / "fetch.json").write_text(json.dumps(runs, indent=1) + "\n", encoding="utf-8")
    one, again, ten, ten_again = runs
    fetched = ("bytes", "page", "installer")
    if any(one[what] != ten[what] for what in fetched) or any(run[w] for run in (again, ten_again) for w in fetched):
        print("FAILED: ten schools cost more than one, or a second run asked the download site", file=sys.stderr)
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
