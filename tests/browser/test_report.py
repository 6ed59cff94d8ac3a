"""The HTML report as people meet it: in a browser, with a keyboard, on a telephone, on paper."""

from __future__ import annotations

import re
from collections import Counter
from pathlib import Path
from typing import Any

import pytest
from ansible_collections.rentree.pronote.plugins.plugin_utils.audit.outcome import conclude
from ansible_collections.rentree.pronote.plugins.plugin_utils.audit.status import FAULTY, STATUSES
from ansible_collections.rentree.pronote.plugins.plugin_utils.report.commands import Commands
from ansible_collections.rentree.pronote.plugins.plugin_utils.report.document import document
from ansible_collections.rentree.pronote.plugins.plugin_utils.report.labels import LAST, NEXT
from ansible_collections.rentree.pronote.plugins.plugin_utils.report.write import render_html
from ansible_collections.rentree.pronote.plugins.plugin_utils.words.catalogue import catalogue

from tests.browser.checks import SHOTS, keep_picture, printed, violations, visible_name
from tests.browser.conftest import Open, Report
from tests.browser.sample import HOSTILE, sample

FR = catalogue("fr")


def _statuses(page: Any) -> Counter[str]:
    """What a person sees: the class that colours each cell, checked against the words that are read out."""
    cells = page.eval_on_selector_all(
        ".plan summary", "all => all.map(e => [e.className, e.querySelector('.v').textContent])"
    )
    for status, read_out in cells:
        assert read_out.endswith(f" : {FR.of(STATUSES[status].label)}")
    return Counter(status for status, _ in cells)


def test_it_says_what_the_json_says(report: Report, open_report: Open) -> None:
    page = open_report(report).page
    counts = {status: number for status, number in report.data["counts"].items() if number}
    assert _statuses(page) == Counter(counts)
    legend = page.locator(".answer .legend li").all_inner_texts()
    assert [int(re.findall(r"\d+$", text)[0]) for text in legend] == list(counts.values())
    assert page.locator(".verdict").get_attribute("data-verdict") == report.data["verdict"]
    assert page.locator(".big").inner_text() == f"{counts['compliant']} postes sur {sum(counts.values())} à jour"
    rows = page.locator("table.schools tbody tr")
    for row, school in zip(rows.all(), report.data["schools"], strict=True):
        section = page.locator(f"section[data-uai='{school['school']}']")
        assert section.locator("h2").inner_text().startswith(school["name"])
        cells = Counter(section.locator(".plan summary").evaluate_all("all => all.map(e => e.className)"))
        assert cells == Counter({status: n for status, n in school["counts"].items() if n})
        assert row.locator("td").nth(3).inner_text() == f"{school['counts']['compliant']} / {sum(cells.values())}"


def test_every_status_has_a_sign_of_its_own_and_not_only_a_colour(report: Report, open_report: Open) -> None:
    page = open_report(report).page
    signs = dict(
        page.eval_on_selector_all(
            ".plan summary", "all => all.map(e => [e.className, getComputedStyle(e, '::before').content])"
        )
    )
    assert len(signs) >= 6
    assert len(set(signs.values())) == len(signs)
    assert all(sign.strip('"') not in {"", "none"} for sign in signs.values())


def test_a_keyboard_reaches_a_station(report: Report, open_report: Open) -> None:
    page = open_report(report).page
    # From the search field on, Tab alone.
    page.locator("#q").focus()
    for _ in range(300):
        page.keyboard.press("Tab")
        if page.evaluate("document.activeElement.matches('.plan summary')"):
            break
    name = page.evaluate("document.activeElement.querySelector('.v').textContent").split(" : ")[0]
    card = page.locator(".plan details[open] > div")
    assert card.count() == 0
    page.keyboard.press("Enter")
    assert card.count() == 1
    assert card.is_visible()
    assert name in card.inner_text()
    # The next one closes the one before.
    page.keyboard.press("Tab")
    page.keyboard.press("Space")
    assert card.count() == 1
    assert name not in card.inner_text()
    page.keyboard.press("Escape")
    assert card.count() == 0
    assert page.evaluate("document.activeElement.matches('.plan summary')")


