"""The file of the data, and answers that can be."""

from __future__ import annotations

import pytest
import yaml
from ansible.parsing.dataloader import DataLoader
from ansible.template import Templar
from ansible_collections.rentree.pronote.plugins.module_utils.base.message import Message
from ansible_collections.rentree.pronote.plugins.plugin_utils.awx.data import Raw
from ansible_collections.rentree.pronote.plugins.plugin_utils.awx.questions import folder, needed, plain
from ansible_collections.rentree.pronote.plugins.plugin_utils.awx.text import is_ours, text_of
from ansible_collections.rentree.pronote.plugins.plugin_utils.words.catalogue import catalogue


def test_what_a_job_works_out_is_left_alone() -> None:
    text = text_of({"a": [{"b": Raw("{{ password }}"), "c": "{{ 1 + 1 }}", "d": "é"}]}, catalogue("en"))
    loader = DataLoader()
    read = loader.load(text)
    assert Templar(loader=loader).template(read) == {"a": [{"b": "{{ password }}", "c": "{{ 1 + 1 }}", "d": "é"}]}
    (plain_text,) = yaml.safe_load(text.replace("!unsafe ", ""))["a"]
    assert plain_text["b"] == "{{ password }}"
    assert text.count("!unsafe") == 1
    assert is_ours(text)
    assert not is_ours(text.replace("# bin/pronote", "# Bin/pronote"))


def test_its_texts_are_in_the_readers_language() -> None:
    texts = {language: text_of({"a": Message("Password")}, catalogue(language)) for language in ("en", "fr")}
    assert "a: Password" in texts["en"]
    assert "a: Mot de passe" in texts["fr"]


@pytest.mark.parametrize("text", ["", " ", "a\x07b", "{{ x }}", "{% if %}"])
def test_no_answer(text: str) -> None:
    with pytest.raises(ValueError, match=r"needed|plain text"):
        needed(text)


def test_answers() -> None:
    assert needed(" Collectivité d'essai ") == "Collectivité d'essai"
    assert folder("./inventories/my_schools/") == "inventories/my_schools"
    with pytest.raises(ValueError, match="blank"):
        plain("a b")
    for text in ("/etc", "a/../../b", "a b"):
        with pytest.raises(ValueError, match="no folder"):
            folder(text)
