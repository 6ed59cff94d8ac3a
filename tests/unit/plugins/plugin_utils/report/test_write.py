"""The HTML report without a browser (tests/browser has one), and the writing of reports."""

from __future__ import annotations

import base64
import hashlib
import json
import re
import stat
from collections import Counter
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from ansible_collections.rentree.pronote.plugins.module_utils.product.products import PRODUCTS
from ansible_collections.rentree.pronote.plugins.plugin_utils.audit.outcome import conclude
from ansible_collections.rentree.pronote.plugins.plugin_utils.audit.record import AuditRecord
from ansible_collections.rentree.pronote.plugins.plugin_utils.audit.status import STATUSES
from ansible_collections.rentree.pronote.plugins.plugin_utils.report.arguments import KINDS
from ansible_collections.rentree.pronote.plugins.plugin_utils.report.charts import bar, trend
from ansible_collections.rentree.pronote.plugins.plugin_utils.report.commands import Commands
from ansible_collections.rentree.pronote.plugins.plugin_utils.report.document import document
from ansible_collections.rentree.pronote.plugins.plugin_utils.report.school_pages import LARGEST
from ansible_collections.rentree.pronote.plugins.plugin_utils.report.write import (
    ReportError,
    render_html,
    write_reports,
)
from ansible_collections.rentree.pronote.plugins.plugin_utils.words.catalogue import catalogue
from lxml import etree, html

from tests.browser.sample import HOSTILE, Sample, last, record, sample

AT = "2026-11-25T04:30:00Z"
OLD = "2026-11-02T04:30:00Z"


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> Sample:
    return sample(tmp_path_factory.mktemp("sample"), schools=2, rooms=3, stations=6, days=10)


def _render(made: Sample, language: str = "fr") -> str:
    return render_html(made.report, trends=made.history.trend, commands=made.commands, words=catalogue(language))


def _small(*records: AuditRecord) -> dict[str, Any]:
    entries: list[Any] = [{**r, "at": AT, "since": AT, "last_seen": None, "audited": True} for r in records]
    return document(entries, at=AT, outcome=conclude(records), french=catalogue("fr"))


def _html(*records: AuditRecord, language: str = "fr") -> str:
    return render_html(_small(*records), trends={}, commands=Commands(inventories=()), words=catalogue(language))


def _tree(page: str) -> Any:
    return html.fromstring(page)


def _text(page: str, kind: str) -> list[str]:
    """The text of each element of a class, or with a tag."""
    path = f".//{kind}" if kind in {"pre", "dd"} else f".//*[contains(concat(' ', @class, ' '), ' {kind} ')]"
    return [" ".join(element.text_content().split()) for element in _tree(page).xpath(path)]


def test_one_cell_a_station_with_its_status(made: Sample) -> None:
    tree = _tree(_render(made))
    cells = Counter(cell.get("class") for cell in tree.iterfind(".//ul[@class='plan']/li/details/summary"))
    assert cells == Counter({status: n for status, n in made.report["counts"].items() if n})
    schools = [section.get("data-uai") for section in tree.iterfind(".//section[@data-uai]")]
    assert schools == [school["school"] for school in made.report["schools"]]


@pytest.mark.parametrize(
    "field", ["station", "school", "school_name", "room", "reason", "found", "expected", "server_error"]
)
@pytest.mark.parametrize("value", HOSTILE)
def test_a_hostile_text_is_text_wherever_it_comes_from(field: str, value: str) -> None:
    page, plain = (_html(record(**{"station": "a", "status": "late", field: text})) for text in (value, "harm less"))
    # The same elements and attributes as with a harmless text: nothing was made out of it.
    assert _skeleton(page) == _skeleton(plain)
    shown = "".join(char if char.isprintable() else "\ufffd" for char in value)
    assert shown in _tree(page).text_content()
    assert not set(page) & set("\x00\x1b\u202e")


def _skeleton(page: str) -> list[tuple[str, list[str]]]:
    return [(str(e.tag), sorted(e.keys())) for e in _tree(page).iter() if e.tag != "span" or e.keys()]


def test_nothing_is_loaded_and_nothing_runs_but_ours(made: Sample) -> None:
    page = _render(made)
    tree = _tree(page)
    policy = tree.find(".//meta[@http-equiv='Content-Security-Policy']").get("content")
    assert policy.startswith("default-src 'none';")
    assert "unsafe" not in policy
    for tag in ("style", "script"):
        (block,) = re.findall(rf"<{tag}>(.*?)</{tag}>", page, re.DOTALL)
        digest = base64.b64encode(hashlib.sha256(block.encode()).digest()).decode()
        assert f"{tag}-src 'sha256-{digest}'" in policy
    links = [value for _, attribute, value, _ in tree.iterlinks() if attribute in {"href", "src", "action"}]
    assert links
    assert [link for link in links if not link.startswith("#")] == []
    anchors = {element.get("id") for element in tree.iter() if element.get("id")}
    assert {link[1:] for link in links} <= anchors
    # A policy with digests allows no style attribute and no handler: they would silently do nothing.
    attributes = {name for element in tree.iter() for name in element.keys()}  # noqa: SIM118  (lxml)
    assert not [name for name in attributes if name == "style" or name.startswith("on")]


