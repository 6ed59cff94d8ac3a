# SPDX-License-Identifier: GPL-3.0-or-later
"""What a worker's task would see on each station of a play, from the one task that runs for all of them.

``hostvars`` has neither the play's variables nor the role's, nor what was given on the command line. So this asks the
same as Ansible's strategy (``VariableManager.get_vars``), and then does for each station what its ``TaskExecutor`` does
before it runs an action: every precedence is Ansible's own (tests/e2e/test_survey_options.py compares the two).

What does not depend on a station is done once: the lists of the play's stations, which Ansible makes anew for each of
them, templates that come to the same (``templates.py``), and ways that differ in the address alone (``ways.py``). I/O:
Ansible, and files.
"""

from __future__ import annotations

import functools
import gc
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from ansible import constants
from ansible.errors import AnsibleActionFail, AnsibleError, AnsibleValueOmittedError
from ansible.executor.process import worker
from ansible.module_utils.common.arg_spec import ArgumentSpecValidator
from ansible.playbook.task import Task
from ansible.plugins.action import ActionBase
from ansible.plugins.loader import connection_loader

from ...module_utils.base.message import Message, message_of
from ...module_utils.base.text import one_line
from ..preflight.kept import held
from ..station.errors import ControllerError, StationError
from ..station.telling import telling
from ..station.winrm import WinrmStation
from ..words.catalogue import catalogue
from ..words.words import Words
from .access import CONNECTING, Access, ElsewhereError, access_of
from .templates import Templates
from .ways import Ways

__all__ = ["PlayStations", "Resolved", "checking"]

# Ansible's main process loads this before it forks for a survey. The inventory and the play stay in its memory to the
# end: neither it nor a worker looks through them for garbage again (of ten thousand stations, 0.2 ms each).
gc.freeze()

# What the strategy adds to a task's variables (add_tqm_variables, linear.py), and the executor (_get_loop_items): the
# same for all stations.
_SHARED = (
    "ansible_current_hosts",
    "ansible_failed_hosts",
    "ansible_play_batch",
    "ansible_play_hosts",
    "ansible_play_hosts_all",
    "ansible_search_path",
    "play_hosts",
)
_Checked = Callable[[dict[str, Any]], dict[str, Any]]


@dataclass(frozen=True, kw_only=True)
class Resolved:
    """One station. ``arguments``: the task's own for it, checked; ``access``: where and how it is reached.

    Without access, where that was asked for, one of these says why: ``problem``, the connection cannot be made;
    ``elsewhere``, only a worker can make it; ``error``, the variables cannot be read, there are no arguments either.
    """

    name: str
    arguments: Mapping[str, Any]
    access: Access | None = None
    problem: StationError | None = None
    elsewhere: str = ""
    error: str = ""


