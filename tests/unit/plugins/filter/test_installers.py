from __future__ import annotations

from ansible.plugins.loader import filter_loader


def test_the_filter_as_ansible_finds_it() -> None:
    installers = filter_loader.get("rentree.pronote.installers").j2_function
    releases = {"2026.2.7": {"x64": {"digest": "a" * 64, "files": {"setup.exe": "b" * 64}}}}
    assert installers(releases) == {"2026.2.7": {"x64": {"file": "setup.exe", "size": 0}}}
    # Nothing is decided by it: no error, whatever the lock file is.
    unusable: list[object] = [None, [], "text", {"2026.2.7": None}]
    assert [installers(releases) for releases in unusable] == [{}] * 4
