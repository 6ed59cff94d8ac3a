"""Task definitions: the XML of [MS-TSCH] 2.5, and the one that ``schtasks /Create`` writes from its switches."""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Literal
from xml.sax.saxutils import escape

from lxml import etree

__all__ = ["Action", "TaskDefinition", "TaskXmlError", "Trigger", "build_xml", "decode_xml", "parse_task"]

NAMESPACE = "http://schemas.microsoft.com/windows/2004/02/mit/task"
_NS = {"t": NAMESPACE}
_DURATION = re.compile(r"P(?:(\d+)D)?(?:T(?:(\d+)H)?(?:(\d+)M)?(?:(\d+)S)?)?\Z")
_LOGON_TYPES = ("S4U", "Password", "InteractiveToken", "InteractiveTokenOrPassword")  # [MS-TSCH] 2.5.6
_POLICIES = ("IgnoreNew", "Parallel", "Queue", "StopExisting")


class TaskXmlError(ValueError):
    """The XML is refused. ``kind``: "malformed" (not XML, or its encoding) or "value" (element or content)."""

    def __init__(self, kind: Literal["malformed", "value"], what: str, line: int, column: int) -> None:
        super().__init__(f"({line},{column}) {what}")
        self.kind, self.what, self.line, self.column = kind, what, line, column


@dataclass(frozen=True)
class Action:
    """One Exec action."""

    command: str
    arguments: str = ""
    directory: str = ""


@dataclass(frozen=True)
class Trigger:
    """When the scheduler starts it by itself: at a time, at boot, or when it is registered.

    ``at`` is its StartBoundary, before which it does not count; after ``until`` (EndBoundary) it does not either.
    """

    kind: Literal["time", "boot", "registration", "other"]
    at: dt.datetime | None = None
    until: dt.datetime | None = None
    delay: float = 0.0  # seconds
    enabled: bool = True

    def counts(self, now: dt.datetime) -> bool:
        """Whether ``now`` (aware) lies within its boundaries; those without a zone are the station's own time."""
        begun = self.at is None or _aware(self.at, now) <= now
        return self.enabled and begun and (self.until is None or now < _aware(self.until, now))


@dataclass(frozen=True, kw_only=True)
class TaskDefinition:
    """What matters of a definition; ``xml`` is the text as registered."""

    xml: str
    actions: tuple[Action, ...]
    user: str  # as written: a SID, or a name
    group: str = ""  # a SID: whoever of it is logged on (TASK_LOGON_GROUP), instead of a user
    # Only in a session that is open; true for a group too.
    interactive: bool = False
    highest: bool = False
    triggers: tuple[Trigger, ...] = ()
    policy: str = "IgnoreNew"
    enabled: bool = True
    allow_on_demand: bool = True
    # Both default to true ([MS-TSCH] 2.5.3): a task without the elements does not start on battery.
    disallow_on_battery: bool = True
    stop_on_battery: bool = True
    time_limit: float | None = 72 * 3600.0  # seconds; None: no limit
    # Seconds after which the task is deleted once every trigger has passed its end; None: never.
    delete_after: float | None = None

    def deleted_at(self, now: dt.datetime) -> dt.datetime | None:
        """When it is deleted by itself, in the zone of ``now``."""
        ends = [trigger.until for trigger in self.triggers]
        if self.delete_after is None or not ends or None in ends:
            return None
        return max(_aware(end, now) for end in ends if end) + dt.timedelta(seconds=self.delete_after)


def _aware(moment: dt.datetime, now: dt.datetime) -> dt.datetime:
    return moment if moment.tzinfo else moment.replace(tzinfo=now.tzinfo)


def decode_xml(data: bytes, ansi: str) -> str:
    """The text of a /XML file: UTF-16 or UTF-8 by its byte order mark, the ANSI code page without one."""
    if data.startswith((b"\xff\xfe", b"\xfe\xff")):
        return data.decode("utf-16", errors="replace")
    if data.startswith(b"\xef\xbb\xbf"):
        return data.decode("utf-8-sig", errors="replace")
    return data.decode(ansi, errors="replace")


_DECLARATION = re.compile(r"\s*<\?xml\b[^>]*\?>")
_ENCODING = re.compile(r"""encoding\s*=\s*["']([\w.-]+)["']""")


