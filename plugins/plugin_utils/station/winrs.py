# SPDX-License-Identifier: GPL-3.0-or-later
"""The Windows Remote Shell: bodies of requests and the reading of answers ([MS-WSMV] 2.2.4). Pure; ``exchange.py``
says when each is asked.

Bodies have the prefixes that ``exchange.py`` declares.
"""

from __future__ import annotations

import base64
import binascii
import re
from dataclasses import dataclass
from typing import Final
from xml.sax.saxutils import escape, quoteattr

from ...module_utils.base.message import Message
from .soap import OddAnswerError, content_of

__all__ = [
    "SHELL_ACTION",
    "SHELL_URI",
    "Received",
    "command_body",
    "command_options",
    "create_body",
    "create_options",
    "parse_command",
    "parse_create",
    "parse_receive",
    "receive_body",
    "signal_body",
]

SHELL_URI: Final = "http://schemas.microsoft.com/wbem/wsman/1/windows/shell/cmd"
SHELL_ACTION: Final = "http://schemas.microsoft.com/wbem/wsman/1/windows/shell"
_RSP = f"{{{SHELL_ACTION}}}"
_SELECTOR = "{http://schemas.dmtf.org/wbem/wsman/1/wsman.xsd}Selector"
_DONE = "/CommandState/Done"
# xs:int: 0xC000013A is sent as -1073741510.
_EXIT_CODE = re.compile(r"\s*-?[0-9]{1,10}\s*")
# A number of a shell or a command, which goes into our next requests.
_IDENTIFIER = re.compile(r"[0-9A-Za-z{}-]{1,64}")


@dataclass(frozen=True, kw_only=True)
class Received:
    """One answer to Receive; ``code`` (32-bit unsigned) is None while the command runs."""

    stdout: bytes
    stderr: bytes
    code: int | None


def create_options() -> dict[str, str]:
    """The options of a new shell: UTF-8."""
    return {"WINRS_NOPROFILE": "FALSE", "WINRS_CODEPAGE": "65001"}


def create_body() -> str:
    """The body that asks for a new shell."""
    return (
        "<rsp:Shell><rsp:InputStreams>stdin</rsp:InputStreams><rsp:OutputStreams>stdout stderr</rsp:OutputStreams>"
        "</rsp:Shell>"
    )


def parse_create(answer: bytes) -> str:
    """The number of the new shell. Raises FaultAnswerError, OddAnswerError."""
    content = content_of(answer)
    # Two elements lie in this body: where the shell is (the first one), and the shell.
    shells = [node.text for node in content.iter(_SELECTOR) if node.get("Name") == "ShellId"]
    return _identifier(shells[0] if shells else None, Message("a new shell without its number"))


def command_options() -> dict[str, str]:
    """The options of a command: no console for its standard input, which is never written to; through ``cmd``."""
    return {"WINRS_CONSOLEMODE_STDIN": "FALSE", "WINRS_SKIP_CMD_SHELL": "FALSE"}


def command_body(line: str) -> str:
    """The body that starts a command line."""
    return f"<rsp:CommandLine><rsp:Command>{escape(line)}</rsp:Command></rsp:CommandLine>"


def parse_command(answer: bytes) -> str:
    """The number of the command that was started. Raises FaultAnswerError, OddAnswerError."""
    return _identifier(content_of(answer).findtext(f"{_RSP}CommandId"), Message("a command started without its number"))


def receive_body(command_id: str) -> str:
    """The body that asks for output."""
    return (
        f"<rsp:Receive><rsp:DesiredStream CommandId={quoteattr(command_id)}>stdout stderr</rsp:DesiredStream>"
        "</rsp:Receive>"
    )


def parse_receive(answer: bytes, command_id: str) -> Received:
    """What a command wrote, and how it ended. Raises FaultAnswerError, OddAnswerError.

    An answer may hold several states of the command: the exit code is the one of ``Done``.
    """
    content = content_of(answer)
    if content.tag != f"{_RSP}ReceiveResponse":
        raise OddAnswerError(Message("something else than output of a command"))
    written: dict[str, list[bytes]] = {"stdout": [], "stderr": []}
    code: int | None = None
    for node in content:
        if node.get("CommandId", command_id).upper() != command_id.upper():
            continue
        if node.tag == f"{_RSP}Stream" and node.get("Name") in written and node.text:
            written[node.get("Name", "")].append(_decoded(node.text))
        if node.tag == f"{_RSP}CommandState" and (node.get("State") or "").endswith(_DONE):
            told = node.findtext(f"{_RSP}ExitCode") or ""
            if not _EXIT_CODE.fullmatch(told):
                raise OddAnswerError(Message("the end of a command without its exit code"))
            code = int(told) & 0xFFFFFFFF
    return Received(stdout=b"".join(written["stdout"]), stderr=b"".join(written["stderr"]), code=code)


def signal_body(command_id: str) -> str:
    """The body that ends a command, or what the station keeps of it."""
    code = f"<rsp:Code>{SHELL_ACTION}/signal/terminate</rsp:Code>"
    return f"<rsp:Signal CommandId={quoteattr(command_id)}>{code}</rsp:Signal>"


def _identifier(text: str | None, otherwise: str) -> str:
    if text is None or not _IDENTIFIER.fullmatch(text.strip()):
        raise OddAnswerError(otherwise)
    return text.strip()


def _decoded(text: str) -> bytes:
    try:
        return base64.b64decode(text.encode())
    except binascii.Error as exc:
        raise OddAnswerError(Message("output that is no base64")) from exc
