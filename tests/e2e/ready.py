"""What a process that forks for plays has ready: modules, roles and pages as they are now, and what Ansible compiles.

Ansible compiles a template anew in each process that needs it, and a play is a dozen: a seventh of its CPU.
The code of a template follows from its text and from how it is to be read; values come in when it runs. I/O: files.
"""

from __future__ import annotations

import atexit
import builtins
import copy
import os
import shutil
import tempfile
from importlib import import_module
from importlib.machinery import SourceFileLoader
from pathlib import Path
from types import CodeType, SimpleNamespace
from typing import Any

from tests.forking import KeptCode, keep_metadata

__all__ = [
    "COLLECTION",
    "Sources",
    "import_ansible",
    "import_libraries",
    "import_product",
    "keep_templates",
    "parse_roles",
]

_PACKAGE = "ansible_collections.rentree.pronote"
_ROOT = Path(__file__).resolve().parents[2]
COLLECTION = _ROOT / ".ansible/collections" / _PACKAGE.replace(".", "/")
_IMPORTED = (
    *("asyncio", "concurrent.futures", "csv", "email.message", "getpass", "http.client", "http.server", "logging"),
    *("multiprocessing.queues", "smtplib", "sqlite3", "ssl", "urllib.request", "uuid", "zipfile", "zoneinfo"),
    *("aiohttp", "cryptography.fernet", "jinja2.nativetypes", "lxml.etree", "packaging.requirements"),
    *("pypsrp.powershell", "requests_ntlm", "resolvelib", "rich.console", "rich.live", "rich.table", "spnego"),
    *("sqlalchemy", "sqlalchemy.dialects.postgresql", "sqlalchemy.dialects.sqlite"),
    *("urllib3", "winrm", "xmltodict", "yaml"),
)

# What a play imports of Ansible whatever it does. Plugins that it looks for are found among the modules that are there.
_OF_ANSIBLE = (
    *("cli.playbook", "executor.playbook_executor", "executor.process.worker", "executor.task_queue_manager"),
    *("inventory.manager", "parsing.vault", "playbook.play", "playbook.role_include", "plugins.callback.default"),
    *("plugins.inventory.auto", "plugins.inventory.host_list", "plugins.inventory.ini", "plugins.inventory.script"),
    *("plugins.inventory.toml", "plugins.inventory.yaml", "plugins.strategy.linear", "template", "vars.manager"),
)

# How often a play loads a file of a role, but for the few that it loads for each station.
_COPIES = 2


class Sources:
    """``compile``, which has the code of the modules below a folder before it is asked."""

    def __init__(self, plugins: Path) -> None:
        self._compile = builtins.compile
        self._made: dict[tuple[str, bytes], CodeType] = {}
        for file in plugins.glob("**/*.py"):
            # Python's own cache of bytecode: what was compiled for one process is read by the next.
            code = SourceFileLoader(file.stem, str(file)).get_code(file.stem)
            assert code is not None
            self._made[str(file), file.read_bytes()] = code

    def __call__(self, source: Any, filename: Any, mode: str, *more: Any, **named: Any) -> Any:
        """As ``compile``; with flags it is asked for something else than code, as for a module's tree."""
        plain = not (more or named.get("flags"))
        if plain and isinstance(source, bytes) and (made := self._made.get((filename, source))) is not None:
            return made
        return self._compile(source, filename, mode, *more, **named)


def keep_templates() -> None:
    """Have Ansible, which was imported, compile each template and condition once in this process and its forks."""
    folder = Path(tempfile.mkdtemp(prefix="rentree-templates-"))
    made_by = os.getpid()
    atexit.register(lambda: shutil.rmtree(folder, ignore_errors=True) if os.getpid() == made_by else None)
    kept = KeptCode(folder)
    bits: Any = import_module("ansible._internal._templating._jinja_bits")
    expression: Any = import_module("jinja2.environment").TemplateExpression
    environment = bits.AnsibleEnvironment
    compile_text, compile_expression = environment.compile, environment.compile_expression

    def key(self: Any, what: str, source: str) -> object:
        context = bits._TemplateCompileContext.current(optional=True)
        read = [getattr(self, name) for name in bits._TEMPLATE_OVERRIDE_FIELD_NAMES]
        return what, str(source), read, context is not None and context.escape_backslashes

    def of_text(self: Any, source: Any, *more: Any, **named: Any) -> Any:
        if more or named or not isinstance(source, str):
            return compile_text(self, source, *more, **named)
        return kept.get(key(self, "text", source), lambda: compile_text(self, source))

    def of_expression(self: Any, source: str, undefined_to_none: bool = True) -> Any:
        made: list[Any] = []

        def make() -> CodeType:
            made.append(compile_expression(self, source, undefined_to_none))
            return compiled.pop()

        code = kept.get(key(self, "expression", source), make)
        if made:
            return made.pop()
        return expression(self.template_class.from_code(self, code, self.make_globals(None)), undefined_to_none)

    compiled: list[CodeType] = []

    def _compile(self: Any, source: str, filename: str) -> CodeType:
        compiled[:] = [compile_python(self, source, filename)]
        return compiled[0]

    compile_python = environment._compile
    environment.compile, environment.compile_expression, environment._compile = of_text, of_expression, _compile


