"""What stands in many files because a product, a technology, a language or an export was added in one.

``python -m tests.choices`` writes the ``choices`` of plugins' and roles' options, and for each further product its play
in the playbooks, which is that of EDT monoposte with its names. ``--check`` only tells what is not as it would be.
"""

from __future__ import annotations

import re
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Final

from tests.collection import ROOT, use_collection
from tests.written import written

use_collection()

from ansible_collections.rentree.pronote.plugins.module_utils.product.products import (  # noqa: E402
    EDT_MONOPOSTE,
    PRODUCTS,
    PRONOTE_CLIENT,
    Product,
)
from ansible_collections.rentree.pronote.plugins.module_utils.product.technologies import TECHNOLOGIES  # noqa: E402
from ansible_collections.rentree.pronote.plugins.plugin_utils.inventory.presets import PRESETS  # noqa: E402
from ansible_collections.rentree.pronote.plugins.plugin_utils.words.words import LANGUAGES  # noqa: E402

__all__ = ["made", "with_choices", "with_plays"]

_KEYS: Final = (tuple(PRODUCTS), tuple(TECHNOLOGIES), LANGUAGES, tuple(PRESETS))
_CHOICES = re.compile(r"(?<=choices: \[)[^\]\n]*(?=\])")
_PLAY = re.compile(r"^(?:#.*\n)*- name: ", re.MULTILINE)
_OTHERS: Final = [each for each in PRODUCTS.values() if each not in (PRONOTE_CLIENT, EDT_MONOPOSTE)]
_OF_EDT: Final = f"_product: {EDT_MONOPOSTE.key}\n"


def with_choices(text: str) -> str:
    """A text with the ``choices`` that are of one of our tables; what stands there already stays in its order."""
    return _CHOICES.sub(lambda match: _chosen(match[0]), text)


def _chosen(there: str) -> str:
    names = [each.strip() for each in there.split(",")]
    for keys in _KEYS:
        # No other option has most of its choices in common with a table.
        if 2 * len(keys_of := [each for each in names if each in keys]) > len(names):
            empty = [each for each in names if each == '""']
            return ", ".join([*empty, *keys_of, *(each for each in keys if each not in names)])
    return there


def with_plays(text: str) -> str:
    """A playbook with a play for each product that has one of EDT monoposte's, and the groups of all of them."""
    starts = [match.start() for match in _PLAY.finditer(text)]
    head, plays = text[: starts[0]], [text[a:b] for a, b in zip(starts, [*starts[1:], len(text)], strict=True)]
    made: list[str] = []
    for play in plays:
        if _OF_EDT in play:
            made += [play, *(_play_of(each, play) for each in _OTHERS)]
        elif not re.search(r"_product: \w+\n", play):
            made.append(play)
    # The last play of a file has no empty line behind it.
    return _with_groups(head + "\n\n".join(each.rstrip("\n") for each in made) + "\n")


def _play_of(product: Product, play: str) -> str:
    """The play of EDT monoposte, for another product."""
    for name in ("title", "key", "group"):
        play = play.replace(getattr(EDT_MONOPOSTE, name), getattr(product, name))
    return play


def _with_groups(text: str) -> str:
    both = ", ".join(f"'{each.group}'" for each in PRODUCTS.values())
    text = re.sub(rf"\['{PRONOTE_CLIENT.group}'(?:, '\w+')+\]", f"[{both}]", text)
    by_key = ", ".join(f"'{each.key}': '{each.group}'" for each in PRODUCTS.values() if each is not PRONOTE_CLIENT)
    return re.sub(rf"{{'{EDT_MONOPOSTE.key}': [^}}]*}}", f"{{{by_key}}}", text)


def _files() -> Iterator[tuple[Path, str]]:
    """Each file with what it should say."""
    for kind in ("callback", "doc_fragments", "inventory", "lookup", "modules"):
        for path in sorted((ROOT / "plugins" / kind).glob("*.py")):
            yield path, with_choices(path.read_text(encoding="utf-8"))
    for path in sorted((ROOT / "roles").glob("*/meta/argument_specs.yml")):
        yield path, with_choices(path.read_text(encoding="utf-8"))
    for path in sorted((ROOT / "playbooks").glob("*.yml")):
        text = path.read_text(encoding="utf-8")
        yield path, with_plays(text) if EDT_MONOPOSTE.group in text else text


def made() -> dict[Path, str]:
    """What each file should say."""
    return dict(_files())


if __name__ == "__main__":
    sys.exit(written(made(), sys.argv[1:], command="python -m tests.choices", usage=__doc__))
