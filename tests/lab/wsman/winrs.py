"""Windows Remote Shell: shells and what is done in them ([MS-WSMV] 2.2.4 and 3.1.4.1)."""

from __future__ import annotations

import asyncio
import base64
import binascii
import uuid
from collections.abc import Callable
from dataclasses import dataclass, field
from xml.sax.saxutils import escape

from lxml import etree

from tests.lab.station import Account, CommandRefusedError, ShellOptions, Station
from tests.lab.wsman import codes
from tests.lab.wsman.command import Command
from tests.lab.wsman.quotas import Quotas
from tests.lab.wsman.soap import NS, Request, parse_duration

__all__ = ["SHELL_URI", "ShellService"]

SHELL_URI = "http://schemas.microsoft.com/wbem/wsman/1/windows/shell/cmd"
_STATE = "http://schemas.microsoft.com/wbem/wsman/1/windows/shell/CommandState/"
_SIGNALS = "http://schemas.microsoft.com/wbem/wsman/1/windows/shell/signal/"
_ANONYMOUS = "http://schemas.xmlsoap.org/ws/2004/08/addressing/role/anonymous"
_RSP = f"{{{NS['rsp']}}}"
# Bytes of an answer around its streams, and of a Stream element around its base64 text, with a margin.
_ENVELOPE_ROOM = 3072
_ELEMENT_ROOM = 160
_SMALLEST_ENVELOPE = 8192  # DSP0226 R6.2-2
_LONGEST_LINE = 32767  # characters that CreateProcess takes


@dataclass
class _Shell:
    shell_id: str
    account: Account
    options: ShellOptions
    idle_seconds: float
    commands: dict[str, Command] = field(default_factory=dict)
    started: int = 0
    idle: asyncio.TimerHandle | None = None


