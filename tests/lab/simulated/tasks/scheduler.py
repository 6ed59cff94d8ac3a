"""The Task Scheduler service: registered tasks, their runs, what a reboot leaves of them."""

from __future__ import annotations

import asyncio
import contextlib
import datetime as dt
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from ..environment import expand
from ..errors import Win32Error
from ..paths import absolute
from ..processes import Job, Process
from ..security import ADMINISTRATORS, SYSTEM, Token
from ..streams import Console, Stdio
from .definition import Action, TaskDefinition

if TYPE_CHECKING:
    from ..station import SimulatedStation

__all__ = ["Scheduler", "Task"]

# winerror.h / "Task Scheduler Error and Success Constants".
SCHED_S_TASK_RUNNING = 0x41301
SCHED_S_TASK_HAS_NOT_RUN = 0x41303
SCHED_S_TASK_TERMINATED = 0x41306
# "The operator or administrator has refused the request": what is shown of a task for a session that is not open.
REFUSED = 0x800710E0


@dataclass(eq=False)
class Run:
    """One running instance: its job object and the coroutine that goes through the actions."""

    job: Job = field(default_factory=Job)
    worker: asyncio.Task[None] | None = None


@dataclass(eq=False)
class Task:
    """A registered task, its last result and its running instances."""

    path: str
    definition: TaskDefinition
    last_result: int = SCHED_S_TASK_HAS_NOT_RUN
    last_run: dt.datetime | None = None
    enabled: bool = True
    runs: list[Run] = field(default_factory=list)
    queued: int = 0
    timers: list[asyncio.Task[None]] = field(default_factory=list)

    @property
    def running(self) -> bool:
        return bool(self.runs)