def test_the_first_tab_skips_to_the_content(report: Report, open_report: Open) -> None:
    page = open_report(report).page
    page.keyboard.press("Tab")
    assert page.evaluate("document.activeElement.className") == "skip"
    page.keyboard.press("Enter")
    assert page.evaluate("document.activeElement.id") == "content"


def test_details_without_javascript(report: Report, open_report: Open) -> None:
    page = open_report(report, java_script_enabled=False).page
    late = page.locator(".plan summary.late").first
    late.click()
    card = page.locator(".plan details[open] > div")
    assert card.is_visible()
    assert FR.of(STATUSES["late"].label) in card.inner_text()
    # What only works with JavaScript is not there.
    assert not page.locator(".tools").is_visible()
    assert page.locator(".copy:visible").count() == 0
    assert page.locator("pre").first.is_visible()


def test_search_and_filter(report: Report, open_report: Open) -> None:
    page = open_report(report).page
    seen = page.locator(".plan > li:not(.gone)")
    everything = seen.count()
    page.locator("[data-status=late]").click()
    assert seen.count() == report.data["counts"]["late"]
    assert page.locator("[data-status=late]").get_attribute("aria-pressed") == "true"
    page.locator("#q").fill("RIQUET etude 03")
    page.locator("[data-status='']").click()
    page.locator("#said").filter(has_text="1 ").wait_for()
    assert [text.split(" : ")[0] for text in seen.locator(".v").all_text_contents()] == ["riquet-r3-03"]
    page.locator("#q").fill("<script>")
    page.locator("#said").filter(has_text=re.compile(f"^{sum('<script>' in name for name in HOSTILE)} ")).wait_for()
    page.locator("#q").fill("")
    page.wait_for_selector("#said:empty", state="attached")
    assert seen.count() == everything


def test_a_command_is_copied_as_it_is(report: Report, open_report: Open) -> None:
    page = open_report(report, permissions=["clipboard-read", "clipboard-write"]).page
    page.locator(".copy").first.click()
    page.locator(".copy", has_text=FR("Copied")).wait_for()
    copied = page.evaluate("navigator.clipboard.readText()")
    assert copied == page.locator("pre").first.text_content()
    assert copied.startswith("ansible-playbook playbooks/deploy.yml -i inventories/my_schools --limit ")


def test_names_that_mean_harm_are_only_shown(report: Report, open_report: Open) -> None:
    opened = open_report(report)
    shown = opened.page.locator(".plan details > div strong").all_text_contents()
    for name in HOSTILE:
        assert visible_name(name) in shown
    assert opened.page.locator("script").count() == 1
    assert opened.page.locator("img").count() == 0
    # Had one got through all the same, the policy would have stopped it.
    opened.page.evaluate(
        "() => { const s = document.createElement('script'); s.textContent = 'harm = 1'; document.body.append(s) }"
    )
    assert opened.page.evaluate("window.harm") is None
    assert opened.said
    assert all("Content Security Policy" in text for text in opened.said)
    opened.said.clear()


@pytest.mark.parametrize("width", [1280, 390])
def test_a_table_of_figures_is_read_at_a_glance(small: Report, open_report: Open, width: int) -> None:
    page = open_report(small, width=width).page
    page.locator("details.more > summary").first.click()
    region = page.locator("details.more .scroll").first
    # A date broken in the middle of a word, or a last column out of sight, is a table nobody reads.
    heights = region.evaluate("e => [...e.querySelectorAll('tbody tr')].map(r => r.getBoundingClientRect().height)")
    assert max(heights) < 45
    assert region.evaluate("e => e.scrollWidth - e.clientWidth") == 0