def test_ids_are_unique(made: Sample) -> None:
    ids = [element.get("id") for element in _tree(_render(made)).iter() if element.get("id")]
    assert len(ids) == len(set(ids))


@pytest.mark.parametrize(("language", "says"), [("fr", "en retard"), ("en", "Not compliant"), ("br", "Not compliant")])
def test_language(language: str, says: str) -> None:
    page = _html(record("a", status="late"), language=language)
    assert says in page
    assert f'<html lang="{"fr" if language == "fr" else "en"}">' in page


def test_commands_of_another_product_are_about_it() -> None:
    report = {**_small(record("a", status="several")), "product": "edt_monoposte"}
    page = render_html(report, trends={}, commands=Commands(inventories=()), words=catalogue("fr"))
    assert _text(page, "pre") == ["ansible -m rentree.pronote.client_info -a product=edt_monoposte a"]


def test_another_product_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    other = replace(PRODUCTS["pronote_client"], title="EDT <Monoposte>")
    monkeypatch.setitem(PRODUCTS, "other", other)
    page = render_html(
        {**_small(record("a")), "product": "other"}, trends={}, commands=Commands(inventories=()), words=catalogue("fr")
    )
    assert "<h1>Audit\u00a0: EDT &lt;Monoposte&gt;</h1>" in page


@pytest.mark.parametrize(
    ("numbers", "answer", "verdict"),
    [
        ({"compliant": 2}, "2 postes sur 2 à jour", "Conforme"),
        ({"compliant": 1, "late": 1}, "1 poste sur 2 à jour", "Non conforme"),
        ({"compliant": 1, "unreachable": 3}, "1 poste sur 4 à jour", "Audit incomplet"),
        ({}, "Aucun poste dans cet audit", "Audit incomplet"),
    ],
)
def test_the_answer_comes_first(numbers: dict[str, int], answer: str, verdict: str) -> None:
    page = _html(*[record(f"{s}-{i}", status=s) for s, n in numbers.items() for i in range(n)])
    assert _text(page, "big") == [answer]
    assert _text(page, "verdict") == [verdict]


def test_each_school_says_its_release_and_what_to_do(made: Sample) -> None:
    page = _render(made)
    assert _text(page, "dd")[0].startswith("2026.2.7vue pour la première fois le")
    commands = _text(page, "pre")
    assert len(commands) == len(set(commands))
    assert all(command.startswith(("ansible-playbook playbooks/", "ansible -i")) for command in commands)
    assert _text(page, "trend") == ["", "", ""]


def test_what_nobody_should_miss_is_said() -> None:
    page = _html(
        record("a", stale=True, server_error="the server suspended us"),
        record("b", school="0310002B", expected="2026.1.3", pinned=True),
        record("c", school="0310003C", expected=None, status="unknown_release"),
    )
    assert any("the server suspended us" in text for text in _text(page, "warn"))
    facts = _text(page, "dd")
    assert facts[2] == "2026.1.3version demandée par l'inventaire"
    assert facts[4] == "inconnue"


def test_a_station_of_an_earlier_audit_has_its_date() -> None:
    report = _small(record("a"))
    report["stations"].append({**report["stations"][0], "station": "b", "at": "2026-11-02T04:30:00Z", "audited": False})
    report["limited"] = True
    page = render_html(report, trends={}, commands=Commands(inventories=()), words=catalogue("fr"))
    assert "relevé le 2\u00a0nov.\u00a02026" in page
    assert "Audit partiel" in page


def test_the_verdict_is_of_what_is_shown() -> None:
    right, wrong = record("a"), record("b", status="late")
    picture: Any = [
        {**right, "kind": "", "at": AT, "since": AT, "last_seen": AT, "audited": True, "last": None},
        {**wrong, "kind": "", "at": OLD, "since": OLD, "last_seen": OLD, "audited": False, "last": last("free_disk")},
    ]
    report = document(picture, at=AT, outcome=conclude(picture), run=conclude([right]), french=catalogue("fr"))
    assert (report["verdict"], report["run"]["verdict"], report["exit_code"]) == ("not_compliant", "compliant", 0)
    assert (report["limited"], report["oldest"]) == (True, OLD)
    page = render_html(report, trends={}, commands=Commands(inventories=()), words=catalogue("fr"))
    assert _text(page, "verdict") == ["Non conforme"]
    # What was tried last is in the station's details, in the list, and comes before deploying.
    said = page.replace("\u00a0", " ")
    assert "Dernier déploiement : en échec le 24 nov. 2026 : 96 Mio libres sur C:, 1024 Mio nécessaires" in said
    assert '<td data-l="À faire ensuite">Libérer de l\'espace disque, puis déployer</td>' in said.replace("&#39;", "'")
    assert "Libérer de l'espace disque, puis déployer" in said.replace("&#39;", "'")
    assert "Déployer la version" not in said


