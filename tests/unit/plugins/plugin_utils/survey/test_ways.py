"""A way that is remembered is the one that the stock plugin would have named."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import pytest
from ansible.playbook.play_context import PlayContext
from ansible.plugins.loader import connection_loader
from ansible_collections.rentree.pronote.plugins.plugin_utils.survey.access import Access, access_of
from ansible_collections.rentree.pronote.plugins.plugin_utils.survey.ways import Ways

_HOSTS = ["192.0.2.1", "192.0.2.2", "PC-03.lycee.example", "pc-04", "2001:db8::5", "pc_06", "école.example", "a..b"]
_BASE = {"ansible_user": "deploy", "ansible_password": "p", "ansible_winrm_transport": ["ntlm"]}
# What all stations of a play have besides, and how often the plugin is asked for these eight.
_PLAYS: dict[str, tuple[dict[str, Any], int]] = {
    "http": ({"ansible_port": 5985}, 4),
    "https": ({"ansible_port": 5986, "ansible_winrm_server_cert_validation": "ignore"}, 4),
    "several": ({"ansible_winrm_transport": ["basic", "ntlm"], "ansible_port": 5985}, 4),
    "path": ({"ansible_winrm_path": "wsman?x=1"}, 4),
    # The first's own name: another thing for the others.
    "named": ({"ansible_winrm_kerberos_hostname_override": "192.0.2.1"}, 8),
    "overridden": ({"ansible_winrm_kerberos_hostname_override": "x.y"}, 8),
    "elsewhere": ({"ansible_host": "192.0.2.9", "ansible_port": 5985}, 1),
}


def _plugin() -> Any:
    return connection_loader.get("ansible.builtin.winrm", PlayContext())


def _options(host: str, more: Mapping[str, Any]) -> dict[str, Any]:
    said = {**_BASE, "inventory_hostname": host, **more}
    extras = {name: value for name, value in said.items() if name.endswith("_override")}
    return {**said, "_extras": extras}


@pytest.fixture(autouse=True)
def _environment(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("http_proxy", "https_proxy", "all_proxy", "no_proxy"):
        monkeypatch.delenv(name, raising=False)
        monkeypatch.delenv(name.upper(), raising=False)


def _asked(ways: Ways, plugin: Any, options: dict[str, Any], asked: list[str]) -> Access:
    def ask() -> Access:
        asked.append(options["inventory_hostname"])
        plugin.set_options(task_keys={"timeout": 8}, var_options=options)
        return access_of(plugin)

    return ways.to(plugin._load_name, options, {"timeout": 8}, ask)


@pytest.mark.parametrize("play", _PLAYS)
def test_a_way_is_what_the_plugin_says(play: str) -> None:
    more, times = _PLAYS[play]
    ways, plugin, asked = Ways(), _plugin(), list[str]()
    found = [_asked(ways, plugin, _options(host, more), asked) for host in _HOSTS]
    assert found == [_asked(Ways(), plugin, _options(host, more), []) for host in _HOSTS]
    assert len(asked) == times


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("ansible_port", 5986),
        ("ansible_port", "5985"),
        ("ansible_port", 5985.0),
        ("ansible_password", "q"),
        ("ansible_winrm_read_timeout_sec", 31),
    ],
)
def test_what_differs_is_asked_for(name: str, value: object) -> None:
    ways, plugin, asked = Ways(), _plugin(), list[str]()
    first = {"ansible_port": 5985}
    for more in (first, {**first, name: value}, first):
        _asked(ways, plugin, _options(f"192.0.2.{len(asked)}", more), asked)
    assert len(asked) == 2


@pytest.mark.parametrize("seconds", [(1.0, 2.0), (1.0, 1.0)])
def test_keywords_count_too(seconds: tuple[float, float]) -> None:
    ways, plugin, options = Ways(), _plugin(), _options(_HOSTS[0], {"ansible_port": 5985})

    def to(timeout: float) -> float:
        def ask() -> Access:
            return Access(host=_HOSTS[0], approaches=(), connecting=timeout)

        return ways.to(plugin._load_name, options, {"timeout": timeout}, ask).connecting

    assert tuple(to(timeout) for timeout in seconds) == seconds


def test_a_proxy_is_looked_for_each_time(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("http_proxy", "http://proxy.example:3128")
    monkeypatch.setenv("no_proxy", "192.0.2.1,192.0.2.2")
    ways, plugin, asked = Ways(), _plugin(), list[str]()
    for host in _HOSTS[:2]:
        _asked(ways, plugin, _options(host, {"ansible_port": 5985}), asked)
    assert asked == _HOSTS[:2]