@pytest.mark.parametrize("width", [1280, 390, 320])
def test_nothing_is_wider_than_the_screen(report: Report, open_report: Open, width: int) -> None:
    page = open_report(report, width=width).page
    for opened in ("", ".plan details", ".plan li:last-child details", "details.more"):
        if opened:
            page.keyboard.press("Escape")  # the card of the one before may lie over it
            page.locator(f"{opened} > summary").first.click()
        assert page.evaluate("document.documentElement.scrollWidth") <= width, opened
    page.keyboard.press("Escape")
    keep_picture(page, f"report-{width}")
    page.locator("section.school").nth(1).scroll_into_view_if_needed()
    page.locator(".plan summary.late, .plan summary.several").first.click()
    keep_picture(page, f"station-{width}")


def test_a_card_is_whole_even_in_the_last_row_of_its_room(report: Report, open_report: Open) -> None:
    page = open_report(report).page
    room = page.locator(".room").nth(3)
    room.locator("summary").last.click()
    card = room.locator("details[open] > div")
    assert card.is_visible()
    # It may be taller than what is left of the screen below its square.
    card.evaluate("card => card.scrollIntoView({block: 'center', behavior: 'instant'})")
    box = card.bounding_box()
    assert box is not None
    page.mouse.move(box["x"] + 5, box["y"] + box["height"] - 5)
    hit = "([x, y]) => !!document.elementFromPoint(x, y).closest('details[open] > div')"
    assert page.evaluate(hit, [box["x"] + 20, box["y"] + box["height"] - 8]), (box, page.viewport_size)


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("width", [1280, 390])
def test_accessibility_rules(small: Report, open_report: Open, width: int, scheme: str) -> None:
    opened = open_report(small, width=width, bypass_csp=True, color_scheme=scheme)
    opened.page.add_style_tag(content=".room{content-visibility:visible!important}")
    opened.page.locator(".plan summary").first.click()
    assert violations(opened.page) == []


def test_a_report_without_a_station_says_so(open_report: Open, tmp_path: Path) -> None:
    path = tmp_path / "audit.html"
    data = document([], at="2026-11-25T04:30:00Z", outcome=conclude([]), french=catalogue("fr"))
    path.write_text(render_html(data, trends={}, commands=Commands(inventories=()), words=FR), encoding="utf-8")
    opened = open_report(Report(data=data, html=path))
    assert opened.page.text_content(".big") == "Aucun poste dans cet audit"


def test_paper(report: Report, open_report: Open) -> None:
    page = open_report(report).page
    # As a person may leave it: a station open.
    page.locator(".plan summary").first.click()
    paper = printed(page, "report")
    assert paper.a4
    # The sheet of each school among them, with every station that is to be attended to.
    assert paper.pages <= 10
    for school in report.data["schools"]:
        assert school["name"] in paper.text
    for said in (
        page.locator(".big").inner_text(),
        FR("What to do"),
        "Salle d'étude",
        "ansible-playbook playbooks/deploy.yml",
    ):
        assert said in paper.text
    # What is only of use on a screen is not on paper.
    for said in (
        FR("Copy"),
        FR("One square a station; click, or Tab then Enter, for details."),
        FR("Find a station, a room, a school"),
    ):
        assert said not in paper.text