class ShellService:
    """The shells of one station."""

    def __init__(self, station: Station, quotas: Quotas, *, denied: bool) -> None:
        self._station = station
        self._quotas = quotas
        self._denied = denied
        self._shells: dict[str, _Shell] = {}
        self._expiring: set[asyncio.Task[None]] = set()

    @property
    def open(self) -> int:
        """How many shells there are."""
        return len(self._shells)

    async def create(self, request: Request, account: Account) -> str:
        """transfer/Create: the body of the answer."""
        if self._denied:
            raise codes.access_denied()
        used = sum(shell.account.name == account.name for shell in self._shells.values())
        if used >= self._quotas.max_shells_per_user:
            raise codes.shells_quota(self._quotas.max_shells_per_user)
        body = _body(request)
        shell_id = _identifier(body.get("ShellId"))
        if shell_id in self._shells:
            raise codes.already_exists()
        idle = body.findtext(f"{_RSP}IdleTimeOut")
        shell = _Shell(
            shell_id,
            account,
            _shell_options(request),
            idle_seconds=self._quotas.shell_idle_seconds if idle is None else parse_duration(idle),
        )
        self._shells[shell_id] = shell
        self._touch(shell)
        owner = escape(f"{self._station.name.partition('.')[0].upper()[:15]}\\{account.name}")
        return (
            f"<x:ResourceCreated><a:Address>{_ANONYMOUS}</a:Address><a:ReferenceParameters>"
            f"<w:ResourceURI>{SHELL_URI}</w:ResourceURI><w:SelectorSet>"
            f'<w:Selector Name="ShellId">{shell_id}</w:Selector></w:SelectorSet></a:ReferenceParameters>'
            f"</x:ResourceCreated><rsp:Shell><rsp:ShellId>{shell_id}</rsp:ShellId>"
            f"<rsp:ResourceUri>{SHELL_URI}</rsp:ResourceUri><rsp:Owner>{owner}</rsp:Owner>"
            f"<rsp:IdleTimeOut>PT{shell.idle_seconds:.3f}S</rsp:IdleTimeOut>"
            "<rsp:InputStreams>stdin</rsp:InputStreams><rsp:OutputStreams>stdout stderr</rsp:OutputStreams>"
            "<rsp:ShellRunTime>P0DT0H0M0S</rsp:ShellRunTime><rsp:ShellInactivity>P0DT0H0M0S</rsp:ShellInactivity>"
            "</rsp:Shell>"
        )

    async def command(self, request: Request, account: Account) -> str:
        """shell/Command: start one."""
        shell = self._shell(request, account)
        body = _body(request)
        line = body.findtext(f"{_RSP}Command")
        if not line:
            raise codes.invalid_parameter()
        arguments = tuple(node.text or "" for node in body.findall(f"{_RSP}Arguments"))
        if len(" ".join([line, *arguments])) > _LONGEST_LINE:
            raise codes.line_too_long()
        command_id = _identifier(body.get("CommandId"))
        if command_id in shell.commands:
            raise codes.already_exists()
        if shell.started >= self._quotas.max_operations_per_shell:
            raise codes.shell_used_up(self._quotas.max_operations_per_shell)
        if len(shell.commands) >= self._quotas.max_processes_per_shell:
            raise codes.commands_quota()
        shell.started += 1
        try:
            running = await self._station.start_command(
                line,
                arguments,
                account=account,
                options=shell.options,
                skip_cmd_shell=_is_true(request.options.get("WINRS_SKIP_CMD_SHELL")),
            )
        except CommandRefusedError as exc:
            raise codes.command_refused(exc.code, exc.message) from exc
        shell.commands[command_id] = command = Command(running)
        if self._shells.get(shell.shell_id) is not shell:
            # The shell was deleted while the command started: its job object takes the newcomer too.
            await command.terminate()
            raise codes.aborted()
        return f"<rsp:CommandResponse><rsp:CommandId>{command_id}</rsp:CommandId></rsp:CommandResponse>"

    async def send(self, request: Request, account: Account) -> str:
        """shell/Send: standard input."""
        shell = self._shell(request, account)
        for stream in _body(request).findall(f"{_RSP}Stream"):
            command = self._command(shell, stream.get("CommandId"))
            if stream.get("Name") != "stdin":
                raise codes.invalid_parameter()
            try:
                data = base64.b64decode(stream.text or "", validate=True)
            except binascii.Error as exc:
                raise codes.invalid_parameter() from exc
            await command.running.send(data, end=_is_true(stream.get("End")))
        return "<rsp:SendResponse/>"

    async def receive(self, request: Request, account: Account, connected: Callable[[], bool]) -> str:
        """shell/Receive: what was written, the end, or the timeout's fault.

        When the client is not ``connected`` any more, the output stays for its next Receive.
        """
        shell = self._shell(request, account)
        desired = _body(request).find(f"{_RSP}DesiredStream")
        command_id = "" if desired is None else str(desired.get("CommandId") or "").upper()
        command = self._command(shell, command_id)
        if command.end_received:
            raise codes.unknown_command()
        if request.max_envelope < _SMALLEST_ENVELOPE:
            raise codes.envelope_too_small()
        room = (min(request.max_envelope, self._quotas.max_envelope_kb * 1024) - _ENVELOPE_ROOM) * 3 // 4
        if not await command.ready(request.timeout, enough=room):
            raise codes.operation_timeout()
        self._touch(shell)
        if command.terminated:
            raise codes.aborted()
        if not connected():
            return ""
        streams = [
            f'<rsp:Stream Name="{name}" CommandId="{command_id}">{base64.b64encode(data).decode()}</rsp:Stream>'
            for name, data in command.take(room, element=_ELEMENT_ROOM)
        ]
        if not command.drained or command.exit_code is None:
            state = f'<rsp:CommandState CommandId="{command_id}" State="{_STATE}Running"/>'
        else:
            command.end_received = True
            streams += [
                f'<rsp:Stream Name="{name}" CommandId="{command_id}" End="true"></rsp:Stream>'
                for name in ("stdout", "stderr")
            ]
            # ExitCode is an xs:int: 0xC000013A is sent as -1073741510.
            code = command.exit_code - 2**32 if command.exit_code >= 2**31 else command.exit_code
            state = (
                f'<rsp:CommandState CommandId="{command_id}" State="{_STATE}Done">'
                f"<rsp:ExitCode>{code}</rsp:ExitCode></rsp:CommandState>"
            )
        return f"<rsp:ReceiveResponse>{''.join(streams)}{state}</rsp:ReceiveResponse>"

    async def signal(self, request: Request, account: Account) -> str:
        """shell/Signal: terminate ends and forgets the command, ctrl_c and ctrl_break interrupt it."""
        shell = self._shell(request, account)
        body = _body(request)
        command_id = str(body.get("CommandId") or "").upper()
        command = self._command(shell, command_id)
        # pypsrp and Windows' own winrs.exe spell it Terminate, pywinrm terminate.
        code = (body.findtext(f"{_RSP}Code") or "").strip().lower()
        if code == f"{_SIGNALS}terminate":
            del shell.commands[command_id]
            await command.terminate()
        elif code in {f"{_SIGNALS}ctrl_c", f"{_SIGNALS}ctrl_break"}:
            await command.running.terminate(ctrl_c=True)
        else:
            raise codes.invalid_parameter()
        return "<rsp:SignalResponse/>"

    async def delete(self, request: Request, account: Account) -> str:
        """transfer/Delete: the shell's processes die with it, as its job object has them."""
        await self._close(self._shell(request, account))
        return ""

    async def close_all(self) -> None:
        """The station lost its power, or the lab ends."""
        for shell in list(self._shells.values()):
            await self._close(shell)

    async def _close(self, shell: _Shell) -> None:
        self._shells.pop(shell.shell_id, None)
        if shell.idle is not None:
            shell.idle.cancel()
        for command in shell.commands.values():
            await command.terminate()

    def _touch(self, shell: _Shell) -> None:
        if self._shells.get(shell.shell_id) is not shell:
            return
        if shell.idle is not None:
            shell.idle.cancel()
        loop = asyncio.get_running_loop()

        def expire() -> None:
            task = loop.create_task(self._close(shell))
            self._expiring.add(task)
            task.add_done_callback(self._expiring.discard)

        shell.idle = loop.call_later(shell.idle_seconds, expire)

    def _shell(self, request: Request, account: Account) -> _Shell:
        shell_id = request.selectors.get("ShellId", "")
        shell = self._shells.get(shell_id.upper())
        if shell is None or shell.account.name != account.name:
            raise codes.unknown_shell(shell_id)
        self._touch(shell)
        return shell

    @staticmethod
    def _command(shell: _Shell, command_id: str | None) -> Command:
        command = shell.commands.get((command_id or "").upper())
        if command is None:
            raise codes.unknown_command()
        return command


def _is_true(text: str | None) -> bool:
    return (text or "").strip().lower() in {"true", "1"}


def _identifier(proposed: str | None) -> str:
    """The client's own UUID (WinRM 3 takes it) or a new one."""
    try:
        return str(uuid.UUID(proposed) if proposed else uuid.uuid4()).upper()
    except ValueError as exc:
        raise codes.invalid_parameter() from exc


def _body(request: Request) -> etree._Element:
    if request.body is None:
        raise codes.invalid_parameter()
    return request.body


def _shell_options(request: Request) -> ShellOptions:
    body = _body(request)
    codepage = request.options.get("WINRS_CODEPAGE", "437").strip()
    if not codepage.isdecimal():
        raise codes.invalid_options()
    return ShellOptions(
        codepage=int(codepage),
        working_directory=body.findtext(f"{_RSP}WorkingDirectory") or None,
        environment={str(v.get("Name")): v.text or "" for v in body.iterfind(f"{_RSP}Environment/{_RSP}Variable")},
        no_profile=_is_true(request.options.get("WINRS_NOPROFILE")),
    )
