"""``ansible-test sanity`` of one ansible-core, on the installed collection.

Each of its tests makes an environment of its own, by pip, of the versions that ansible-core pins; kept in the cache.
It would fetch pip itself from a host of its own: Python's ``ensurepip`` has one.
"""

from __future__ import annotations

import os
import re
import shutil
import tempfile
from dataclasses import dataclass
from pathlib import Path

from tests.collection import ROOT

from .workshop import lay_out, run

__all__ = ["Core", "cores", "sanity"]

# What the shared code imports is there where it runs (requirements.txt): tests/sanity.py imports every module with it,
# and plugin_utils/words/entrance.py says what is missing. The test's own environments have ansible-core's needs alone,
# so it is for whatever Ansible loads by its name.
_LOADED = ("action", "callback", "doc_fragments", "inventory", "lookup", "module_utils", "modules")
_GET_PIP = "import ensurepip\n\nensurepip.bootstrap()\n"
_PIP = re.compile(r"\bpip='([\d.]+)'")


@dataclass(frozen=True, kw_only=True)
class Core:
    """An ansible-core that is here: its version, its Python's, and the folder of its programs."""

    version: str
    python: str
    tools: Path

    @property
    def name(self) -> str:
        """As tests/sanity.py names it, and the gate's last lines."""
        return f"ansible-core {self.version} on Python {self.python}"


def cores() -> list[Core]:
    """Each with the newest Python that is here for it (.ci/pythons); ours is the last."""
    found: dict[str, Core] = {}
    for folder in (*sorted(ROOT.glob(".venv-3.*")), ROOT / ".venv"):
        tools = folder / "bin"
        if (tools / "python").exists():
            asked = "import ansible.release, sys; print(ansible.release.__version__, '%d.%d' % sys.version_info[:2])"
            told = run(["python", "-c", asked], folder=ROOT, tools=tools)
            if not told.failed:
                version, python = told.text.split()
                found.pop(version, None)
                found[version] = Core(version=version, python=python, tools=tools)
    return list(found.values())


def _home() -> Path:
    """Where ansible-test keeps its environments; pip's settings are the person's own."""
    cache = Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache")
    home = cache / "rentree-pronote/sanity"
    (home / ".ansible/test/cache").mkdir(parents=True, exist_ok=True)
    (home / ".config").mkdir(exist_ok=True)
    for name in (".config/pip", ".pip"):
        if (Path.home() / name).exists() and not (home / name).exists():
            (home / name).symlink_to(Path.home() / name)
    return home


def sanity(tarball: Path, core: Core) -> str:
    """What is wrong; empty where nothing is."""
    home = _home()
    asked = "import ansible_test, pathlib; print(pathlib.Path(ansible_test.__file__).parent)"
    test = Path(run(["python", "-c", asked], folder=ROOT, tools=core.tools).text.strip())
    for version in _PIP.findall((test / "_internal/python_requirements.py").read_text(encoding="utf-8")):
        script = home / f".ansible/test/cache/get_pip_{version.replace('.', '_')}.py"
        script.write_text(_GET_PIP, encoding="utf-8")
    environment = {"HOME": str(home), "LC_ALL": "C.UTF-8"}
    wrong = []
    with tempfile.TemporaryDirectory(prefix="sanity-") as top:
        folder = lay_out(tarball, Path(top))
        # Not in the tarball: Galaxy's own ansible-lint wants none there (sanity[cannot-ignore]).
        shutil.copytree(ROOT / "tests/sanity", folder / "tests/sanity")
        command = ["ansible-test", "sanity", "--color", "no", "--python", core.python]
        for options in (["--skip-test", "import"], ["--test", "import", *(f"plugins/{kind}/" for kind in _LOADED)]):
            told = run([*command, *options], folder=folder, tools=core.tools, environment=environment)
            said = [line for line in told.text.splitlines() if line.startswith(("ERROR", "FATAL"))]
            if told.failed:
                wrong.append("\n".join(said) or told.text)
            elif not re.search(r'(?m)^Running sanity test "', told.text):
                wrong.append(f"ansible-test ran nothing:\n{told.text}")
    return "\n".join(wrong)
