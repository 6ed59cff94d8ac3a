from __future__ import annotations

import json
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from ansible.module_utils.testing import patch_module_args
from ansible_collections.rentree.pronote.plugins.modules import cas_info

from tests.unit.hosted_bench import UAI, HostedBench, hosted_bench


@pytest.fixture
def bench(tmp_path: Path) -> Iterator[HostedBench]:
    with hosted_bench(tmp_path, address="127.71.6.1") as running:
        yield running


def _run(bench: HostedBench, capsys: pytest.CaptureFixture[str], **arguments: Any) -> tuple[int, dict[str, Any]]:
    given = {"uai": UAI, "url": bench.url, "cache_dir": str(bench.cache), **arguments}
    with patch_module_args(given), pytest.raises(SystemExit) as ended:
        cas_info.main()
    printed = capsys.readouterr().out
    assert not [token for token in bench.school.tokens if token in printed]
    result: dict[str, Any] = json.loads(printed)
    return int(ended.value.code or 0), result


def test_every_documented_value_is_returned(bench: HostedBench, capsys: pytest.CaptureFixture[str]) -> None:
    documented = set(re.findall(r"(?m)^(\w+):$", cas_info.RETURN))
    assert documented == {"operation", "state", "findings", "evidence", "cas", "cached"}
    for check in (True, False):
        # Another ENT than the one it is connected to, so that nothing outside this machine is asked.
        code, result = _run(bench, capsys, ent_cas_host="cas.example.org", _ansible_check_mode=check)
        assert documented <= set(result)
        assert (code, result["changed"], result["state"], result["cached"]) == (0, False, "to_do", not check)
    assert "points to cas.mon-ent-occitanie.fr, not to the ENT cas.example.org" in result["findings"][0]["text"]
    assert bench.requests == 2


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        ({"uai": "garbage", "url": ""}, "'garbage' is not a UAI"),
        ({"url": "ftp://x"}, "is not the address of a hosted server"),
    ],
)
def test_what_the_admin_got_wrong_is_an_error(
    bench: HostedBench, capsys: pytest.CaptureFixture[str], arguments: dict[str, str], words: str
) -> None:
    code, result = _run(bench, capsys, **arguments)
    assert (code, result["failed"]) == (1, True)
    assert words in result["msg"]


def test_a_cache_that_cannot_be_used_is_a_warning(bench: HostedBench, capsys: pytest.CaptureFixture[str]) -> None:
    code, result = _run(bench, capsys, cache_dir="/dev/null/cache", ent_cas_host="cas.example.org")
    assert (code, result["state"]) == (0, "to_do")
    assert result["notes"]
    assert all(note["text"].startswith("the cache /dev/null/cache of hosted servers") for note in result["notes"])
