"""The board of the yearly operations as people meet it: in a browser, with a keyboard, on a telephone, on paper."""

from __future__ import annotations

from collections import Counter
from typing import Any

import pytest
from ansible_collections.rentree.pronote.plugins.plugin_utils.board.board import state_label
from ansible_collections.rentree.pronote.plugins.plugin_utils.board.operations import STATES
from ansible_collections.rentree.pronote.plugins.plugin_utils.words.catalogue import catalogue

from tests.browser.checks import SHOTS, keep_picture, printed, violations, visible_name
from tests.browser.conftest import Open, Report
from tests.browser.sample import HOSTILE

_ACTS = {"to_do", "in_doubt", "not_observable"}

FR = catalogue("fr")


def _operations(report: Report, school: int = 0) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = report.data["schools"][school]["operations"]
    return found


def test_it_says_what_the_json_says(board: Report, open_report: Open) -> None:
    page = open_report(board).page
    for school in board.data["schools"]:
        section = page.locator(f"section[data-uai='{school['school']}']")
        assert section.locator("h2").inner_text() == f"{school['name']} {school['school']}"
        for each in school["operations"]:
            row = section.locator(f"[data-operation='{each['operation']}']")
            assert row.get_attribute("data-state") == each["state"]
            label = state_label(each, catalogue("fr"))
            assert row.locator(".state").inner_text().endswith(label)
            assert section.locator(f"[data-step='{each['operation']}']").inner_text().endswith(label)
            said = row.inner_text()
            # That nobody attested is what the state says.
            findings = [finding["text"] for finding in each["findings"] if finding["code"] != "not_attested"]
            for text in (each["title"], each["next"], *findings):
                assert text in said
            for proof in each["evidence"]:
                assert proof["what"] in said
                assert proof["source"] in said
    states = Counter(each["state"] for school in board.data["schools"] for each in school["operations"])
    assert set(states) == set(STATES)
    legend = page.locator(".answer .legend li").all_inner_texts()
    assert [int(text.split()[-1]) for text in legend] == [states[state] for state in STATES if states[state]]
    assert page.locator(".big").inner_text() == "1 établissement sur 4 a terminé"
    assert page.locator(".verdict").inner_text() == "À vérifier"


def test_who_does_what_next_comes_first(one_board: Report, open_report: Open) -> None:
    page = open_report(one_board).page
    operations = _operations(one_board)
    wanted: dict[str, list[str]] = {}
    for each in operations:
        if each["state"] in _ACTS:
            wanted.setdefault(each["responsible"], []).append(str(each["operation"]))
    turns = page.locator(".answer .turns > li")
    shown = {turn.locator("> b").inner_text(): turn.locator(".chips b").all_inner_texts() for turn in turns.all()}
    assert shown == wanted
    done = sum(each["state"] == "done" for each in operations)
    assert (
        page.locator(".big").inner_text() == f"{done} opération{'s' if done > 1 else ''} sur 8 faite{'s' * (done > 1)}"
    )
    now = page.locator(".now")
    for who in wanted:
        assert now.locator("h4", has_text=who).first.is_visible()
    for each in operations:
        texts = now.inner_text(), page.locator(".later").inner_text()
        assert [each["title"] in text for text in texts] == [each["state"] in _ACTS, each["state"] == "blocked"]
        if each["state"] in _ACTS:
            assert each["next"] in texts[0]
            assert f"Où\u00a0: {each['where']}" in texts[0]
            freed = [str(other["operation"]) for other in operations if each["operation"] in other["blocked_by"]]
            line = now.locator("li", has_text=each["title"]).inner_text()
            assert ("Débloque" in line) == bool(freed)
            assert all(number in line.partition("Débloque")[2] for number in freed)
    if not wanted:
        assert page.locator(".verdict").inner_text() == "Terminé"
        assert page.locator(".answer .aside").inner_text() == "Tout est fait\u00a0: rien n'est attendu de personne."
        assert turns.count() == 0


@pytest.mark.parametrize("width", [1280, 390])
def test_whose_turn_it_is_needs_no_scrolling(open_report: Open, board: Report, one_board: Report, width: int) -> None:
    """What the head of a school opens the page for is on the first screen, of a telephone too."""
    page = open_report(one_board, width=width, height=844).page
    seen = [page.locator(".big"), page.locator(".explained"), *page.locator(".answer .turns > li").all()]
    for each in seen:
        box = each.bounding_box()
        assert box is not None
        assert box["y"] + box["height"] <= 844


def test_every_state_has_a_sign_of_its_own_and_not_only_a_colour(board: Report, open_report: Open) -> None:
    page = open_report(board).page
    signs = page.eval_on_selector_all(
        ".strip a", "all => all.map(e => [e.className, e.querySelector('.sign').textContent])"
    )
    assert len({tuple(sign) for sign in signs}) == len({tone for tone, _ in signs}) == len(STATES)
    assert len({sign for _, sign in signs}) == len(STATES)


