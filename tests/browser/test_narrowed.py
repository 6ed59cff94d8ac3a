"""Search and filter: what they narrow on the page, said in words, and given back whole."""

from __future__ import annotations

import re
from collections import Counter
from typing import Any

import pytest
from ansible_collections.rentree.pronote.plugins.plugin_utils.audit.status import STATUSES
from ansible_collections.rentree.pronote.plugins.plugin_utils.report.todo import kind_of
from ansible_collections.rentree.pronote.plugins.plugin_utils.words.catalogue import catalogue

from tests.browser.checks import keep_picture, printed, violations
from tests.browser.conftest import Open, Report

FR = catalogue("fr")


def _search(page: Any, text: str, said: str) -> None:
    """Type into the search, and wait until the page says so many stations."""
    page.locator("#q").fill(text)
    page.locator("#said").filter(has_text=re.compile(said)).wait_for()


def _stations(report: Report, **wanted: str) -> list[Any]:
    return [row for row in report.data["stations"] if all(row[name] == value for name, value in wanted.items())]


def _commands(page: Any) -> list[str]:
    texts: list[str] = page.locator(".cmd:visible pre").all_text_contents()
    return texts


def _limits(page: Any) -> list[str]:
    return [text.split(" --limit ")[1].split(" ")[0] for text in _commands(page) if " --limit " in text]


def test_a_room_is_said_in_words_and_everything_is_of_it(report: Report, open_report: Open) -> None:
    page = open_report(report).page
    school = report.data["schools"][0]
    mine = _stations(report, school=school["school"], room="Salle 102")
    statuses = Counter(row["status"] for row in mine)
    _search(page, f"{school['school']} salle 102", rf"^{len(mine)} postes sur {len(report.data['stations'])}\xa0: ")
    told = page.locator("#said").inner_text().partition("\u00a0: ")[2].split(", ")
    assert told == [
        f"{number}\u00a0{FR.of(STATUSES[status].label)}" for status in STATUSES if (number := statuses[status])
    ]
    section = page.locator("section.school:visible")
    assert section.count() == 1
    # Figures of the school, of its room and of the table of schools.
    legend = section.locator(".legend").first.locator("li:visible")
    assert [int(text.split()[-1]) for text in legend.all_inner_texts()] == [
        statuses[status] for status in STATUSES if statuses[status]
    ]
    assert section.locator(".facts dd small").last.inner_text() == f"{statuses['compliant']} / {len(mine)} postes"
    assert section.locator(".room:visible .roomhead > span").inner_text() == (
        f"{statuses['compliant']} / {len(mine)} à jour"
    )
    row = page.locator("table.schools tbody tr:visible")
    assert row.count() == 1
    assert row.locator("td").nth(3).inner_text() == f"{statuses['compliant']} / {len(mine)}"
    # The list has the room's stations that are not right, and no other.
    listed = section.locator("table.wrong tbody tr:not(.in):visible td:first-child").all_inner_texts()
    assert sorted(listed) == sorted(row["station"] for row in mine if row["status"] != "compliant")
    # What is of the whole school is not there.
    assert section.locator(".trend:visible").count() == 0
    keep_picture(page, "narrowed", whole=True)


def test_commands_name_a_room_that_was_chosen_whole_and_else_its_stations(report: Report, open_report: Open) -> None:
    page = open_report(report).page
    before = _commands(page)
    school = report.data["schools"][0]
    mine = _stations(report, school=school["school"], room="Salle 102")
    _search(page, f"{school['school']} salle 102", rf"^{len(mine)} ")
    kinds = Counter(kind_of(row) for row in mine if kind_of(row))
    tasks = page.locator("section.school:visible .todo > li:visible")
    shown = {
        task.get_attribute("data-kind"): int(re.findall(r"\((\d+)\)", task.locator("h4").inner_text())[0])
        for task in tasks.all()
    }
    assert shown == dict(kinds)
    group = f"{school['school']}_salle_102".lower()
    names = {row["station"] for row in mine}
    for limit in _limits(page):
        assert limit == group or set(limit.split(",")) <= names, limit
    # A name, or what stands for the room: the stations that each has.
    named = {name for limit in _limits(page) if limit != group for name in limit.split(",")}
    told = {row["station"] for row in mine if kind_of(row) and kind_of(row) != "record"}
    assert named <= told
    # Given back as it was.
    page.locator("#q").fill("")
    page.wait_for_selector("#said:empty", state="attached")
    assert _commands(page) == before
    assert page.locator(".todo .some").count() == 0


