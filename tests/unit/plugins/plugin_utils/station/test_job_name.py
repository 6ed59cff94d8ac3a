from __future__ import annotations

from typing import get_args

import pytest
from ansible_collections.rentree.pronote.plugins.module_utils.product.products import EDT_MONOPOSTE, PRODUCTS, Product
from ansible_collections.rentree.pronote.plugins.module_utils.product.release import Release
from ansible_collections.rentree.pronote.plugins.plugin_utils.station.job_name import JobName, Verb, job_names

_DIGEST = "0123456789AB" + "c" * 52


@pytest.mark.parametrize("verb", get_args(Verb))
@pytest.mark.parametrize("product", PRODUCTS.values(), ids=lambda product: product.key)
@pytest.mark.parametrize("release", ["2026.2.7", "2023.0.2.7"])
def test_a_name_is_read_as_it_was_written(product: Product, release: str, verb: Verb) -> None:
    name = JobName.of(product, verb, Release.parse(release), "x86", _DIGEST)
    assert JobName.parse(str(name)) == name


def test_how_it_is_written() -> None:
    name = JobName.of(EDT_MONOPOSTE, "stage", Release.parse("2026.2.7.3"), "x64", _DIGEST)
    # The client of a server's hot fix is that of its release.
    assert str(name) == "edt-monoposte-2026.2.7-x64-0123456789ab-stage"
    assert str(name.at_rest) == "edt-monoposte-2026.2.7-x64-0123456789ab-staged"


_GOOD = "pronote-client-2026.2.7-x64-0123456789ab-install"


@pytest.mark.parametrize(
    "text",
    [
        "",
        "..",
        "a b c d e f",
        'x" & calc & "aaaaa',
        "UPPER-CASE",
        "a" * 200,
        f'x" & calc & "{_GOOD}',
        f"{_GOOD}\n",
        f"{_GOOD} ",
        f"..\\{_GOOD}",
        f"{'a' * 60}-{_GOOD}",
        _GOOD.upper(),
        _GOOD.replace("2026.2.7", "2026.2"),
        # A release, and a folder that we would look for under another name.
        _GOOD.replace("2026.2.7", "2026.02.7"),
        _GOOD.replace("x64", "arm64"),
        _GOOD.replace("0123456789ab", "0123456789aX"),
        _GOOD.replace("install", "repair"),
    ],
)
def test_a_folder_that_is_no_job_of_ours(text: str) -> None:
    """Whoever made it: its name reaches no command line."""
    with pytest.raises(ValueError, match="is not a job name"):
        JobName.parse(text)
    assert job_names([text, _GOOD]) == [JobName.parse(_GOOD)]