def import_libraries() -> None:
    """Those that the product and Ansible import sooner or later."""
    for name in _IMPORTED:
        import_module(name)


def import_ansible() -> None:
    """Ansible, with the settings of the environment."""
    for name in _OF_ANSIBLE:
        import_module(f"ansible.{name}")
    keep_metadata(COLLECTION / "meta/runtime.yml")


def import_product() -> None:
    """What Ansible loads by its name is left to each play; the finder of collections too, whose folders are its own."""
    loader: Any = import_module("ansible.plugins.loader")
    constants: Any = import_module("ansible.constants")
    loader.init_plugin_loader()
    plugins = COLLECTION / "plugins"
    for room in ("module_utils", "plugin_utils"):
        for file in sorted(plugins.glob(f"{room}/**/[!_]*.py")):
            name = ".".join(file.relative_to(plugins).with_suffix("").parts)
            import_module(f"{_PACKAGE}.plugins.{name}")
    # Every play reads the documentation of all of these, whichever it is asked for. Not that of those which read
    # variables: Ansible would take them for ready, and read no group_vars.
    for kind in ("become", "callback", "connection", "shell"):
        for _class in getattr(loader, f"{kind}_loader").all(class_only=True):
            pass
    for name in constants.INVENTORY_ENABLED:
        loader.inventory_loader.get(name, class_only=True)
    for name in (constants.DEFAULT_STDOUT_CALLBACK, *constants.CALLBACKS_ENABLED):
        loader.callback_loader.get(name, class_only=True)
    import_module("ansible.utils.collection_loader._collection_finder")._AnsibleCollectionFinder._remove()
    rooms = f"{_PACKAGE}.plugins.plugin_utils"
    for language in ("en", "fr"):
        import_module("babel.localedata").load(language)
        import_module(f"{rooms}.words.catalogue").catalogue(language)
    import_module(f"{rooms}.preflight.known").known()
    # OpenSSL looks for what is outdated the first time that it is asked for it.
    import_module("spnego._ntlm_raw.crypto").rc4init(bytes(16))
    page: Any = import_module(f"{rooms}.pages.page")
    for template in plugins.glob("plugin_utils/*/templates/*.html.j2"):
        page._template(template).environment.get_template("page.html.j2")


def parse_roles() -> None:
    """Roles and playbooks as they are now. Whoever loads one of them gets a copy; some copies are made beforehand."""
    reading: Any = import_module("ansible.parsing.dataloader")
    loader = reading.DataLoader
    trusted: Any = import_module("ansible._internal._datatag._tags").TrustedAsTemplate
    load = loader.load
    kept: dict[tuple[object, ...], Any] = {}

    def key(text: str, *more: object, **named: object) -> tuple[object, ...]:
        return str(text), trusted.is_tagged_on(text), more, tuple(named.items())

    def keep(self: Any, data: str, *more: object, **named: object) -> Any:
        parsed = kept[key(data, *more, **named)] = load(self, data, *more, **named)
        return parsed

    def kept_or_loaded(self: Any, data: str, *more: object, **named: object) -> Any:
        found = kept.get(key(data, *more, **named))
        return load(self, data, *more, **named) if found is None else found

    def copied(parsed: Any) -> Any:
        ready = spare.get(id(parsed))
        return ready.pop() if ready else copy.deepcopy(parsed)

    loader.load = keep
    # As plays name them: playbooks from the top of the repository, roles from the collection.
    for file in (*COLLECTION.glob("roles/*/*/*.yml"), *COLLECTION.resolve().glob("playbooks/*.yml")):
        loader().load_from_file(str(file), trusted_as_template=True)
    loader.load = kept_or_loaded
    spare = {id(parsed): [copy.deepcopy(parsed) for _ in range(_COPIES)] for parsed in kept.values()}
    reading.copy = SimpleNamespace(deepcopy=copied)
