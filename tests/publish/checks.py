"""The checks: each is given the tarball, and gives back what is wrong with it, empty where nothing is."""

from __future__ import annotations

import re
import shutil
import tempfile
from collections.abc import Callable
from pathlib import Path

import yaml

from .workshop import BUILD, lay_out, run

__all__ = ["CHECKS", "docs", "docsite", "environment", "importer"]

# Chapters of Ansible's own documentation that generated pages point to; this site is built without them.
_ABROAD = ("action_plugins", "ansible_configuration_settings", "callback_plugins", "common_return_values")
_BUILT_IN = re.compile(r"<(ansible_collections\.ansible\.builtin\.[\w.]+)>")
_CONF = """project = "rentree.pronote"
extensions = ["sphinx_antsibull_ext"]
html_theme = "alabaster"
exclude_patterns = []
"""
# What has been said by the importer of what it loads, of its own and of ansible-lint's work.
_QUIET = re.compile(
    r"(Importing|Getting|Finding|Loading|Linting|\.\.\.ansible-lint|Collection loading|Importer processing) ?"
)


def importer(tarball: Path) -> str:
    """Galaxy's importer, which runs ansible-lint with the profile production on the installed collection."""
    with tempfile.TemporaryDirectory(prefix="importer-") as folder:
        told = run(
            ["python", "-m", "galaxy_importer.main", str(tarball)],
            folder=Path(folder),
            environment={"GALAXY_IMPORTER_CHECK_REQUIRED_TAGS": "true"},
        )
    left = [line for line in told.text.splitlines() if line.strip() and not _QUIET.match(line)]
    lines = told.text.splitlines()
    for needed in ("...ansible-lint run complete", "Importer processing completed successfully"):
        if needed not in lines:
            left.append(f"galaxy-importer never said: {needed}")
    return "\n".join(left)


def docs(tarball: Path) -> str:
    """antsibull-docs: documentation of plugins and roles, their markup, and what it refers to of ours."""
    with tempfile.TemporaryDirectory(prefix="docs-") as top:
        folder = lay_out(tarball, Path(top))
        options = ["--plugin-docs", "--skip-rstcheck", "--validate-collection-refs", "self"]
        told = run(
            ["antsibull-docs", "lint-collection-docs", *options, "."],
            folder=folder,
            environment={"ANSIBLE_COLLECTIONS_PATH": top},
        )
    return told.text.strip() or ("antsibull-docs failed" if told.failed else "")


def docsite(tarball: Path) -> str:
    """A site of plugins and roles in build/publish/docsite, without a warning of Sphinx."""
    made = BUILD / "docsite"
    shutil.rmtree(made, ignore_errors=True)
    with tempfile.TemporaryDirectory(prefix="docsite-") as top:
        lay_out(tarball, Path(top))
        pages = Path(top, "pages")
        pages.mkdir()
        options = ["--use-current", "--squash-hierarchy", "--fail-on-error", "--dest-dir", str(pages)]
        told = run(
            ["antsibull-docs", "collection", *options, "rentree.pronote"],
            folder=Path(top),
            environment={"ANSIBLE_COLLECTIONS_PATH": top},
        )
        if told.failed:
            return told.text
        (pages / "conf.py").write_text(_CONF, encoding="utf-8")
        named = {name for page in pages.glob("*.rst") for name in _BUILT_IN.findall(page.read_text(encoding="utf-8"))}
        chapters = "\n".join(f".. _{name}:\n\n{name}\n{'-' * len(name)}\n" for name in (*_ABROAD, *sorted(named)))
        head = ":orphan:\n\nIn Ansible's own documentation\n==============================\n\n"
        (pages / "ansible.rst").write_text(head + chapters, encoding="utf-8")
        told = run(["sphinx-build", "-q", "-W", "--keep-going", "-b", "html", str(pages), str(made)], folder=Path(top))
    lacking = "" if (made / "index.html").is_file() else "no index.html was made"
    return told.text.strip() or ("sphinx-build failed" if told.failed else lacking)


def environment(tarball: Path) -> str:
    """Somebody's image with the collection: ansible-builder writes what builds it, and would install what we need."""
    with tempfile.TemporaryDirectory(prefix="environment-") as top:
        folder = lay_out(tarball, Path(top, "installed"))
        told = run(["ansible-builder", "introspect", str(Path(top, "installed"))], folder=Path(top))
        lines = (folder / "meta/requirements.txt").read_text(encoding="utf-8").splitlines()
        # PyYAML comes with ansible-core, and ansible-builder leaves it out.
        packages = [line for line in lines if not line.startswith(("#", "PyYAML"))]
        wanted = [*packages, "krb5-workstation", "krb5-devel"]
        wrong = [f"ansible-builder would not install: {line}" for line in wanted if line not in told.text]
        described = {
            "version": 3,
            "images": {"base_image": {"name": "quay.invalid/centos/centos:stream9"}},
            "dependencies": {"galaxy": {"collections": [{"name": tarball.name, "type": "file"}]}},
            "additional_build_files": [{"src": str(tarball), "dest": "."}],
        }
        Path(top, "image.yml").write_text(yaml.safe_dump(described), encoding="utf-8")
        # By itself, it names the file after the container engine that it finds.
        options = ["-f", "image.yml", "-c", "context", "--output-filename", "Containerfile"]
        created = run(["ansible-builder", "create", *options], folder=Path(top))
        if created.failed or not Path(top, "context/Containerfile").is_file():
            wrong.append(created.text)
    return "\n".join([told.text, *wrong] if told.failed else wrong)


CHECKS: dict[str, Callable[[Path], str]] = {
    "galaxy-importer, with ansible-lint (production)": importer,
    "antsibull-docs lint": docs,
    "docsite (antsibull-docs, Sphinx)": docsite,
    "execution environment (ansible-builder)": environment,
}