class PlayStations:
    """The stations of the batch that are still in the play, as the workers of a task like this one would have them.

    ``action``: the one that runs for all of them. Its task may be delegated, so that it is not the first station whose
    variables must be in order; the stations' are not.
    """

    def __init__(self, action: ActionBase, variables: Mapping[str, Any], *, words: Words | None = None) -> None:
        """``variables``: the action's own ``task_vars``; ``words``: those of whoever reads it, else English."""
        self._words = words or catalogue("en")
        self._manager = variables["hostvars"]._variable_manager
        self._inventory = self._manager._inventory
        self._shared = {name: variables[name] for name in _SHARED if name in variables}
        self.names: list[str] = [str(name) for name in variables["ansible_play_batch"]]
        # The action's own has the values of the first station in its keywords (post_validate).
        own = action._task
        self._task = Task.load(
            own.get_ds(), block=own._parent, role=own._role, variable_manager=self._manager, loader=action._loader
        )
        self._task.delegate_to = None
        self._conditions = _conditions(self._task)
        self._play = own.get_play()
        self._templates = Templates(action._templar)
        # As the worker was given it: with the password of --ask-pass, and without the first station's.
        given = worker.current_worker._play_context  # type: ignore[attr-defined]  # set in a worker
        self._context = given.set_task_and_variable_override(
            task=self._task, variables={}, templar=self._templates.templar
        )
        self._scratch = self._context.copy()
        self._plugins: dict[str, Any] = {}
        self._ways = Ways()

    def each(self, variable: str, spec: Mapping[str, Any], *, reached: bool = True) -> Iterator[Resolved]:
        """Every station but those that the task's ``when`` leaves out.

        ``variable``: a dict of arguments, as an action of its own is given, empty for none; ``spec``: theirs;
        ``reached``: whether its access is wanted. What is missing on this machine is told at the end, once for all
        stations that it keeps from being asked.
        """
        checked, ours = checking(spec), Counter[str]()
        many = Message.plural(
            "{n} of {total} stations cannot be asked from here: {problem}",
            "{n} of {total} stations cannot be asked from here: {problem}",
        )
        for name in self.names:
            station = self._resolved(name, variable, checked, reached)
            if station is None:
                continue
            if isinstance(station.problem, ControllerError):
                ours[message_of(station.problem)] += 1
            yield station
        for problem, count in ours.items():
            told = many.given(n=count, total=len(self.names), problem=problem)
            telling.warning(self._words.of(told))

    def other(self, name: str) -> Resolved:
        """A host of the inventory that need not be one of the play's stations; it has no arguments."""
        if self._inventory.get_host(name) is None:
            return Resolved(
                name=name, arguments={}, error=Message("{name} is not a host of the inventory", name=repr(name))
            )
        try:
            return self._reached(name, self.variables(name), {})
        except Exception as exc:  # noqa: BLE001  (as above)
            return Resolved(name=name, arguments={}, error=one_line(exc))

    def about(self, name: str, wanted: Iterable[str]) -> dict[str, Any]:
        """Those of these variables that a station has, and ``ansible_host`` and ``ansible_port``: where it is reached.

        Raises AnsibleError, StationError for a connection that is not winrm.
        """
        variables = self.variables(name)
        plugin = self._configured(variables)
        self._templates.use(self._with_connection(variables))
        found = self._templates.each({each: variables[each] for each in wanted if each in variables})
        return {**found, "ansible_host": plugin.get_option("remote_addr"), "ansible_port": plugin.get_option("port")}

    def variables(self, name: str) -> dict[str, Any]:
        """What the strategy would give the task of one station; nothing is templated yet. Raises AnsibleError."""
        # Without the two lists Ansible would work out who is in the play, and with all names filter them, for each.
        found: dict[str, Any] = self._manager.get_vars(
            play=self._play, host=self._inventory.get_host(name), task=self._task, _hosts=[name], _hosts_all=[name]
        )
        found |= self._shared
        found["vars"] |= self._shared
        return found

    def connection(self, name: str) -> Any:
        """A connection of its own to a station, as a worker would have it; not opened yet. Raises AnsibleError."""
        variables = self.variables(name)
        self._templates.use(variables)
        context = self._context.set_task_and_variable_override(
            task=self._task, variables=variables, templar=self._templates.templar
        )
        context.post_validate(templar=self._templates.templar)
        kind = self._kind(variables)
        plugin = connection_loader.get(kind, context, None)
        options, keywords = self._options(plugin, variables)
        plugin.set_options(task_keys=keywords, var_options=options)
        return plugin

    def _resolved(self, name: str, variable: str, checked: _Checked, reached: bool) -> Resolved | None:
        try:
            variables = self.variables(name)
            if self._conditions and not self._meant(variables):
                return None
            arguments = self._arguments(variables, variable, checked)
            # Where it is reached cannot be trusted, or what is to be done there: nobody asks it, or wakes it.
            if (fault := held(name)) is not None:
                return Resolved(name=name, arguments=arguments, problem=fault) if reached else None
            if not reached:
                return Resolved(name=name, arguments=arguments)
            return self._reached(name, variables, arguments)
        except Exception as exc:  # noqa: BLE001  (as in TaskExecutor.run: whatever a template comes to is its station's)
            return Resolved(name=name, arguments={}, error=one_line(exc))

    def _reached(self, name: str, variables: dict[str, Any], arguments: Mapping[str, Any]) -> Resolved:
        try:
            return Resolved(name=name, arguments=arguments, access=self._access(variables))
        except StationError as exc:
            return Resolved(name=name, arguments=arguments, problem=exc)
        except ElsewhereError as exc:
            return Resolved(name=name, arguments=arguments, elsewhere=message_of(exc))

    def _meant(self, variables: dict[str, Any]) -> bool:
        """What TaskExecutor asks before anything else: Ansible itself asks it of the first station alone."""
        self._templates.use(self._with_connection(variables))
        return all(self._templates.templar.evaluate_conditional(each) for each in self._conditions)

    def _arguments(self, variables: dict[str, Any], name: str, checked: _Checked) -> dict[str, Any]:
        self._templates.use(self._with_connection(variables))
        given = variables[name] if name else {}
        try:
            arguments = self._templates.each(given)
        except AnsibleError:
            self._say_which(given)
            raise
        return checked(arguments)

    def _say_which(self, given: Mapping[str, Any]) -> None:
        """Raise AnsibleError with the name of the one that has no value."""
        for name, value in given.items():
            try:
                self._templates.template(value)
            except AnsibleValueOmittedError:
                continue
            except AnsibleError as exc:
                raise AnsibleError(f"{name}: {one_line(exc)}") from exc

    def _with_connection(self, variables: dict[str, Any]) -> dict[str, Any]:
        """With ansible_user and the like from the command line and from keywords (PlayContext.update_vars)."""
        known = dict(variables)
        for attribute, names in constants.MAGIC_VARIABLE_MAPPING.items():
            if "become" in attribute:
                continue
            value = next((variables[name] for name in names if name in variables), None)
            if value is None:
                value = getattr(self._context, attribute, None)
            if value is None and attribute == "remote_addr":
                value = variables["inventory_hostname"]
            if value is not None:
                for name in names:
                    known.setdefault(name, value)
        return known

    def _access(self, variables: dict[str, Any]) -> Access:
        """Raises StationError for a connection that cannot be made, ElsewhereError for one that only a worker makes."""
        plugin, options, keywords = self._prepared(variables)

        def ask() -> Access:
            _configure(plugin, options, keywords)
            return access_of(plugin, connecting=min(CONNECTING, keywords["timeout"] or CONNECTING))

        return self._ways.to(plugin._load_name, options, keywords, ask)

    def _configured(self, variables: dict[str, Any]) -> Any:
        """The stock plugin with the options of a station. Raises StationError for another one."""
        plugin, options, keywords = self._prepared(variables)
        _configure(plugin, options, keywords)
        return plugin

    def _prepared(self, variables: dict[str, Any]) -> tuple[Any, dict[str, Any], dict[str, Any]]:
        """The plugin that a station asks for, and what its options and keywords are to be."""
        self._templates.use(variables)
        plugin = self._plugin(self._kind(variables))
        return plugin, *self._options(plugin, variables)

    def _kind(self, variables: Mapping[str, Any]) -> str:
        if variables.get("ansible_connection") is not None:
            return str(self._templates.template(variables["ansible_connection"]))
        return str(self._keyword("connection"))

    def _plugin(self, kind: str) -> Any:
        if kind not in self._plugins:
            self._plugins[kind] = connection_loader.get(kind, self._context, None)
        if self._plugins[kind] is None:
            raise AnsibleError(Message("the connection plugin {kind} was not found", kind=repr(kind)))
        return self._plugins[kind]

    def _options(self, plugin: Any, variables: Mapping[str, Any]) -> tuple[dict[str, Any], dict[str, Any]]:
        """What TaskExecutor._set_connection_options gives the plugin: what variables say, and what keywords do."""
        try:
            options = plugin._resolve_option_variables(variables, self._templates.templar)
        except AnsibleError:
            known = constants.config.get_plugin_vars("connection", plugin._load_name)
            self._say_which({name: variables[name] for name in known if name in variables})
            raise
        keys = {name: self._keyword(name) for name in _keywords(plugin._load_name)}
        keys["timeout"] = self._of_context("timeout", variables)
        if password := self._of_context("password", variables):
            keys["password"] = password
        return options, keys

    def _keyword(self, name: str) -> Any:
        return _validated(self._task, name, self._templates.templar)

    def _of_context(self, attribute: str, variables: Mapping[str, Any]) -> Any:
        """An attribute of the play context, which a variable may set (PlayContext.set_task_and_variable_override)."""
        names = constants.MAGIC_VARIABLE_MAPPING[attribute]
        value = next((variables[name] for name in names if name in variables), None)
        if value is None:
            return getattr(self._context, attribute)
        setattr(self._scratch, attribute, value)
        return _validated(self._scratch, attribute, self._templates.templar)


