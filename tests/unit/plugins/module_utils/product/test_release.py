from __future__ import annotations

import pytest
from ansible_collections.rentree.pronote.plugins.module_utils.product.release import Release


@pytest.mark.parametrize(
    ("text", "shown", "client", "year"),
    [
        ("2026.2.7", "2026.2.7", "2026.2.7", 2026),
        ("2024.1.3", "2024.1.3", "2024.1.3", 2024),
        # Since 2024 a fourth part is a hot fix of the server: its client has three.
        ("2024.3.9.2", "2024.3.9.2", "2024.3.9", 2024),
        ("2026.2.7.0", "2026.2.7.0", "2026.2.7", 2026),
        # Up to 2023 all four parts name the client.
        ("2023.0.2.7", "2023.0.2.7", "2023.0.2.7", 2023),
        ("2019.0.2.5", "2019.0.2.5", "2019.0.2.5", 2019),
        (" 2026.2.7\r\n", "2026.2.7", "2026.2.7", 2026),
        ("2026.10.12", "2026.10.12", "2026.10.12", 2026),
    ],
)
def test_parse(text: str, shown: str, client: str, year: int) -> None:
    release = Release.parse(text)
    assert str(release) == shown
    assert str(release.client) == client
    assert release.year == year


@pytest.mark.parametrize(
    "text",
    [
        "",
        "latest",
        "2026",
        "2026.2",
        "2026.2.",
        "2026.2.7.1.1",
        "2026.2.x",
        "v2026.2.7",
        "26.2.7",
        "1999.2.7",
        "2026.-2.7",
        "2026,2,7",
        "2026.2 .7",
        "2026.2.123456",
        "2026.2.7; rm -rf /",
        '2026.2.7" & calc',
        # Digits of another script are not digits of a release: they would reach addresses and folder names.
        "2026.\u0662.7",
    ],
)
def test_garbage_is_refused_and_quoted(text: str) -> None:
    with pytest.raises(ValueError, match=r"is not a release, which looks like 2026\.2\.7") as caught:
        Release.parse(text)
    assert repr(text) in str(caught.value)


@pytest.mark.parametrize("text", ["2023.0.2", "2019.2.5"])
def test_releases_up_to_2023_have_four_parts(text: str) -> None:
    with pytest.raises(ValueError, match=r"up to 2023 have four parts, as in 2023\.0\.2\.7"):
        Release.parse(text)


def test_a_number_from_yaml_is_refused_in_words() -> None:
    # `release: 2026.2` without quotes is a float.
    with pytest.raises(ValueError, match=r"2026\.2 is not a release"):
        Release.parse(2026.2)  # type: ignore[arg-type]  # what an inventory really hands over


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("2026.2.7.0", "2026.2.7"),
        ("2024.3.11.0", "2024.3.11"),
        ("2024, 3, 11, 0", "2024.3.11"),
        ("2024,3,11,0", "2024.3.11"),
        ("2024. 3. 11. 0", "2024.3.11"),
        ("2023.0.2.7", "2023.0.2.7"),
        ("2023, 0, 2, 7", "2023.0.2.7"),
        ("2026.2.7", "2026.2.7"),
    ],
)
def test_from_file_version(text: str, expected: str) -> None:
    assert str(Release.from_file_version(text)) == expected


@pytest.mark.parametrize("text", ["", "1.0.0.0", "2024, 3", "6.1.7601.17514 (win7sp1_rtm.101119-1850)", "0.0.0.0"])
def test_from_file_version_refuses_other_programs(text: str) -> None:
    assert Release.from_file_version(text) is None


def test_order_is_by_number_not_by_text() -> None:
    texts = ["2019.0.2.5", "2023.0.1.2", "2023.0.2.7", "2024.3.9", "2024.3.11", "2026.2.7", "2026.10.1", "2027.1.3"]
    assert [str(r) for r in sorted(Release.parse(t) for t in reversed(texts))] == texts


@pytest.mark.parametrize(
    ("left", "right", "equal"),
    [
        ("2024.3.9", "2024.3.9.2", True),
        ("2024.3.9.1", "2024.3.9.2", True),
        ("2023.0.2.7", "2023.0.2.8", False),
        ("2026.2.7", "2026.2.8", False),
    ],
)
def test_equality_is_that_of_the_client(left: str, right: str, equal: bool) -> None:
    one, other = Release.parse(left), Release.parse(right)
    assert (one == other) is equal
    assert (len({one, other}) == 1) is equal
    assert (one < other) is not equal
    assert one <= other


def test_a_release_is_no_text() -> None:
    release = Release.parse("2026.2.7")
    assert release != "2026.2.7"
    with pytest.raises(TypeError, match="not supported"):
        _ = release < "2026.2.8"