def test_a_keyboard_reaches_the_evidence_of_an_operation(board: Report, open_report: Open) -> None:
    # Without the smooth scrolling, whose end nothing tells.
    page = open_report(board, reduced_motion="reduce").page
    page.keyboard.press("Tab")
    assert page.evaluate("document.activeElement.className") == "skip"
    page.keyboard.press("Enter")
    assert page.evaluate("document.activeElement.id") == "content"
    for _ in range(60):
        page.keyboard.press("Tab")
        if page.evaluate("document.activeElement.dataset.step") == "6":
            break
    page.keyboard.press("Enter")
    row = page.locator("#e1o6")
    assert page.evaluate("document.activeElement.id") == "e1o6"
    box = row.bounding_box()
    assert box is not None
    assert 0 <= box["y"] < 900
    assert row.evaluate("e => getComputedStyle(e).outlineStyle") == "solid"


def test_a_table_of_schools_leads_to_each(board: Report, open_report: Open) -> None:
    page = open_report(board).page
    for n, school in enumerate(board.data["schools"], 1):
        row = page.locator(f"tr[data-uai='{school['school']}']")
        spoken = row.locator(".mini .v").all_text_contents()
        assert spoken == [f"{each['operation']} : {state_label(each, FR)}" for each in school["operations"]]
        done = sum(each["state"] == "done" for each in school["operations"])
        assert row.locator("td").nth(2).inner_text() == f"{done} / 8"
        row.locator("a").click()
        assert page.evaluate("location.hash") == f"#e{n}"


def test_names_that_mean_harm_are_only_shown(hostile_board: Report, open_report: Open) -> None:
    opened = open_report(hostile_board)
    page = opened.page
    body = page.locator("body").text_content() or ""
    for name in HOSTILE:
        assert visible_name(name) in body
    assert page.locator("script, img").count() == 0
    # Had one got through all the same, the policy would have stopped it.
    page.evaluate(
        "() => { const s = document.createElement('script'); s.textContent = 'harm = 1'; document.body.append(s) }"
    )
    assert page.evaluate("window.harm") is None
    assert opened.said
    assert all("Content Security Policy" in text for text in opened.said)
    opened.said.clear()


@pytest.mark.parametrize("width", [1280, 390, 320])
@pytest.mark.parametrize("kind", ["board", "hostile_board", "english_board"])
def test_nothing_is_wider_than_the_screen(
    request: pytest.FixtureRequest, open_report: Open, kind: str, width: int
) -> None:
    page = open_report(request.getfixturevalue(kind), width=width).page
    assert page.evaluate("document.documentElement.scrollWidth") <= width
    keep_picture(page, f"{kind.replace('_', '-')}-{width}", whole=True)


@pytest.mark.parametrize("width", [1280, 390])
def test_one_school_on_a_screen(one_board: Report, open_report: Open, width: int) -> None:
    page = open_report(one_board, width=width).page
    assert page.evaluate("document.documentElement.scrollWidth") <= width
    school = one_board.data["schools"][0]["school"]
    keep_picture(page, f"board-{school}-{width}", whole=True)


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("width", [1280, 390])
@pytest.mark.parametrize("kind", ["board", "english_board"])
def test_accessibility_rules(
    request: pytest.FixtureRequest, open_report: Open, kind: str, width: int, scheme: str
) -> None:
    report = request.getfixturevalue(kind)
    opened = open_report(report, width=width, bypass_csp=True, color_scheme=scheme)
    assert violations(opened.page) == []


def test_paper(board: Report, open_report: Open) -> None:
    paper = printed(open_report(board).page, "board")
    assert paper.a4
    # A sheet or two for each school, after that with all of them.
    assert paper.pages <= 1 + 2 * len(board.data["schools"])
    for school in board.data["schools"]:
        assert school["name"] in paper.text
        for each in school["operations"]:
            assert each["title"].split()[0] in paper.text
    for said in ("À faire maintenant", "Claude Martin", "Débloque"):
        assert said in paper.text
    for said in ("Haut de page", "Aller au contenu"):
        assert said not in paper.text


def test_the_two_pages_lead_to_each_other(pair: tuple[Report, Report], open_report: Open) -> None:
    audit, board = pair
    opened = open_report(audit)
    page = opened.page
    page.locator("header nav a", has_text="Opérations de rentrée").click()
    assert page.url == board.html.as_uri()
    assert page.locator("h1").inner_text() == "Opérations de rentrée"
    # Operation 8 is told station by station in the audit.
    page.locator("#e1o8 a", has_text="Voir les postes").click()
    assert page.locator("h1").inner_text() == "Audit du client PRONOTE"
    page.go_back()
    page.locator("header nav a", has_text="Audit du client PRONOTE").click()
    assert page.locator("h1").inner_text() == "Audit du client PRONOTE"
    keep_picture(page, "pair")
    assert set(opened.asked) == {board.html.as_uri()}
    opened.asked.clear()


def test_the_picture_of_the_documentation(college: Report, open_report: Open) -> None:
    """``make picture`` copies it to docs/images."""
    path = SHOTS / "board-picture.png"
    open_report(college, width=1100, height=1000).page.screenshot(path=path)
    # Not an empty page.
    assert path.stat().st_size > 30_000
