from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from ansible.errors import AnsibleLookupError
from ansible.parsing.dataloader import DataLoader
from ansible.plugins.loader import lookup_loader
from ansible.template import Templar, trust_as_template

from tests.unit.hosted_bench import UAI, HostedBench, hosted_bench


@pytest.fixture
def bench(tmp_path: Path) -> Iterator[HostedBench]:
    with hosted_bench(tmp_path, address="127.61.0.2") as running:
        yield running


def _lookup(bench: HostedBench, *terms: str, **options: Any) -> list[Any]:
    """Run it as Ansible does."""
    variables = {"pronote_cache_dir": str(bench.cache), "pronote_language": "en"}
    plugin = lookup_loader.get("rentree.pronote.hosted_release")
    found: list[Any] = plugin.run(list(terms), variables=variables, **{"url": bench.url, **options})
    return found


def test_the_client_release(bench: HostedBench) -> None:
    bench.school.release = "2024.3.9.2"
    assert _lookup(bench, UAI) == ["2024.3.9"]
    assert bench.cache.is_dir()


def test_in_a_template(bench: HostedBench) -> None:
    variables = {"pronote_cache_dir": str(bench.cache), "pronote_uai": UAI, "pronote_server_url": bench.url}
    templar = Templar(loader=DataLoader(), variables=variables)
    # The default of roles/pronote_client.
    text = "{{ lookup('rentree.pronote.hosted_release', pronote_uai, url=pronote_server_url | default('')) }}"
    assert [templar.template(trust_as_template(text)) for _ in range(3)] == ["2026.2.7"] * 3
    assert bench.requests == 1


def test_everything_the_server_says(bench: HostedBench) -> None:
    (first,), (second,) = (_lookup(bench, UAI, full=True) for _ in range(2))
    assert first["read_at"] == second["read_at"]
    assert second == {
        "release": "2026.2.7",
        "client_release": "2026.2.7",
        "year": 2026,
        "name": "Lycée d'Exemple",
        "cas": {"active": True, "host": "cas.mon-ent-occitanie.fr"},
        "spaces": ["Espace Professeurs"],
        "disagreements": [],
        "header_release": "",
        "server": bench.url,
        "read_at": second["read_at"],
        "cached": True,
        "stale": False,
        "error": "",
    }
    assert not [token for token in bench.school.tokens if token in repr(first)]


def test_several_terms_come_in_order(bench: HostedBench) -> None:
    assert _lookup(bench, UAI, UAI) == ["2026.2.7", "2026.2.7"]
    assert bench.requests == 1


@pytest.mark.parametrize(
    ("mode", "words"),
    [
        ("suspended_fr", "has suspended the controller's address"),
        ("html", "an HTML page"),
        ("redirect", "redirects"),
        ("http_500", "HTTP 500"),
    ],
)
def test_an_unreadable_server_is_an_error(bench: HostedBench, mode: str, words: str) -> None:
    bench.school.mode = mode
    with pytest.raises(AnsibleLookupError, match=words) as caught:
        _lookup(bench, UAI)
    assert bench.url in str(caught.value)


@pytest.mark.parametrize(("term", "options"), [("garbage", {"url": ""}), (UAI, {"url": "not an address"})])
def test_malformed_input_is_an_error(bench: HostedBench, term: str, options: dict[str, str]) -> None:
    with pytest.raises(AnsibleLookupError, match="is not"):
        _lookup(bench, term, **options)


def test_the_last_known_release_comes_with_a_warning(bench: HostedBench, warnings: list[str]) -> None:
    _lookup(bench, UAI)
    assert warnings == []
    bench.school.mode = "momentarily_unavailable"
    # A lifetime of zero: every answer is too old to be believed.
    assert _lookup(bench, UAI, allow_stale=True, lifetime=0) == ["2026.2.7"]
    (warning,) = warnings
    assert "momentarily unavailable" in warning
    assert "its last known release is used" in warning
    with pytest.raises(AnsibleLookupError, match="momentarily unavailable"):
        _lookup(bench, UAI, lifetime=0)


def test_a_disagreement_of_the_sources_comes_with_a_warning(bench: HostedBench, warnings: list[str]) -> None:
    bench.school.mode = "header_mismatch"
    assert _lookup(bench, UAI) == ["2026.2.7"]
    (warning,) = warnings
    assert bench.url in warning
    assert "its description says 2026.2.7, its Server header 2020.0.0.1" in warning


def test_what_people_are_told_is_in_their_language(bench: HostedBench, warnings: list[str]) -> None:
    bench.school.mode = "header_mismatch"
    plugin = lookup_loader.get("rentree.pronote.hosted_release")
    options: dict[str, Any] = {"variables": {"pronote_cache_dir": str(bench.cache)}, "url": bench.url, "full": True}
    (described,) = plugin.run([UAI], **options)
    told = "sa description dit 2026.2.7, son en-tête Server 2020.0.0.1"
    assert [each.startswith(told) for each in described["disagreements"]] == [True]
    assert (described["error"], [told in each for each in warnings]) == ("", [True])
    bench.school.mode = "unavailable"
    (described,) = plugin.run([UAI], **options, allow_stale=True, lifetime=0)
    assert "le site n'est pas disponible" in described["error"]
    assert type(described["error"]) is str


def test_the_cache_folder_from_the_inventory(bench: HostedBench, tmp_path: Path) -> None:
    plugin = lookup_loader.get("rentree.pronote.hosted_release")
    variables = {"pronote_cache_dir": str(tmp_path / "elsewhere")}
    assert plugin.run([UAI], variables=variables, url=bench.url) == ["2026.2.7"]
    assert list((tmp_path / "elsewhere").glob("*.json"))
    assert not bench.cache.exists()