def test_the_largest_page_stays_below_a_megabyte_and_a_quarter() -> None:
    # As in September: nine of ten are to be attended to, and each is in the list and in the plan.
    every = list(STATUSES)
    records = [
        record(f"r{n // 20}-{n % 20:02}", room=f"r{n // 20}", status=every[n % len(every)]) for n in range(LARGEST)
    ]
    assert len(_html(*records).encode()) < 1_250_000


def test_a_share_is_never_too_small_to_be_seen() -> None:
    shown = bar({"compliant": 9999, "late": 1})
    assert [status for status, _, _ in shown] == ["compliant", "late"]
    assert shown[1][2] > 5
    assert shown[0][2] + shown[1][2] == pytest.approx(1000)
    assert bar({}) == []


def test_a_trend_needs_two_days_and_keeps_to_its_frame() -> None:
    points = [(f"2026-11-{day:02}T04:30:00Z", {"compliant": day, "late": 3, "refused": 1}) for day in range(1, 30)]
    assert trend(points[:1], date=str) is None
    assert trend([(points[0][0], {}), points[1]], date=str) is None
    shown = trend(points, date=lambda text: text[:10])
    assert shown is not None
    assert (shown.from_date, shown.to_date, len(shown.rows)) == ("2026-11-01", "2026-11-29", 29)
    assert shown.rows[0] == ("2026-11-29", 29, 3, 1)
    for path in (shown.ok, shown.todo, shown.blind):
        assert path.count("M") == 29
        assert all(0 <= float(x) <= 1000 and 0 <= float(y) <= 100 for x, y in re.findall(r"M([\d.]+) ([\d.]+)", path))


def _write(paths: dict[str, str | None], made: Sample) -> dict[str, str]:
    return write_reports(paths, made.report, trends=made.history.trend, commands=made.commands, words=catalogue("fr"))


def test_what_is_asked_for_is_written_for_the_right_eyes(made: Sample, tmp_path: Path) -> None:
    paths: dict[str, str | None] = {kind: str(tmp_path / "new folder" / kind) for kind in KINDS}
    assert _write({**paths, "csv": ""}, made) == {kind: path for kind, path in paths.items() if kind != "csv"}
    modes = {p.name: stat.S_IMODE(p.stat().st_mode) for p in (tmp_path / "new folder").iterdir()}
    assert modes == {"path": 0o640, "html": 0o640, "junit": 0o640, "prometheus": 0o644}
    assert json.loads((tmp_path / "new folder/path").read_text(encoding="utf-8"))["schema"] == 4
    assert etree.parse(tmp_path / "new folder/junit").getroot().tag == "testsuites"


def test_the_pages_beside_it_are_linked_when_they_are_there(made: Sample, tmp_path: Path) -> None:
    arguments: dict[str, Any] = {"trends": {}, "commands": made.commands, "words": catalogue("fr")}
    report, board = tmp_path / "audit.html", tmp_path / "rentree.html"
    pages = [("Audit", str(report)), ("Opérations de <rentrée>", str(board))]
    for there in (False, True):
        if there:
            board.touch()
        write_reports({"html": str(report)}, made.report, **arguments, pages=pages)
        links = _tree(report.read_text(encoding="utf-8")).xpath(".//header//nav//a")
        assert [(a.get("href"), a.text) for a in links] == [("rentree.html", "Opérations de <rentrée>")] * there


def test_a_place_that_cannot_be_written_stops_no_other_report(made: Sample, tmp_path: Path) -> None:
    with pytest.raises(ReportError, match=r"not written: /proc/x/audit\.json: .*Give a place"):
        _write({"path": "/proc/x/audit.json", "html": str(tmp_path / "audit.html")}, made)
    assert (tmp_path / "audit.html").exists()


def test_a_name_that_is_no_text_at_all_is_still_written(tmp_path: Path) -> None:
    write_reports(
        {kind: str(tmp_path / kind) for kind in KINDS},
        _small(record("a\udc80", status="late", reason="\ud800")),
        trends={},
        commands=Commands(inventories=()),
        words=catalogue("fr"),
    )
    for kind in KINDS:
        assert "2026" in (tmp_path / kind).read_bytes().decode("utf-8"), kind
