"""What a published script was rendered with: kept in the lock file, or read from a script of 0.1.0."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

import pytest
import yaml
from ansible_collections.rentree.pronote.plugins.module_utils.product.products import EDT_MONOPOSTE, PRONOTE_CLIENT
from ansible_collections.rentree.pronote.plugins.module_utils.product.release import Release
from ansible_collections.rentree.pronote.plugins.module_utils.product.technologies import TECHNOLOGIES
from ansible_collections.rentree.pronote.plugins.plugin_utils.depot.package import (
    LockedError,
    Package,
    render_lock,
)
from ansible_collections.rentree.pronote.plugins.plugin_utils.depot.script import (
    SCRIPT_VERSION,
    ScriptSettings,
    lacks_verb,
    old_scripts,
    script_record,
    script_version,
)

from tests.upgrade.scripts import render_as_0_1_0

_CODE = "{02871376-45F6-4642-9D84-C7681ABE361F}"
_DIGESTS = {"setup.exe": "a" * 64, "setup.msi": "b" * 64, "response.iss": "c" * 64, "uninstall.iss": "d" * 64}


def _package(technology: str, **fields: Any) -> Package:
    given = {"release": "2025.2.9", "arch": "x64", "digests": _DIGESTS, "processes": PRONOTE_CLIENT.processes}
    return Package(technology=TECHNOLOGIES[technology], **{**given, **fields})


_OPTIONS: list[dict[str, Any]] = [
    {},
    {"product_code": _CODE},
    {"product_code": _CODE, "log_timeout": 120, "busy_timeout": 300, "tries": 2},
    {"product_code": _CODE, "success_codes": (-5, 0, 1605), "arguments": "/S /D=C:\\a b", "uninstall_arguments": "/x"},
    {"success_codes": (7,), "processes": EDT_MONOPOSTE.processes, "product": EDT_MONOPOSTE},
]


@pytest.mark.parametrize("technology", TECHNOLOGIES)
@pytest.mark.parametrize("options", _OPTIONS)
def test_a_script_of_0_1_0_says_all_that_it_was_rendered_with(technology: str, options: Mapping[str, Any]) -> None:
    package = _package(technology, **options)
    script = render_as_0_1_0(package)
    found = ScriptSettings.of_script(script, TECHNOLOGIES[technology])
    again = replace(package, **found.__dict__)
    assert render_as_0_1_0(again) == script
    # What a script does not hold is nothing that it does: the arguments of a removal that it cannot do, a wait for a
    # log that nobody writes.
    unsaid: dict[str, Any] = {} if package.can_remove else {"product_code": "", "uninstall_arguments": ""}
    if TECHNOLOGIES[technology].log != "installscript":
        unsaid["log_timeout"] = ScriptSettings.log_timeout
    assert found == replace(package.settings, **unsaid)


_SCRIPT = render_as_0_1_0(_package("installscript", product_code=_CODE)).decode()


@pytest.mark.parametrize(
    ("script", "says"),
    [
        ("", "it has no one arguments"),
        (_SCRIPT.replace("if %TRY% geq 5 exit /b 1", "if %TRY% geq x exit /b 1"), "it has no one tries"),
        (_SCRIPT.replace("geq 1800 goto no_log", "geq 1800 goto elsewhere"), "it has no one log_timeout"),
        (_SCRIPT.replace("echo success=", "echo good="), "it has no one success_codes"),
        (_SCRIPT + 'set "ARGUMENTS=/S"\r\n', "it has no one arguments"),
        (_SCRIPT.replace('set "PRODUCT=', 'set "CODE='), "it has no one uninstall_arguments"),
        (_SCRIPT.replace("installscript", "été"), "codec can't decode"),
    ],
)
def test_a_script_that_is_none_of_0_1_0(script: str, says: str) -> None:
    with pytest.raises(ValueError, match=says):
        ScriptSettings.of_script(script.encode(), TECHNOLOGIES["installscript"])


@pytest.mark.parametrize("options", _OPTIONS)
def test_the_lock_file_keeps_what_a_script_was_rendered_with(options: Mapping[str, Any]) -> None:
    settings = _package("custom", **options).settings
    entry = {"script": yaml.safe_load(yaml.safe_dump(script_record(settings)))}
    assert (ScriptSettings.of_entry(entry), script_version(entry)) == (settings, SCRIPT_VERSION)


@pytest.mark.parametrize(
    ("record", "name"),
    [
        ({"tries": "5"}, "tries"),
        ({"tries": True}, "tries"),
        ({"product_code": None}, "product_code"),
        ({"success_codes": 0}, "success_codes"),
        ({"success_codes": ["0"]}, "success_codes"),
        ({"success_codes": [False]}, "success_codes"),
        ({"color": "blue"}, "color"),
    ],
)
def test_settings_that_nothing_wrote(record: dict[str, Any], name: str) -> None:
    with pytest.raises(ValueError, match=f"script has no usable {name}"):
        ScriptSettings.of_entry({"script": {"version": 2, **record}})


@pytest.mark.parametrize("record", [[], "2", 2, {}, {"version": "2"}, {"version": True}, {"version": 0}])
def test_a_version_that_is_none(record: Any) -> None:
    with pytest.raises(ValueError, match="script has no usable version"):
        script_version({"script": record})


def test_what_an_earlier_version_published_is_named() -> None:
    releases = {
        "2026.2.7": {"x86": {"digest": "1"}, "x64": {"script": {"version": SCRIPT_VERSION}}},
        "2025.2.9": {"x64": {"script": {"version": 1}}, "x86": {"script": 5}},
        "2024.1.1": "text",
        "2023.1.1": {"x64": None},
    }
    assert old_scripts(releases) == ["2025.2.9 x64", "2026.2.7 x86"]
    assert old_scripts("text") == []
    assert not any(lacks_verb(1, verb) for verb in ("install", "remove", "stage"))
    assert (lacks_verb(1, "update"), lacks_verb(SCRIPT_VERSION, "update")) == (True, False)


def test_what_a_newer_collection_published_is_not_undone() -> None:
    package = _package("msi")
    lock = render_lock({}, package, script_digest="3" * 64)
    lock["pronote_releases"]["2025.2.9"]["x64"]["script"]["version"] = SCRIPT_VERSION + 1
    with pytest.raises(LockedError, match="a newer collection published it"):
        render_lock(lock, package, script_digest="4" * 64)


def test_a_package_from_its_entry() -> None:
    package = _package("installscript", product_code=_CODE, response_release="2025.1.3")
    (entry,) = render_lock({}, package, script_digest="3" * 64)["pronote_releases"]["2025.2.9"].values()
    settings = ScriptSettings.of_entry(entry)
    assert settings is not None
    known: dict[str, Any] = {"product": PRONOTE_CLIENT, "release": Release.parse("2025.2.9"), "arch": "x64"}
    assert Package.from_lock(entry, settings, **known) == package
    with pytest.raises(ValueError, match="the technology 'zip' is none that is known"):
        Package.from_lock({**entry, "technology": "zip"}, settings, **known)