def test_over_two_thousand_stations_are_an_index_and_a_page_per_school(large: Report, open_report: Open) -> None:
    files = sorted(large.html.parent.glob("audit.etab-*.html"))
    assert len(files) == len(large.data["schools"]) == 21
    # Nobody waits for, or scrolls through, more than a school.
    assert max(file.stat().st_size for file in (large.html, *files)) < 400_000
    opened = open_report(large)
    page = opened.page
    assert page.locator(".plan").count() == 0
    assert page.locator(".big").inner_text().startswith(FR.number(large.data["counts"]["compliant"]))
    assert page.evaluate("document.documentElement.scrollHeight") < 6_000
    keep_picture(page, "index", whole=True)
    school = large.data["schools"][14]
    page.locator("#q").fill(school["name"])
    page.locator("#said").filter(has_text="1 établissement sur 21").wait_for()
    rows = page.locator("table.schools tbody tr:visible")
    assert rows.locator("a").all_inner_texts() == [school["name"]]
    # By keyboard, from the search: the school, and back.
    page.locator("#q").focus()
    page.keyboard.press("Tab")
    page.keyboard.press("Enter")
    page.wait_for_url("**/audit.etab-*.html")
    assert page.locator("h1").inner_text() == f"Audit du client PRONOTE\u00a0: {school['name']}"
    assert page.locator(".plan summary").count() == sum(school["counts"].values())
    keep_picture(page, "index-school", whole=True)
    page.locator("#q").fill("r3-12")
    page.locator("#said").filter(has_text="1 poste sur 100").wait_for()
    page.locator("header nav a", has_text="Tous les établissements").click()
    page.wait_for_url("**/audit.html")
    # Those pages were asked for, and nothing else.
    assert {address.rpartition("/")[0] for address in opened.asked} == {large.html.parent.as_uri()}
    opened.asked.clear()


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("width", [1280, 390])
def test_an_index_keeps_the_rules(large: Report, open_report: Open, width: int, scheme: str) -> None:
    opened = open_report(large, width=width, bypass_csp=True, color_scheme=scheme)
    assert opened.page.evaluate("document.documentElement.scrollWidth") <= width
    assert violations(opened.page) == []


def test_on_the_first_day_nothing_is_empty(open_report: Open, tmp_path: Path) -> None:
    made = sample(tmp_path, schools=2, rooms=2, stations=6, days=1, hostile=False)
    path = tmp_path / "audit.html"
    path.write_text(
        render_html(made.report, trends=made.history.trend, commands=made.commands, words=FR), encoding="utf-8"
    )
    page = open_report(Report(data=made.report, html=path)).page
    body = page.locator("main").inner_text()
    # Once for all of them, and nothing about an audit that there was not.
    assert body.count(FR("The trend appears on the second day of audits.")) == 1
    assert FR("Trend") not in body
    assert FR("Since the previous audit") not in body
    for card in page.locator(".card, .stack").all():
        assert (card.text_content() or "").strip()


def test_the_picture_of_the_readme(small: Report, open_report: Open) -> None:
    """``make picture`` copies it to docs/images."""
    page = open_report(small, width=1100, height=1800).page
    page.locator(".plan summary.late").first.click()
    page.screenshot(path=SHOTS / "picture.png")
    # Not an empty page.
    assert (SHOTS / "picture.png").stat().st_size > 50_000


def test_what_was_tried_last_is_in_the_list_in_the_details_and_on_paper(report: Report, open_report: Open) -> None:
    page = open_report(report).page
    wrong = [row["station"] for row in report.data["stations"] if row["status"] != "compliant"]
    left = {
        row["station"]: row["last"]
        for row in report.data["stations"]
        if row["last"] and row["status"] in FAULTY and row["last"]["next"] != "deploy"
    }
    rows = page.locator("table.wrong tbody tr:not(.in)")
    listed = {row[0]: row for row in rows.evaluate_all("all => all.map(r => [...r.cells].map(c => c.innerText))")}
    assert sorted(listed) == sorted(map(visible_name, wrong))
    for name, last in left.items():
        assert listed[visible_name(name)][2].startswith(f"{FR.of(LAST[last['outcome']])} le")
    # Everybody who has something to do is told what, and why.
    assert all(row[1] and row[3] for row in listed.values())
    name, last = next((name, last) for name, last in left.items() if name not in HOSTILE)
    page.locator(".plan summary", has_text=f"{name} : ").click()
    card = page.locator(".plan details[open] > div").inner_text()
    assert f"Dernier déploiement : {FR.of(LAST[last['outcome']])} le" in card.replace("\u00a0", " ")
    assert f"Ensuite : {FR.of(NEXT[last['next']])}" in card.replace("\u00a0", " ")
    # And what the reading says besides the client.
    assert "Windows 11 Pro 23H2, " in card
    assert "libres sur C:" in card
    page.emulate_media(media="print")
    assert rows.first.is_visible()
