# SPDX-License-Identifier: GPL-3.0-or-later
"""Make a page for people: one file that loads nothing, whatever is in it, and knows the pages beside it.

All pages are one family: ``templates/page.html.j2`` is around them, ``page.css`` has every colour, what they have in
common, and paper. A page adds, in its own room, a template that extends the one, and a style sheet that goes after the
other. I/O: files.
"""

from __future__ import annotations

import base64
import hashlib
from collections.abc import Sequence
from functools import cache
from pathlib import Path
from urllib.parse import quote

import jinja2
from markupsafe import Markup

from ...module_utils.base.text import printable_line
from ..words.words import Words

__all__ = ["Link", "address_of", "neighbours", "part", "render_page"]

_TEMPLATES = Path(__file__).parent / "templates"

Link = tuple[str, str]
"""Another page: its title, and its address from this one."""


@cache
def part(file: Path) -> str:
    """A style sheet or a script."""
    return file.read_text(encoding="utf-8").strip()


def neighbours(page: str | Path, others: Sequence[tuple[str, str | None]]) -> list[Link]:
    """Those of ``others`` (title, file) that are there, in the same folder as ``page``.

    They stay together when the folder is copied or served. One elsewhere is not linked: its path would say where.
    """
    own = _absolute(page)
    named = [(title, _absolute(name)) for title, name in others if name]
    there = [(title, file) for title, file in named if file.parent == own.parent and file != own and file.is_file()]
    return [(title, address_of(file.name)) for title, file in there]


def address_of(file: str) -> str:
    """The address of a file in the folder of the page. Quoted, a colon too: no name is a scheme or another host."""
    return quote(file, safe="")


def _absolute(name: str | Path) -> Path:
    return Path(name).expanduser().absolute()


def render_page(
    template: Path,
    *,
    css: str,
    js: str = "",
    title: str,
    words: Words,
    links: Sequence[Link] = (),
    **values: object,
) -> str:
    """A page of ``template``, a file of its own room. ``css`` comes after that of all pages."""
    css = f"{part(_TEMPLATES / 'page.css')}\n{css}"
    # Nothing is loaded and nothing runs but the blocks with these digests: had a name ever got through the escaping, it
    # could still do nothing. (base-uri and form-action do not fall back to default-src.)
    script = f"script-src {_hash(js)}; " if js else ""
    csp = f"default-src 'none'; style-src {_hash(css)}; {script}img-src data:; base-uri 'none'; form-action 'none'"
    return _template(template).render(
        # What the i18n extension calls for _(), ngettext(), pgettext(): texts are escaped with all that is in them.
        gettext=words,
        ngettext=words.plural,
        pgettext=words.context,
        say=words.of,
        figure=words.number,
        language=words.language,
        title=title,
        links=links,
        csp=csp,
        css=Markup(css),  # noqa: S704  (our own file)
        js=Markup(js),  # noqa: S704  (our own file)
        **values,
    )


def _hash(text: str) -> str:
    return "'sha256-" + base64.b64encode(hashlib.sha256(text.encode()).digest()).decode("ascii") + "'"


def _shown(value: object) -> object:
    """Text without characters that are not to be seen: escaping does not stop one that turns the line's direction."""
    if not isinstance(value, str) or isinstance(value, Markup):
        return value
    return printable_line(value)


@cache
def _template(file: Path) -> jinja2.Template:
    environment = jinja2.Environment(
        loader=jinja2.FileSystemLoader([file.parent, _TEMPLATES]),
        extensions=["jinja2.ext.i18n"],
        undefined=jinja2.StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        # Always, whatever a file is named: everything here comes from stations, servers, files and people.
        autoescape=True,
        finalize=_shown,
    )
    return environment.get_template(file.name)
