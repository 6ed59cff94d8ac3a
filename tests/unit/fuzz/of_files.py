"""Parsers of files: of people, of stations, of the product itself: see ``parser.py``."""

from __future__ import annotations

import io
from typing import Any

from ansible_collections.rentree.pronote.plugins.module_utils.base import text
from ansible_collections.rentree.pronote.plugins.module_utils.checks import export, export_compare
from ansible_collections.rentree.pronote.plugins.module_utils.checks.findings import CheckError
from ansible_collections.rentree.pronote.plugins.module_utils.product.products import PRONOTE_CLIENT
from ansible_collections.rentree.pronote.plugins.module_utils.product.technologies import TECHNOLOGIES
from ansible_collections.rentree.pronote.plugins.plugin_utils.archive import judge, zip_check
from ansible_collections.rentree.pronote.plugins.plugin_utils.depot import lock, script
from ansible_collections.rentree.pronote.plugins.plugin_utils.inventory import (
    cells,
    export_text,
    names,
    sites,
    stations_csv,
)
from ansible_collections.rentree.pronote.plugins.plugin_utils.prepare import facts
from ansible_collections.rentree.pronote.plugins.plugin_utils.responses import recording, response, validate

from tests.unit.fuzz.parser import Parser, each

__all__ = ["OF_FILES"]


def _zip(data: bytes) -> None:
    zip_check.check_zip(io.BytesIO(data), path="a.zip", size=len(data), limits=zip_check.ZipLimits(unpacked=1 << 20))


_ENTRY = b"PK\x01\x02\x14\x03\x14\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0%s\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0%s"
_NAMELESS = _ENTRY % (b"\0\0", b"")
_DIRECTORY_END = b"PK\x05\x06\0\0\0\0\x01\0\x01\0" + len(_NAMELESS).to_bytes(4, "little") + b"\0\0\0\0\0\0"
_ISS = (
    b"[InstallShield Silent]\r\nVersion=v7.00\r\nFile=Response File\r\n",
    b"[{AAAAAAAA-AAAA-AAAA-AAAA-AAAAAAAAAAAA}-DlgOrder]\r\nDlg0={AAAAAAAA-AAAA-AAAA-AAAA-AAAAAAAAAAAA}-SdWelcome-0\r\nCount=1\r\n",
    b"[{AAAAAAAA-AAAA-AAAA-AAAA-AAAAAAAAAAAA}-SdWelcome-0]\r\nResult=1\r\nbOpt1=\xc2\xb2\r\n",
    b"[Application]\r\nLang=040c\r\nVersion=2026.1\r\n",
    b" indented\r\n",
    b"[",
    b"k=v\r\n",
)
_XML = (
    b'<?xml version="1.0" encoding="UTF-8"?>',
    b"<a>",
    b"</a>",
    b'<?xml version="1.0" encoding="rot13"?><a/>',
    b'<?xml version="1.0" encoding="idna"?>',
    b"<!DOCTYPE a>",
    b"<a b='c'>",
    b"&amp;",
)
_YAML = (
    b"pronote_releases:\n",
    b"  '2026.2.7':\n",
    b"    x64: {digest: a}\n",
    b"<<<<<<< x\n",
    b"- &a [*a]\n",
    b"[",
    b"{a: ",
    b"2026-13-01: 1\n",
    b"!!python/x ",
)


