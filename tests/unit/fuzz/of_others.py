"""Parsers of what servers say, and of settings of people: see ``parser.py``."""

from __future__ import annotations

import json
from typing import Any

from ansible_collections.rentree.pronote.plugins.module_utils.base import digests, identifiers, text
from ansible_collections.rentree.pronote.plugins.module_utils.base import message as messages
from ansible_collections.rentree.pronote.plugins.module_utils.checks import cas
from ansible_collections.rentree.pronote.plugins.module_utils.product import release
from ansible_collections.rentree.pronote.plugins.module_utils.server import description
from ansible_collections.rentree.pronote.plugins.plugin_utils.alerts import message
from ansible_collections.rentree.pronote.plugins.plugin_utils.deploy import hours
from ansible_collections.rentree.pronote.plugins.plugin_utils.depot import prune_rules, server
from ansible_collections.rentree.pronote.plugins.plugin_utils.doctor import made
from ansible_collections.rentree.pronote.plugins.plugin_utils.inventory import addresses
from ansible_collections.rentree.pronote.plugins.plugin_utils.prepare import sources
from ansible_collections.rentree.pronote.plugins.plugin_utils.responses import names
from ansible_collections.rentree.pronote.plugins.plugin_utils.rings import plan as rings
from ansible_collections.rentree.pronote.plugins.plugin_utils.settings import plan as settings
from ansible_collections.rentree.pronote.plugins.plugin_utils.settings import server_file
from ansible_collections.rentree.pronote.plugins.plugin_utils.store import option, texts
from ansible_collections.rentree.pronote.plugins.plugin_utils.wake import packet

from tests.unit.fuzz.parser import Parser, each

__all__ = ["OF_OTHERS"]


_JSON = (
    b'{"version": [2026, 2, 7], "nomEtab": "x"}',
    b"{",
    b'"version":',
    b"[2026,2,7]",
    b',"CAS":{"actif":1}',
    b"}",
    b"\\ud800",
)


def _source(body: str) -> None:
    """A text with the source that came beside it through JSON."""
    try:
        source = json.loads(body)
    except (ValueError, RecursionError):
        source = {"text": body, "values": {"a": body}}
    messages.sourced("no client", source)


