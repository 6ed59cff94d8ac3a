"""No number, date, code page or format string of somebody else reaches Python unchecked: each place is known here.

A new one is written with ``base/numbers.py`` (numbers) or ``base/times.py`` (dates), or gets its line here.
"""

from __future__ import annotations

import ast
from collections.abc import Iterator

import pytest

from tests.patterns import product_modules

_KNOWN: dict[str, set[str]] = {
    "digits that a pattern has let through, few enough": {
        "base.identifiers int(digits[1], 16)",
        "checks.export_judge int(begins[0])",
        "init.checks int(uai[:7])",
        "product.release int(part)",
        "depot.script int(values[0])",
        "depot.script int(word)",
        "inventory.addresses int(port)",
        "inventory.cells int(address)",
        "job.curl int(found[-1][1])",
        "prepare.resuming int(length)",
        "prepare.resuming int(whole[1])",
        "prepare.facts int(years[product][1])",
        "archive.judge int(match[3] + match[4])",
        "preflight.lasting int(met[1], 8)",
        "responses.response int(text, 16)",
        "responses.response int(text, 16 if match[1] else 10)",
        "responses.validate int(told_year[1])",
        "settings.plan int(each)",
        "station.winrs int(told)",
        "survey.chains int(term)",
    },
    "numbers of libraries and of ourselves": {
        "base.deadline int(self._file.readinto(buffer) or 0)",
        "archive.judge int(each['year'])",
        "audit.kept int(audit.concludes)",
        "audit.kept int(limited)",
        "depot.script int(each)",
        "depot.script int(value)",
        "depot.script int(version)",
        "depot.server int(published.modified)",
        "prepare.pe int(max(ends, default=0))",
        "prepare.pe int(program.FILE_HEADER.Machine)",
        "progress.view int(seconds)",
        "remaining.memory int(db.execute(added.returning(_attempt.id)).scalar_one())",
        "report.charts float(HEIGHT)",
        "station.causes int(exc.code)",
        "station.settling int(number)",
        "station.causes int(major or 0)",
        "station.causes int(minor or 0)",
        "store.copying int(db.execute(select(func.count()).select_from(table)).scalar_one())",
        "store.engines int(db.exec_driver_sql('pragma user_version').scalar_one())",
        "store.engines int(db.exec_driver_sql('select version from store_version').scalar_one())",
        "store.engines int(self.patience * 1000)",
        "wake.packet int(port)",
    },
    "settings of administrators, refused where they are read": {
        "entries.progress float(self.get_option('interval'))",
        "board.schools int(value)",
        "inventory.names name[0].isdigit()",
        "station.winrm float(getattr(self._connection._play_context, 'timeout', 0) or _CONNECTING)",
        "alerts.send float(self.timeout)",
        "wake.packet int(variables['ansible_port'])",
        "wake.wake int(variables.get('pronote_wake_port') or 9)",
    },
    "our own files and store; an unreadable one is as good as none": {
        "server.answers float(data['read_at'])",
        "server.answers float(data['failed_at'])",
        "server.answers float(data.get('failing_since', data['failed_at']))",
        "server.answers int(data.get('failures', 1))",
        "report.prometheus dt.datetime.fromisoformat(text)",
        "wake.wake dt.datetime.fromisoformat(woken)",
    },
    "dates, whose errors are caught or documented beside them": {
        "base.message dt.datetime.fromisoformat(source['moment'])",
        "base.message dt.date.fromisoformat(source['day'])",
        "deploy.arming dt.datetime.strptime(text, '%Y%m%d')",
        "job.commands dt.datetime.fromisoformat(clock)",
        "base.times dt.datetime.fromisoformat(text)",
        "base.times dt.datetime.fromtimestamp(seconds, tz=dt.UTC)",
        "checks.export_judge dt.datetime.strptime(text, shape)",
        "checks.local_file dt.datetime.fromtimestamp(facts.st_mtime, tz=dt.UTC)",
        "archive.judge dt.datetime.strptime(match[1], '%Y%m%d%H%M%S')",
        "job.processes dt.datetime.fromisoformat(text)",
        "station.boot dt.datetime.fromisoformat(text)",
    },
    "codecs by names of ours, or looked up before (overview._code_page)": {
        "base.text data.decode(other, 'replace')",
        "inventory.export_text content.decode(best, 'replace')",
        "inventory.export_text content.decode(name)",
        "inventory.export_text content.decode(name, 'replace')",
        "station.overview _LETTERS.decode(codec)",
        "rehearsal.texts line.decode(codecs.lookup(f'cp{page}').name)",
        "responses.response data.decode(encoding)",
        "responses.response data[:len(data) & ~1].decode(encoding)",
    },
}
_DATES = {"fromisoformat", "strptime", "fromtimestamp", "utcfromtimestamp"}
_DIGITS = {"isdigit", "isnumeric", "isdecimal"}


