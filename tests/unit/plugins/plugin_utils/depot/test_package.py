from __future__ import annotations

from typing import Any

import pytest
from ansible_collections.rentree.pronote.plugins.module_utils.product.technologies import TECHNOLOGIES
from ansible_collections.rentree.pronote.plugins.plugin_utils.depot.package import (
    Package,
    render_lock,
    script_context,
    sha256sums,
)

_CODE = "{02871376-45F6-4642-9D84-C7681ABE361F}"
_DIGESTS = {"setup.exe": "a" * 64, "setup.msi": "b" * 64, "response.iss": "c" * 64, "uninstall.iss": "d" * 64}


def _package(technology: str = "installscript", **fields: Any) -> Package:
    values: dict[str, Any] = {
        "release": "2026.2.7",
        "arch": "x64",
        "technology": TECHNOLOGIES[technology],
        "digests": _DIGESTS,
        "product_code": _CODE,
        **fields,
    }
    return Package(**values)


@pytest.mark.parametrize(
    ("technology", "install", "remove"),
    [
        ("installscript", ["setup.exe", "response.iss"], ["uninstall.iss"]),
        ("msi", ["setup.msi"], []),
        ("nsis", ["setup.exe"], []),
        ("custom", ["setup.exe"], []),
    ],
)
def test_each_technology_names_its_files(technology: str, install: list[str], remove: list[str]) -> None:
    context = script_context(_package(technology))
    assert [(verb, files) for verb, files, _line in context["setups"]] == [("install", install)]
    assert (context["stage_files"], context["remove_files"], context["can_remove"]) == (install, remove, True)


@pytest.mark.parametrize(("technology", "can"), [("installscript", True), ("msi", False), ("nsis", False)])
def test_answers_of_an_update_are_a_case_of_their_own(technology: str, can: bool) -> None:
    package = _package(technology, digests={**_DIGESTS, "update.iss": "e" * 64})
    context = script_context(package)
    assert (package.can_update, context["can_update"], len(context["setups"])) == (can, can, 2 if can else 1)
    if can:
        verb, files, line = context["setups"][1]
        assert (verb, files) == ("update", ["setup.exe", "update.iss"])
        assert '/f1"%JOB%update.iss"' in line
        assert context["stage_files"] == ["setup.exe", "response.iss", "update.iss"]


@pytest.mark.parametrize(
    ("technology", "missing"),
    [("installscript", "response.iss"), ("installscript", "setup.exe"), ("msi", "setup.msi"), ("nsis", "setup.exe")],
)
def test_a_missing_file_is_named(technology: str, missing: str) -> None:
    digests = {name: digest for name, digest in _DIGESTS.items() if name != missing}
    with pytest.raises(ValueError, match=f"{technology} needs {missing}, which is not there"):
        script_context(_package(technology, digests=digests))


@pytest.mark.parametrize(
    "fields", [{"product_code": ""}, {"digests": {n: d for n, d in _DIGESTS.items() if n != "uninstall.iss"}}]
)
def test_a_release_may_be_published_without_what_removing_needs(fields: dict[str, Any]) -> None:
    assert script_context(_package(**fields))["can_remove"] is False


@pytest.mark.parametrize(
    "code",
    [
        "02871376-45F6-4642-9D84-C7681ABE361F",
        "{02871376-45F6-4642-9D84-C7681ABE361}",
        "{02871376-45F6-4642-9D84-C7681ABE361G}",
        "{0287137645F646429D84C7681ABE361F}",
        _CODE + "\n",
        _CODE + '" & calc & "',
        "%PATH%",
        r"{..\..\Run}",
    ],
)
def test_a_bad_product_code_is_refused(code: str) -> None:
    with pytest.raises(ValueError, match="is not a product code"):
        script_context(_package(product_code=code))