OF_OTHERS: tuple[Parser[Any], ...] = (
    Parser(
        of=(messages.sourced,),
        read=_source,
        pieces=('{"text": "{a}", "values": {"a": "b"}}', '{"text": "', "{a}", '"values":', "[1]", "{{", "}", "null"),
    ),
    Parser(
        of=(server_file.parse_settings_file,),
        read=lambda body: server_file.parse_settings_file("https://s/", body),
        errors=description.HostedServerError,
        pieces=(b"Serveur=", b"A:b.fr:49300", b":", b"49300", b"\r\n", b"<html>"),
    ),
    Parser(
        of=(
            settings.check_label,
            settings.check_address,
        ),
        read=each(settings.check_label, settings.check_address),
        pieces=("a.b", "-", "a", ":"),
    ),
    Parser(
        of=(description.parse_info,),
        read=lambda body: description.parse_info("https://s/", body, server_header="x"),
        errors=description.HostedServerError,
        pieces=_JSON,
        found=(
            b"[" * 100_000,
            b'{"version": [' + b"9" * 5000 + b"]}",
            b'{"version": [2026, 2, true]}',
            b'{"version": [2026, 2, 7], "nomEtab": "\\ud800"}',
        ),
    ),
    Parser(
        of=(
            description.parse_server_header,
            description.known_refusal,
        ),
        read=lambda text: (
            description.parse_server_header(text),
            description.known_refusal("https://s/", text.encode("utf-8", "replace")),
        ),
        pieces=("PRONOTE 2026", " - 0.2.7", ".2.7", " Microsoft-HTTPAPI/2.0", "temporarily suspended"),
    ),
    Parser(
        of=(cas.parse_redirect,),
        read=lambda location: cas.parse_redirect(location, "https://s/x"),
        errors=ValueError,
        pieces=("https://", "ent.fr", "/cas/login", "?service=", "https%3A%2F%2Fs%2F", "[::1", ":99999", "//"),
    ),
    Parser(
        of=(
            release.Release.parse,
            release.Release.read,
            release.Release.from_file_version,
        ),
        read=each(release.Release.parse, release.Release.read, release.Release.from_file_version),
        pieces=("2026", ".2", ".7", ".00000", ", ", "2023"),
    ),
    Parser(
        of=(
            identifiers.parse_uai,
            identifiers.parse_mac,
            identifiers.host_of,
            digests.is_digest,
            digests.valid_digest,
            packet.parse_broadcast,
        ),
        read=each(
            identifiers.parse_uai,
            identifiers.parse_mac,
            identifiers.host_of,
            digests.is_digest,
            digests.valid_digest,
            packet.parse_broadcast,
        ),
        pieces=("0310001A", "00:11:22:aa:bb:cc", "0" * 64, "https://[", "]", "10.0.0.255", "@", "-"),
    ),
    Parser(
        of=(
            text.decoded,
            text.printable,
            text.printable_line,
            text.printable_message,
            text.one_line,
            text.cell,
        ),
        read=lambda data: [
            text.one_line(text.decoded(data)),
            text.printable(data),
            text.printable_line(data),
            text.printable_message(messages.Message("{a}", a=text.decoded(data))),
            text.cell(text.decoded(data)),
        ],
        pieces=(b"=", b"a", b"\xc3\xa9", b"\x81"),
    ),
    Parser(
        of=(texts.storable,),
        # As SQLite takes it.
        read=lambda value: texts.storable(value).encode(),
        pieces=("\0", "\ud800", "\udfff", "a", "\N{PILE OF POO}"),
    ),
    Parser(
        of=(server.wanted_part,),
        read=lambda header: server.wanted_part(header, 100),
        errors=ValueError,
        pieces=("bytes=", "0", "-", "9" * 19, ","),
    ),
    Parser(
        of=(
            prune_rules.split_place,
            hours.parse_windows,
            addresses.winrm_address,
            rings.parse_limit,
            rings.parse_rings,
        ),
        read=each(
            prune_rules.split_place,
            lambda value: hours.parse_windows({"from": value, "to": value, "days": value}),
            rings.parse_limit,
            rings.parse_rings,
            lambda value: addresses.winrm_address("h", {"ansible_host": value, "ansible_port": value}),
        ),
        pieces=("2026.2.7", "/x64", "edt_monoposte/", "18:00", "10%", "mon"),
    ),
    Parser(
        of=(sources.read_page,),
        read=lambda page: sources.read_page("pronote_client", page, url="https://x.fr/a"),
        errors=ValueError,
        pieces=(
            b'<a class="btn btn-primary" href="',
            b"https://x.fr/Install_PRNclient_FR_2026.2.7_win64.exe",
            b'">',
            b"</a>",
            b"<html>",
            b"http://[",
            b"<",
        ),
        found=(b"<" * 3000, b"<a>" * 3000),
    ),
    Parser(
        of=(
            sources.is_url,
            sources.url_file_name,
            sources.parse_installer_name,
            names.parse_name,
        ),
        read=each(
            sources.is_url,
            sources.url_file_name,
            lambda name: sources.parse_installer_name("pronote_client", name),
            names.parse_name,
        ),
        pieces=(
            "https://",
            "[",
            "Install_PRNclient_FR_2026.2.7_win64.exe",
            "pronote_client-2026.2.7-x64",
            "-update",
            ".iss",
            "%00",
        ),
    ),
    Parser(of=(made.of_room,), read=made.of_room, errors=ValueError, pieces=("1", "all", "0", "-", "²", " ")),
    Parser(
        of=(message.address,),
        read=lambda value: message.address(value, option="mail_to"),
        errors=ValueError,
        pieces=("a", "@", "b.fr", "<", ">", " ", '"', ".", "xn--"),
    ),
    Parser(
        # What Ansible makes of a type's error is one of the task.
        of=(option.store_address,),
        read=option.store_address,
        errors=(TypeError, ValueError),
        pieces=("postgresql://", "user@", "host:5432/", "~", "$HOME", "${", "%", "/", "\0", "?"),
        # Python's expandvars is quadratic; an inventory's own text.
        linear=False,
    ),
)