def parse_task(text: str) -> TaskDefinition:
    """Check and read a definition, already decoded. Raises TaskXmlError.

    The service gets a UTF-16 string, so a declaration with any other encoding is refused: "unable to switch the
    encoding".
    """
    declared = _DECLARATION.match(text)
    encoding = _ENCODING.search(declared[0]) if declared else None
    if encoding and encoding[1].lower() not in ("utf-16", "unicode"):
        raise TaskXmlError("malformed", "encoding", 1, encoding.end() + 1)
    body = text[declared.end() :] if declared else text
    try:
        root = etree.fromstring(body.strip().encode(), etree.XMLParser(resolve_entities=False, no_network=True))
    except etree.XMLSyntaxError as exc:
        line, column = exc.position
        raise TaskXmlError("malformed", exc.msg or "syntax", line, column) from exc
    if root.tag != f"{{{NAMESPACE}}}Task":
        raise TaskXmlError("value", "Task", 1, 2)
    return _Reader(root, text).definition()


def _line_of(node: etree._Element | None) -> int:
    line = None if node is None else node.sourceline
    return line if isinstance(line, int) else 1


class _Reader:
    """Reads the elements the scheduler acts upon, and refuses values the schema does not allow."""

    def __init__(self, root: etree._Element, text: str) -> None:
        self._root = root
        self._text = text

    def _value(self, path: str, default: str, parent: etree._Element | None = None) -> str:
        found = (self._root if parent is None else parent).find(path, _NS)
        return default if found is None else (found.text or "").strip()

    def _checked(
        self, path: str, default: str, accept: Callable[[str], bool], parent: etree._Element | None = None
    ) -> str:
        value = self._value(path, default, parent)
        if not accept(value):
            found = (self._root if parent is None else parent).find(path, _NS)
            line = _line_of(found)
            raise TaskXmlError("value", f"{path.rpartition(':')[2]}:{value}", line, 8)
        return value

    def _flag(self, path: str, default: bool, parent: etree._Element | None = None) -> bool:
        accepted = ("true", "false", "1", "0")
        value = self._checked(path, str(default).lower(), accepted.__contains__, parent)
        return value in ("true", "1")

    def _seconds(self, path: str, default: str, parent: etree._Element | None = None) -> float:
        value = self._checked(path, default, lambda text: len(text) > 1 and _DURATION.match(text) is not None, parent)
        match = _DURATION.match(value)
        parts = [int(part or 0) for part in match.groups()] if match else [0, 0, 0, 0]
        return parts[0] * 86400.0 + parts[1] * 3600 + parts[2] * 60 + parts[3]

    def definition(self) -> TaskDefinition:
        settings = "t:Settings/t:"
        actions = tuple(
            Action(
                self._value("t:Command", "", node),
                self._value("t:Arguments", "", node),
                self._value("t:WorkingDirectory", "", node),
            )
            for node in self._root.iterfind("t:Actions/t:Exec", _NS)
        )
        if not actions or not all(action.command for action in actions):
            raise TaskXmlError("value", "Actions", 1, 2)
        principal = self._root.find("t:Principals/t:Principal", _NS)
        run_level = self._checked(
            "t:RunLevel", "LeastPrivilege", ("LeastPrivilege", "HighestAvailable").__contains__, principal
        )
        group = "" if principal is None else self._value("t:GroupId", "", principal)
        user = "" if principal is None else self._value("t:UserId", "", principal)
        logon = self._checked("t:LogonType", "", ("", *_LOGON_TYPES).__contains__, principal)
        # "Do not set this property if a user identifier is specified" (IPrincipal::put_GroupId).
        if group and (user or not re.fullmatch(r"S-1-[0-9-]+", group)):
            raise TaskXmlError("value", f"GroupId:{group}", _line_of(principal), 8)
        limit = self._seconds(settings + "ExecutionTimeLimit", "PT72H")
        triggers = tuple(self._triggers())
        deletes = self._root.find(settings + "DeleteExpiredTaskAfter", _NS) is not None
        # "This setting requires that at least one of the triggers has an expiration time" (ITaskSettings).
        if deletes and not any(trigger.until for trigger in triggers):
            raise TaskXmlError("value", "EndBoundary", 1, 2)
        return TaskDefinition(
            xml=self._text,
            actions=actions,
            user=user,
            group=group,
            interactive=bool(group) or logon == "InteractiveToken",
            highest=run_level == "HighestAvailable",
            triggers=triggers,
            policy=self._checked(settings + "MultipleInstancesPolicy", "IgnoreNew", _POLICIES.__contains__),
            enabled=self._flag(settings + "Enabled", True),
            allow_on_demand=self._flag(settings + "AllowStartOnDemand", True),
            disallow_on_battery=self._flag(settings + "DisallowStartIfOnBatteries", True),
            stop_on_battery=self._flag(settings + "StopIfGoingOnBatteries", True),
            time_limit=limit or None,
            delete_after=self._seconds(settings + "DeleteExpiredTaskAfter", "PT0S") if deletes else None,
        )

    def _triggers(self) -> list[Trigger]:
        found: list[Trigger] = []
        for node in self._root.iterfind("t:Triggers/*", _NS):
            kind = etree.QName(node).localname
            enabled = self._flag("t:Enabled", True, node)
            at, until = self._moment("t:StartBoundary", node), self._moment("t:EndBoundary", node)
            common: dict[str, Any] = {"at": at, "until": until, "enabled": enabled}
            if kind == "TimeTrigger":
                if at is None:
                    raise TaskXmlError("value", "StartBoundary:", _line_of(node), 8)
                found.append(Trigger("time", **common))
            elif kind in ("BootTrigger", "RegistrationTrigger"):
                name: Literal["boot", "registration"] = "boot" if kind == "BootTrigger" else "registration"
                found.append(Trigger(name, delay=self._seconds("t:Delay", "PT0S", node), **common))
            else:
                found.append(Trigger("other", **common))
        return found

    def _moment(self, path: str, node: etree._Element) -> dt.datetime | None:
        text = self._value(path, "", node)
        if not text:
            return None
        try:
            return dt.datetime.fromisoformat(text)
        except ValueError as exc:
            raise TaskXmlError("value", f"{path.rpartition(':')[2]}:{text}", _line_of(node), 8) from exc