def _configure(plugin: Any, options: dict[str, Any], keywords: dict[str, Any]) -> None:
    """Raises StationError for a plugin that is not the stock one."""
    plugin.set_options(task_keys=keywords, var_options=options)
    WinrmStation(plugin)


def _conditions(task: Task) -> list[Any]:
    """Its ``when`` and those around it; of a role or a file that was included, too, which are not the task's own."""
    found, part = list(task.when), task._parent
    while part is not None:
        if not getattr(part, "statically_loaded", True):
            found = [*part.when, *found]
        part = part._parent
    return found


def _validated(of: Any, name: str, templar: Any) -> Any:
    """A keyword's value for the station whose variables the templar has, of the type that it should be."""
    value = getattr(of, name)
    # Most have neither a template nor another type than theirs.
    if value is None or isinstance(value, int | float):
        return value
    return of.post_validate_attribute(name, templar=templar)


@functools.cache
def _keywords(plugin: str) -> tuple[str, ...]:
    """The play's keywords that a connection plugin takes for options."""
    known = constants.config.get_configuration_definitions("connection", plugin)
    return tuple(keyword["name"] for option in known.values() for keyword in option.get("keyword") or ())


def checking(spec: Mapping[str, Any]) -> _Checked:
    """The check of arguments that ActionBase makes; of those that are equal, as all of a room's may be, once."""
    validator = ArgumentSpecValidator(spec)
    known: dict[str, dict[str, Any]] = {}

    def checked(arguments: dict[str, Any]) -> dict[str, Any]:
        key = repr(arguments)
        if key not in known:
            result = validator.validate(arguments)
            if result.error_messages:
                raise AnsibleActionFail(result.errors.msg)
            known[key] = dict(result.validated_parameters)
        return known[key]

    return checked
