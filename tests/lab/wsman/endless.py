"""Answers of a station that never comes to an end: rows without a last one, output of a command that goes on."""

from __future__ import annotations

import base64

from tests.lab.wsman.soap import Request

__all__ = ["endless"]

_RUNNING = "http://schemas.microsoft.com/wbem/wsman/1/windows/shell/CommandState/Running"
_ROW = "<w:XmlFragment><Name>another.exe</Name><ProcessId>4</ProcessId><SessionId>0</SessionId></w:XmlFragment>"


def endless(request: Request, size: int) -> str:
    """The body of an answer to Enumerate, Pull or Receive: ``size`` rows or bytes, and more to come."""
    operation = request.action.rpartition("/")[2]
    if operation == "Receive":
        assert request.body is not None
        command = str(request.body[0].get("CommandId"))
        text = base64.b64encode(b"x" * size).decode()
        stream = f'<rsp:Stream Name="stdout" CommandId="{command}">{text}</rsp:Stream>' if size else ""
        state = f'<rsp:CommandState CommandId="{command}" State="{_RUNNING}"/>'
        return f"<rsp:ReceiveResponse>{stream}{state}</rsp:ReceiveResponse>"
    prefix = "w" if operation == "Enumerate" else "n"
    items = f"<{prefix}:Items>{_ROW * size}</{prefix}:Items>"
    context = "<n:EnumerationContext>more</n:EnumerationContext>"
    return f"<n:{operation}Response>{context}{items}</n:{operation}Response>"
