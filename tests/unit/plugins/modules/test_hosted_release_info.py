from __future__ import annotations

import json
import os
import re
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from ansible.module_utils.testing import patch_module_args
from ansible.plugins.loader import module_loader
from ansible_collections.rentree.pronote.plugins.modules import hosted_release_info

from tests.unit.hosted_bench import UAI, HostedBench, hosted_bench

_ROOT = Path(__file__).resolve().parents[4]


@pytest.fixture
def bench(tmp_path: Path) -> Iterator[HostedBench]:
    with hosted_bench(tmp_path, address="127.61.0.3") as running:
        yield running


def _run(bench: HostedBench, capsys: pytest.CaptureFixture[str], **arguments: Any) -> tuple[int, dict[str, Any]]:
    """Exit code and result of the module's entry point."""
    given = {"uai": UAI, "url": bench.url, "cache_dir": str(bench.cache), **arguments}
    with patch_module_args(given), pytest.raises(SystemExit) as ended:
        hosted_release_info.main()
    result: dict[str, Any] = json.loads(capsys.readouterr().out)
    return int(ended.value.code or 0), result


def _noted(result: dict[str, Any]) -> list[str]:
    """What its action warns of."""
    return [note["text"] for note in result["notes"]]


def test_ansible_finds_it() -> None:
    found = module_loader.find_plugin("rentree.pronote.hosted_release_info")
    assert Path(found).samefile(_ROOT / "plugins/modules/hosted_release_info.py")


def test_it_reads_and_never_reports_a_change(bench: HostedBench, capsys: pytest.CaptureFixture[str]) -> None:
    for check in (True, False):
        code, result = _run(bench, capsys, _ansible_check_mode=check)
        assert (code, result["changed"], result["release"]) == (0, False, "2026.2.7")
        assert result["cached"] is not check
    assert bench.requests == 1


def test_every_documented_value_is_returned(bench: HostedBench, capsys: pytest.CaptureFixture[str]) -> None:
    documented = set(re.findall(r"(?m)^(\w+):$", hosted_release_info.RETURN))
    assert len(documented) > 10
    _, result = _run(bench, capsys)
    assert documented <= set(result)


def test_a_disagreement_is_a_warning(bench: HostedBench, capsys: pytest.CaptureFixture[str]) -> None:
    bench.school.mode = "header_mismatch"
    code, result = _run(bench, capsys)
    assert code == 0
    (disagreement,) = result["disagreements"]
    assert "an update may be under way" in disagreement
    assert _noted(result) == [f"the hosted server {bench.url}: {disagreement}"]


@pytest.mark.parametrize(
    ("mode", "arguments", "words"),
    [
        ("suspended_en", {}, "has suspended the controller's address"),
        ("truncated", {}, "its answer broke off"),
        ("ok", {"uai": "garbage", "url": ""}, "'garbage' is not a UAI"),
        ("ok", {"url": "ftp://x"}, "is not the address of a hosted server"),
    ],
)
def test_failures_say_what_and_why(
    bench: HostedBench, capsys: pytest.CaptureFixture[str], mode: str, arguments: dict[str, str], words: str
) -> None:
    bench.school.mode = mode
    code, result = _run(bench, capsys, **arguments)
    assert code == 1
    assert result["failed"] is True
    assert words in result["msg"]


def test_a_cache_that_cannot_be_used_is_a_warning(bench: HostedBench, capsys: pytest.CaptureFixture[str]) -> None:
    code, result = _run(bench, capsys, cache_dir="/dev/null/cache")
    assert (code, result["client_release"]) == (0, "2026.2.7")
    (warning,) = _noted(result)
    assert warning.startswith("the cache /dev/null/cache of hosted servers cannot be used (Not a directory)")


def test_the_last_known_answer(bench: HostedBench, capsys: pytest.CaptureFixture[str]) -> None:
    _, result = _run(bench, capsys)
    assert "notes" not in result
    bench.school.mode = "unavailable"
    code, result = _run(bench, capsys, lifetime=0, allow_stale=True)
    assert (code, result["stale"], result["release"]) == (0, True, "2026.2.7")
    assert "the site is not available" in result["error"]
    (warning,) = _noted(result)
    assert warning == f"{result['error']} (its last known release is used)"


def test_the_whole_way_through_ansible(bench: HostedBench, tmp_path: Path) -> None:
    environment = {k: v for k, v in os.environ.items() if not k.startswith(("ANSIBLE_", "RENTREE_"))}
    environment |= {"ANSIBLE_CONFIG": str(_ROOT / "ansible.cfg"), "ANSIBLE_NOCOLOR": "1"}
    environment["ANSIBLE_LOG_PATH"] = str(tmp_path / "ansible.log")
    arguments = f"uai={UAI} url={bench.url} cache_dir={bench.cache}"
    done = subprocess.run(
        [
            str(Path(sys.executable).parent / "ansible"),
            *("localhost", "-vvvv", "-m", "rentree.pronote.hosted_release_info", "-a", arguments),
        ],
        cwd=_ROOT,
        env=environment,
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )
    everything = done.stdout + done.stderr + (tmp_path / "ansible.log").read_text(encoding="utf-8")
    assert done.returncode == 0, everything
    assert "client_release: 2026.2.7" in done.stdout
    assert "host: cas.mon-ent-occitanie.fr" in done.stdout
    assert "WARNING" not in everything
    # Another user of the cache asks nothing, and no token is in any output, log or cache file.
    (token,) = bench.school.tokens
    assert token not in everything + bench.cached_text()
    assert "jetonCAS" not in everything + bench.cached_text()