def build_xml(
    *, path: str, command: str, arguments: str, user: str, highest: bool, start: dt.datetime | None, author: str
) -> str:
    """The definition schtasks.exe registers for /TR (its defaults: no start on battery, 72 hours)."""
    trigger = (
        f"  <Triggers>\r\n    <TimeTrigger>\r\n      <StartBoundary>{start:%Y-%m-%dT%H:%M:%S}</StartBoundary>\r\n"
        "      <Enabled>true</Enabled>\r\n    </TimeTrigger>\r\n  </Triggers>\r\n"
        if start
        else "  <Triggers />\r\n"
    )
    level = "HighestAvailable" if highest else "LeastPrivilege"
    tail = f"      <Arguments>{escape(arguments)}</Arguments>\r\n" if arguments else ""
    return (
        '<?xml version="1.0" encoding="UTF-16"?>\r\n'
        f'<Task version="1.2" xmlns="{NAMESPACE}">\r\n'
        f"  <RegistrationInfo>\r\n    <Author>{escape(author)}</Author>\r\n    <URI>{escape(path)}</URI>\r\n"
        f"  </RegistrationInfo>\r\n{trigger}"
        "  <Settings>\r\n    <MultipleInstancesPolicy>IgnoreNew</MultipleInstancesPolicy>\r\n"
        "    <DisallowStartIfOnBatteries>true</DisallowStartIfOnBatteries>\r\n"
        "    <StopIfGoingOnBatteries>true</StopIfGoingOnBatteries>\r\n"
        "    <ExecutionTimeLimit>PT72H</ExecutionTimeLimit>\r\n    <Enabled>true</Enabled>\r\n  </Settings>\r\n"
        f'  <Actions Context="Author">\r\n    <Exec>\r\n      <Command>{escape(command)}</Command>\r\n{tail}'
        "    </Exec>\r\n  </Actions>\r\n"
        f'  <Principals>\r\n    <Principal id="Author">\r\n      <UserId>{escape(user)}</UserId>\r\n'
        f"      <RunLevel>{level}</RunLevel>\r\n    </Principal>\r\n  </Principals>\r\n</Task>"
    )