def _delicate(tree: ast.AST) -> Iterator[str]:
    """Calls that read a number, a date or a code page out of a text."""
    for node in ast.walk(tree):
        match node:
            case ast.Call(func=ast.Name(id="int" | "float"), args=[ast.Subscript(value=ast.Name(id="match")), *_]):
                continue  # what a pattern has let through, beside it
            case ast.Call(func=ast.Name(id="int" | "float")):
                yield ast.unparse(node)
            case ast.Call(func=ast.Attribute(attr=name)) if name in _DATES | _DIGITS:
                yield ast.unparse(node)
            case ast.Call(func=ast.Attribute(attr="decode"), args=[first, *_]) if not isinstance(first, ast.Constant):
                yield ast.unparse(node)


def test_every_number_date_and_code_page_is_checked_before_it_is_read() -> None:
    found = set()
    for name, (file, _module) in product_modules().items():
        short = ".".join(name.split(".")[-2:])
        found |= {f"{short} {call}" for call in _delicate(ast.parse(file.read_text(encoding="utf-8")))}
    known = set().union(*_KNOWN.values())
    assert found - known == set()
    assert known - found == set()


def _composed(node: ast.AST) -> bool:
    """Whether a text is put together: with an f-string, ``+`` or ``%``, in which somebody's words may be."""
    return any(
        isinstance(each, ast.JoinedStr) or (isinstance(each, ast.BinOp) and isinstance(each.op, ast.Add | ast.Mod))
        for each in ast.walk(node)
    )


def _formats_composed(tree: ast.AST) -> Iterator[str]:
    """Calls of ``format`` on a text that was put together, in the call or where its name got it."""
    functions = [each for each in ast.walk(tree) if isinstance(each, ast.FunctionDef | ast.AsyncFunctionDef)]
    for scope in functions:
        given: dict[str, list[ast.AST]] = {}
        for node in ast.walk(scope):
            if isinstance(node, ast.Assign):
                for target in node.targets:
                    for name in ast.walk(target):
                        if isinstance(name, ast.Name):
                            given.setdefault(name.id, []).append(node.value)
        for node in ast.walk(scope):
            if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute) and node.func.attr == "format":
                receiver = node.func.value
                # A word of a table may be named by an f-string: w[f"gaps_{verdict}"].
                text = receiver.value if isinstance(receiver, ast.Subscript) else receiver
                origins = given.get(text.id, []) if isinstance(text, ast.Name) else []
                if any(_composed(each) for each in (text, *origins)):
                    yield f"{node.lineno}: {ast.unparse(receiver)}"


def test_no_format_string_has_words_of_others_in_it() -> None:
    found = {
        name: calls
        for name, (file, _module) in product_modules().items()
        if (calls := sorted(set(_formats_composed(ast.parse(file.read_text(encoding="utf-8"))))))
    }
    assert found == {}


@pytest.mark.parametrize(
    ("code", "seen"),
    [
        (
            'def f(step):\n fact, remedy = T.get(step, (f"at {step!r} ({{code}})", "x"))\n return fact.format(code=1)',
            True,
        ),
        ('def f(step):\n return ("at " + step).format(code=1)', True),
        ('def f(kind):\n return w[f"s_{kind}"].format(n=1)', False),
        ("def f(step):\n return T.format(step=step)", False),
    ],
)
def test_a_format_string_that_is_put_together_is_seen(code: str, seen: bool) -> None:
    assert bool(list(_formats_composed(ast.parse(code)))) == seen