@pytest.mark.parametrize("option", ["arguments", "uninstall_arguments"])
@pytest.mark.parametrize(
    "text",
    ['/D="C:\\x"', "%PATH%", "/S\r\ncalc", "/S\tx", "été", "/S & calc", "/S | more", "/S > x", "< x", "^", "\x7f"],
)
def test_arguments_that_cmd_would_read_otherwise_are_refused(option: str, text: str) -> None:
    with pytest.raises(ValueError, match=r"the arguments .* hold"):
        script_context(_package("custom", **{option: text}))


@pytest.mark.parametrize(
    "text", ["", "/S", "/VERYSILENT /SUPPRESSMSGBOXES /NORESTART", "/DIR=C:\\x-y_z(1),a;b+c=d~e!f"]
)
def test_ordinary_arguments_are_kept(text: str) -> None:
    assert script_context(_package("custom", arguments=text))["arguments"] == text


def test_sha256sums_is_sorted_and_in_the_format_of_coreutils() -> None:
    assert sha256sums({"setup.exe": "b" * 64, "install.cmd": "a" * 64}) == (
        f"{'a' * 64}  install.cmd\n{'b' * 64}  setup.exe\n"
    )


def test_the_size_of_what_was_published_by_hand_is_kept() -> None:
    (entry,) = render_lock({}, _package(), script_digest="3" * 64, size=7)["pronote_releases"]["2026.2.7"].values()
    assert entry["size"] == 7


def test_the_lock_keeps_everything_else() -> None:
    lock = {
        "other_key": [1, 2],
        "pronote_releases": {
            "2027.1.3": {"x64": {"digest": "1" * 64}},
            "2026.2.7": {"x86": {"digest": "2" * 64}, "x64": {"digest": "old"}},
        },
    }
    before = repr(lock)
    new = render_lock(lock, _package(), script_digest="3" * 64)
    assert repr(lock) == before
    assert new["other_key"] == [1, 2]
    assert list(new["pronote_releases"]) == ["2026.2.7", "2027.1.3"]
    assert new["pronote_releases"]["2027.1.3"] == {"x64": {"digest": "1" * 64}}
    assert new["pronote_releases"]["2026.2.7"] == {
        "x86": {"digest": "2" * 64},
        "x64": {
            "digest": "3" * 64,
            "script": {
                "version": 4,
                "product_code": _CODE,
                "log_timeout": 1800,
                "busy_timeout": 3600,
                "tries": 5,
            },
            "technology": "installscript",
            "removable": True,
            "files": dict(sorted(_DIGESTS.items())),
        },
    }


@pytest.mark.parametrize(
    ("technology", "fields", "removable"),
    [
        ("installscript", {}, True),
        ("installscript", {"product_code": ""}, False),
        ("installscript", {"digests": {n: d for n, d in _DIGESTS.items() if n != "uninstall.iss"}}, False),
        ("msi", {}, True),
        ("msi", {"product_code": ""}, False),
    ],
)
def test_what_can_be_removed(technology: str, fields: dict[str, Any], removable: bool) -> None:
    assert _package(technology, **fields).can_remove is removable


@pytest.mark.parametrize("process", ["", "x", 'a" & calc & ".exe', "%PATH%.exe", "é.exe", "a" * 70 + ".exe"])
def test_a_process_that_is_no_file_name_is_refused(process: str) -> None:
    with pytest.raises(ValueError, match="is not the name of a program"):
        script_context(_package(processes=(process,)))


@pytest.mark.parametrize("lock", [{}, {"pronote_releases": None}, {"pronote_releases": {}}])
def test_an_empty_lock(lock: dict[str, Any]) -> None:
    assert list(render_lock(lock, _package(), script_digest="3" * 64)["pronote_releases"]) == ["2026.2.7"]


@pytest.mark.parametrize("releases", [[1], "text", {"2026.2.7": None}, {"2026.2.7": "text"}, {2026: {}}])
def test_a_lock_of_another_shape_is_refused(releases: Any) -> None:
    with pytest.raises(ValueError, match="pronote_releases"):
        render_lock({"pronote_releases": releases}, _package(), script_digest="3" * 64)