OF_FILES: tuple[Parser[Any], ...] = (
    Parser(
        of=(zip_check.check_zip,),
        read=_zip,
        errors=CheckError,
        pieces=(_NAMELESS + _DIRECTORY_END, _NAMELESS, _DIRECTORY_END, b"PK\x03\x04", b"PK\x05\x06"),
        found=(_NAMELESS + _DIRECTORY_END,),
    ),
    Parser(
        of=(
            judge.newest_names,
            judge.not_encrypted,
            judge.station_path,
        ),
        read=each(
            judge.newest_names,
            lambda output: judge.not_encrypted([output + bytes(4096)]),
            lambda output: judge.station_path(text.decoded(output)),
        ),
        pieces=(b"a.zip\r\n", b"b.archs\n", b".", b"C:\\a\\"),
    ),
    Parser(
        of=(export.read_export,),
        read=lambda data: export.read_export(io.BytesIO(data), path="x", key=b"k" * 32),
        errors=CheckError,
        pieces=_XML,
        found=(_XML[3], _XML[4]),
    ),
    Parser(
        of=(export_compare.Fingerprint.load,),
        read=lambda data: export_compare.Fingerprint.load(data, b"k"),
        errors=ValueError,
        pieces=(b'{"format": 1,', b'"uai": "x", "date": "y",', b'"pairs": [["a", 1]],', b'"check": 0}', b"["),
    ),
    Parser(
        of=(lock.parse_lock,),
        read=lambda data: lock.releases_of(lock.parse_lock(data) or {}, PRONOTE_CLIENT),
        errors=ValueError,
        pieces=_YAML,
        # PyYAML looks a kilobyte ahead at each bracket; the file is the administrators' own.
        linear=False,
        found=(
            b"[" * 3000,
            b"a: " + b"{a: " * 3000,
            b"? [a]\n: b\n",
            b"2026-13-01: 1\n",
            b"a: 2026-99-99\n",
            b"a: " + b"9" * 5000,
            b"a: !!timestamp 1\n",
            b"{[a]: b}",
            b"<<: 1\n",
            b"a: &a [*a]\nb: *a",
        ),
    ),
    Parser(
        of=(script.ScriptSettings.of_script,),
        read=lambda data: script.ScriptSettings.of_script(data, TECHNOLOGIES["installscript"]),
        errors=ValueError,
        pieces=(
            b'set "PRODUCT={A}"\r\n',
            b'set "ARGUMENTS="\r\n',
            b"echo success=0 \r\n",
            b"if %TRY% geq 5 exit /b 1\r\n",
            b"echo success=-\r\n",
            b"if %WAITED% geq 10 goto no_log\r\n",
        ),
        found=(
            b'set "ARGUMENTS="\necho success=- -\nif %WAITED% geq 1 goto no_log\n'
            b"if %WAITED% geq 1 exit /b 1\nif %TRY% geq 1 exit /b 1",
        ),
    ),
    Parser(
        of=(
            export_text.read_text,
            export_text.spoilt,
            export_text.clean,
            export_text.heading_key,
            export_text.layout,
        ),
        read=each(
            lambda data: export_text.spoilt(export_text.read_text(data).text),
            lambda data: export_text.clean(text.decoded(data)),
            lambda data: export_text.layout(text.decoded(data), len),
        ),
        pieces=(
            b"\xff\xfe",
            b"\xef\xbb\xbf",
            b"\xc3\xa9",
            b"\xe9",
            b"sep=;\n",
            b"#TYPE x\n",
            b'="',
            b"&eacute;",
            b'"',
            b"\n",
        ),
    ),
    Parser(
        of=(cells.read_address, cells.read_mac, cells.read_name, cells.read_text_cell, sites.Sites.of),
        read=each(
            lambda data: cells.read_address(text.decoded(data)),
            lambda data: cells.read_mac(text.decoded(data)),
            lambda data: cells.read_name(text.decoded(data)),
            lambda data: sites.Sites({"a > b": "0310001A"}, trees=True).of(text.decoded(data)),
        ),
        pieces=(b"10.0.0.1", b"::1", b" ", b",", b">", b"a > b", b"00:1a", b"."),
    ),
    Parser(
        of=(
            stations_csv.decode,
            stations_csv.parse_stations,
            names.group_name,
        ),
        read=each(
            lambda data: stations_csv.parse_stations(stations_csv.decode(data), school="0310001A"),
            lambda data: names.group_name(text.decoded(data)),
        ),
        pieces=(b"name;room;address;mac\r\n", b"pc-1;101;10.0.0.1;\r\n", b'"', b";", b"\r", b",", b"name\n"),
    ),
    Parser(of=(facts.not_a_program,), read=facts.not_a_program, pieces=(b"MZ", b"<html", b" ")),
    Parser(
        of=(
            response.ResponseFile.parse,
            response.decode_response,
            validate.validate_bytes,
            response.for_setup,
            response.parse_language,
        ),
        read=each(
            response.ResponseFile.parse,
            response.decode_response,
            lambda data: validate.validate_bytes(data, mode="install", product_code="{A}", language=1036, year=2026),
            response.for_setup,
            lambda data: response.parse_language(text.decoded(data)),
        ),
        pieces=_ISS,
    ),
    Parser(
        of=(recording.parse_fetched,),
        read=recording.parse_fetched,
        errors=ValueError,
        pieces=(
            b"-----BEGIN CERTIFICATE-----\r\n",
            b"YWI=\r\n",
            b"-----END CERTIFICATE-----\r\n",
            b"-----BEGIN A",
            b"ab " * 32 + b"\r\n",
            b"-----END ",
        ),
    ),
    Parser(
        of=(recording.parse_folder,),
        read=lambda output: recording.parse_folder(output, running=False),
        pieces=("folder", "\r\n", "response"),
    ),
)
