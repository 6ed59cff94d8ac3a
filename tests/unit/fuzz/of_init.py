"""What init is answered, and files that it is pointed at: see ``parser.py``."""

from __future__ import annotations

from functools import partial
from pathlib import Path

from ansible.parsing.dataloader import DataLoader
from ansible_collections.rentree.pronote.plugins.module_utils.base import text
from ansible_collections.rentree.pronote.plugins.plugin_utils.awx import questions
from ansible_collections.rentree.pronote.plugins.plugin_utils.awx import text as awx_text
from ansible_collections.rentree.pronote.plugins.plugin_utils.init import answers, checks, files, vault
from ansible_collections.rentree.pronote.plugins.plugin_utils.init.disk import Here
from ansible_collections.rentree.pronote.plugins.plugin_utils.inventory import stations_csv
from ansible_collections.rentree.pronote.plugins.plugin_utils.preflight import lasting

from tests.unit.fuzz.parser import Parser, each

__all__ = ["OF_INIT"]

_HERE = Here(base=Path("/nonexistent"), loader=DataLoader())


def _export(data: bytes) -> None:
    found = answers.read_export(data, text.decoded(data), school="A")
    assert found.lines()


OF_INIT = (
    Parser(
        of=(
            checks.right_uai,
            checks.name,
            checks.choice,
            checks.web_address,
            checks.absolute_path,
            checks.user,
            checks.secret,
            checks.server_address,
            checks.yes,
        ),
        read=each(
            checks.right_uai,
            checks.name,
            partial(checks.choice, choices=("ntlm", "kerberos")),
            checks.web_address,
            checks.absolute_path,
            partial(checks.user, transport="kerberos"),
            partial(checks.user, transport="ntlm"),
            checks.secret,
            checks.server_address,
            partial(checks.server_address, uai="0310036W"),
            checks.yes,
        ),
        pieces=("0310036W", "0310036", "http://", "[", "h:0", "@", "A.B", "/srv", "{{", "\x1b", "oui", " "),
    ),
    Parser(
        of=(Here.folder, Here.export, Here.file_of_vault, Here.path),
        read=each(
            _HERE.folder,
            partial(_HERE.export, preset="", school="A"),
            partial(_HERE.file_of_vault, folder="inv"),
            _HERE.path,
        ),
        pieces=("inventories/", "my_schools", "~", "~nobody-of-that-name/", "..", "\0", "%", ",", "inv/", "."),
        # Nobody has such a home.
        found=("~nobody-of-that-name/x",),
        # Of each a path is looked at, and a longer one has more folders.
        linear=False,
    ),
    Parser(
        of=(answers.read_export, stations_csv.parse_headings),
        read=each(_export, lambda data: stations_csv.parse_headings(text.decoded(data), preset="ocs")),
        pieces=(b"Nom;Salle;Statut\r\n", b"pc-1;CDI;x\r\n", b"TAG;Machine\n", b'"', b";", b"\t", b"\r", b"\0"),
        errors=ValueError,
    ),
    Parser(
        of=(vault.compared, files.says_the_same),
        read=lambda data: (vault.compared(data, b"a: b\n", vault.of_text("pw")), files.says_the_same(data, b"#\n")),
        pieces=(b"$ANSIBLE_VAULT;1.1;AES256\n", b"$ANSIBLE_VAULT;", b"6162\n", b"# a\n", b"\xff"),
    ),
    Parser(
        of=(questions.folder, questions.needed, questions.plain, awx_text.is_ours),
        read=each(questions.folder, questions.needed, questions.plain, awx_text.is_ours),
        pieces=("inventories/", "..", "/", "https://", "# bin/pronote awx\n", "{{", "\x1b", " ", "é"),
    ),
    Parser(
        of=(lasting.mounts_of,),
        read=lasting.mounts_of,
        pieces=("712 600 0:60 / / rw - overlay overlay rw\n", " - ", "\\040", "\\", " ", "\n", "/runner", "é"),
        errors=(),
    ),
)