def test_a_school_that_was_chosen_whole_keeps_its_own_commands(report: Report, open_report: Open) -> None:
    page = open_report(report).page
    school = report.data["schools"][1]
    section = page.locator(f"section[data-uai='{school['school']}']")
    before = section.locator("pre").all_text_contents()
    _search(page, school["school"], rf"^{sum(school['counts'].values())} postes")
    assert section.locator(".cmd:visible pre").all_text_contents() == before
    assert section.locator(".trend:visible").count() == 1
    assert page.locator("section.school:visible").count() == 1


def test_a_status_narrows_commands_to_its_stations(report: Report, open_report: Open) -> None:
    page = open_report(report).page
    page.locator("[data-status=older_year_only]").click()
    older = {row["station"] for row in _stations(report, status="older_year_only")}
    assert page.locator("#said").inner_text().startswith(f"{len(older)} postes sur ")
    for limit in _limits(page):
        assert set(limit.split(",")) <= older, limit
    page.locator("[data-status='']").click()
    assert page.locator("#said").inner_text() == ""


def test_a_room_whose_others_are_right_is_named_as_the_room(small: Report, open_report: Open) -> None:
    """The page's own choice, on rooms made for it: half of a room late, the others right or off."""
    page = open_report(small).page
    page.evaluate(
        """() => {
          const room = document.querySelector(".room[data-group]");
          room.querySelectorAll(".plan > li").forEach((li, n) => {
            li.dataset.kind = n % 2 ? "" : "deploy";
            li.querySelector("summary").className = n % 2 ? "compliant" : "late";
          });
        }"""
    )
    name = str(page.locator(".room").first.get_attribute("data-name"))
    group = page.locator(".room").first.get_attribute("data-group")
    assert group
    _search(page, name, "^15 ")
    assert [limit for limit in _limits(page) if group in limit] == [group]


def test_a_name_that_cannot_stand_in_a_command_is_in_none(report: Report, open_report: Open) -> None:
    page = open_report(report).page
    _search(page, "reserve", r"^\d+ postes")
    shown = page.locator(".plan > li:visible").count()
    assert shown > 3
    for command in _commands(page):
        assert "rm -rf" not in command
        assert "script" not in command
    said = page.locator(".todo li:visible .some").all_inner_texts()
    assert any("ne peuvent" in text or "ne peut" in text for text in said)


def test_a_keyboard_alone_narrows_and_gives_back(report: Report, open_report: Open) -> None:
    page = open_report(report).page
    page.locator("#q").focus()
    page.keyboard.type("cdi")
    page.locator("#said").filter(has_text="postes sur").wait_for()
    page.keyboard.press("Tab")
    page.keyboard.press("Tab")
    assert page.evaluate("document.activeElement.dataset.status") == "compliant"
    page.keyboard.press("Space")
    shown = page.locator(".plan > li:visible summary")
    assert set(shown.evaluate_all("all => all.map(e => e.className)")) == {"compliant"}
    # A screen reader hears what is said.
    assert page.locator("#said").get_attribute("role") == "status"
    page.keyboard.press("Shift+Tab")
    page.keyboard.press("Enter")
    page.keyboard.press("Shift+Tab")
    page.keyboard.press("Control+A")
    page.keyboard.press("Delete")
    page.wait_for_selector("#said:empty", state="attached")
    assert page.locator(".plan > li.gone").count() == 0


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("width", [1280, 390])
def test_a_narrowed_page_keeps_the_rules(small: Report, open_report: Open, width: int, scheme: str) -> None:
    page = open_report(small, width=width, bypass_csp=True, color_scheme=scheme).page
    page.locator("[data-status=late]").click()
    page.add_style_tag(content=".room{content-visibility:visible!important}")
    assert page.evaluate("document.documentElement.scrollWidth") <= width
    assert violations(page) == []


def test_the_sheet_of_a_room_is_printed_as_it_was_chosen(report: Report, open_report: Open) -> None:
    page = open_report(report).page
    school = report.data["schools"][0]
    mine = _stations(report, school=school["school"], room="Technologie")
    _search(page, f"{school['school']} technologie", rf"^{len(mine)} postes")
    paper = printed(page, "room")
    assert paper.pages <= 2
    assert f"{len(mine)} postes sur" in paper.text
    for row in mine:
        # A box to tick before each station that is not right, and the others on the plan alone.
        assert (f"☐ {row['station']}" in paper.text) == (row["status"] != "compliant")
    others = _stations(report, school=report.data["schools"][1]["school"])
    assert not any(f"☐ {row['station']}" in paper.text for row in others)