class Scheduler:
    """Tasks by path (``\\Folder\\name``, without case)."""

    def __init__(self, station: SimulatedStation) -> None:
        self._station = station
        self._tasks: dict[str, Task] = {}

    def all(self) -> list[Task]:
        return [task for _, task in sorted(self._tasks.items())]

    def find(self, path: str) -> Task | None:
        """The task at a path; a leading backslash may be missing."""
        return self._tasks.get(self.normal(path).lower())

    @staticmethod
    def normal(path: str) -> str:
        return "\\" + path.strip("\\")

    def register(self, path: str, definition: TaskDefinition) -> Task:
        """Register or replace; running instances of the replaced one go on."""
        path = self.normal(path)
        old = self._tasks.get(path.lower())
        task = Task(path, definition, enabled=definition.enabled, runs=old.runs if old else [])
        if old:
            self._disarm(old)
        self._tasks[path.lower()] = task
        self._station.record("task", event="registered", task=path, user=definition.user or definition.group)
        self._arm(task, booting=False)
        return task

    def delete(self, task: Task) -> None:
        """Forget a task; what runs of it goes on, as on Windows."""
        self._disarm(task)
        self._tasks.pop(task.path.lower(), None)
        self._station.record("task", event="deleted", task=task.path)

    def start(self, task: Task, *, by: str = "demand") -> None:
        """Start an instance, following the multiple-instances policy and the battery condition."""
        definition = task.definition
        if definition.disallow_on_battery and self._station.on_battery:
            self._station.record("task", event="not_started", task=task.path, reason="battery")
            return
        if task.running:
            if definition.policy == "IgnoreNew":
                self._station.record("task", event="not_started", task=task.path, reason="running")
                return
            if definition.policy == "Queue":
                task.queued += 1
                return
            if definition.policy == "StopExisting":
                self.stop(task)
        if definition.interactive and self._session_token(definition) is None:
            task.last_result = REFUSED
            self._station.record("task", event="not_started", task=task.path, reason="nobody")
            return
        run = Run()
        task.runs.append(run)
        task.last_result = SCHED_S_TASK_RUNNING
        task.last_run = self._station.clock.now()
        self._station.record("task", event="started", task=task.path, by=by)
        run.worker = asyncio.get_running_loop().create_task(self._work(task, run))

    def stop(self, task: Task) -> None:
        """End every running instance with all it started."""
        for run in list(task.runs):
            self._end(task, run, SCHED_S_TASK_TERMINATED)

    def image(self) -> dict[str, TaskDefinition]:
        """What is registered now."""
        return {task.path: task.definition for task in self._tasks.values()}

    def put_back(self, image: dict[str, TaskDefinition]) -> None:
        """Register what was when the image was taken, and nothing else."""
        self._tasks = {
            path.lower(): Task(path, definition, enabled=definition.enabled) for path, definition in image.items()
        }

    def power_lost(self) -> None:
        """Runs are gone, registrations stay."""
        for task in self._tasks.values():
            self._disarm(task)
            task.queued = 0
            for run in list(task.runs):
                self._end(task, run, task.last_result)

    def booted(self) -> None:
        """Arm the triggers again; boot triggers fire. Not after a fast startup, for which the service never stopped."""
        for task in self._tasks.values():
            self._arm(task, booting=True)

    # -- internals -----------------------------------------------------------------------------------------------------

    def _arm(self, task: Task, *, booting: bool) -> None:
        if not task.enabled:
            return
        now = self._station.clock.now()
        ends = task.definition.deleted_at(now)
        if ends is not None:
            timer = asyncio.get_running_loop().create_task(self._expire(task, (ends - now).total_seconds()))
            task.timers.append(timer)
        for trigger in task.definition.triggers:
            wait: float | None = None
            if (trigger.kind == "boot" and booting) or (trigger.kind == "registration" and not booting):
                wait = trigger.delay if trigger.counts(now) else None
            elif trigger.kind == "time" and trigger.at is not None:
                at = trigger.at if trigger.at.tzinfo else trigger.at.replace(tzinfo=now.tzinfo)
                wait = (at - now).total_seconds()
            # A time already past never comes (StartWhenAvailable apart, which the lab does not need).
            if wait is not None and wait >= 0 and trigger.enabled:
                timer = asyncio.get_running_loop().create_task(self._fire(task, wait, trigger.kind))
                task.timers.append(timer)

    async def _fire(self, task: Task, seconds: float, by: str) -> None:
        await self._station.clock.sleep(seconds)
        self.start(task, by=by)

    async def _expire(self, task: Task, seconds: float) -> None:
        await self._station.clock.sleep(seconds)
        self.delete(task)

    @staticmethod
    def _disarm(task: Task) -> None:
        for timer in task.timers:
            if timer is not asyncio.current_task():
                timer.cancel()
        task.timers.clear()

    def _end(self, task: Task, run: Run, result: int) -> None:
        if run not in task.runs:
            return
        task.runs.remove(run)
        task.last_result = result
        self._station.processes.kill_job(run.job, SCHED_S_TASK_TERMINATED)
        if run.worker is not None and run.worker is not asyncio.current_task():
            run.worker.cancel()

    async def _work(self, task: Task, run: Run) -> None:
        definition = task.definition
        result = 0
        try:
            limit = definition.time_limit
            async with asyncio.timeout(limit / self._station.clock.scale if limit else None):
                for action in definition.actions:
                    result = await self._execute(action, definition, run)
        except TimeoutError:
            self._station.record("task", event="time_limit", task=task.path)
            self._station.processes.kill_job(run.job, SCHED_S_TASK_TERMINATED)
            result = SCHED_S_TASK_TERMINATED
        if run in task.runs:
            task.runs.remove(run)
            task.last_result = result
            self._station.record("task", event="ended", task=task.path, result=result)
            if task.queued:
                task.queued -= 1
                self.start(task, by="queue")

    async def _execute(self, action: Action, definition: TaskDefinition, run: Run) -> int:
        station = self._station
        token = self._session_token(definition) if definition.interactive else self._token(definition.user)
        if token is None:
            return REFUSED
        environment = station.environment_for(token)
        command = expand(action.command, environment).strip('"')
        arguments = expand(action.arguments, environment)
        directory = station.system_directory
        if action.directory:
            with contextlib.suppress(Win32Error):
                directory = absolute(expand(action.directory, environment).strip('"'), directory)
        try:
            station.require_directory(directory)
            process: Process = station.launch(
                command,
                arguments,
                token=token,
                session=1 if definition.interactive else 0,
                environment=environment,
                directory=directory,
                stdio=Stdio.null(),
                console=Console(station.options.oem_codepage),
                job=run.job,
            )
        except Win32Error as error:
            station.record("task", event="action_failed", command=command, code=error.code)
            return 0x80070000 | error.code  # HRESULT_FROM_WIN32
        return await process.wait()

    def _session_token(self, definition: TaskDefinition) -> Token | None:
        """The token of whoever is logged on, if the task is for him; elevated when it may and wants to be.

        A task for the group Administrators needs HighestAvailable to run ("RunLevel (runLevelType) Element").
        """
        full = self._station.session_token
        if full is None:
            return None
        if definition.group:
            if definition.group not in full.sids or (definition.group == ADMINISTRATORS and not definition.highest):
                return None
        elif self._token(definition.user).sid != full.sid:
            return None
        return full if definition.highest or not full.elevated else full.filtered

    def _token(self, user: str) -> Token:
        name = user.rpartition("\\")[2].lower()
        if user == SYSTEM or name in ("system", "système", ""):
            return self._station.system
        return self._station.token_named(name) or self._station.system
