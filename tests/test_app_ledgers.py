"""Requests and findings in the app, by keyboard: asked, answered, returned; raised, closed."""

import errno
import shutil
from datetime import date
from pathlib import Path

import pytest
import tomli
from driving import on_disk, press, screen_text, settle, told
from textual.pilot import Pilot
from textual.widgets import TextArea

from fedcheck.analysis.issues import find_next_actor, group_issues, state_of
from fedcheck.cli.main import run
from fedcheck.domain.finding import Finding
from fedcheck.domain.finding_rules import DETAILS, FindingEdit
from fedcheck.domain.request import Request
from fedcheck.domain.request_rules import RequestEdit
from fedcheck.keys.keymap import build_key_map
from fedcheck.session import open_session
from fedcheck.storage import atomic_files, config, paths
from fedcheck.tui.app import FedcheckApp
from fedcheck.tui.dialogs.form import FormScreen
from fedcheck.tui.dialogs.long_text import LongTextPrompt
from fedcheck.tui.dialogs.prompts import ChoicePrompt
from fedcheck.tui.screens.checklist import ChecklistScreen
from fedcheck.tui.screens.findings import FindingsScreen
from fedcheck.tui.screens.gate import GateScreen
from fedcheck.tui.screens.home import HomeScreen
from fedcheck.tui.screens.requests import RequestsScreen
from fedcheck.tui.widgets.doors import Doors
from fedcheck.tui.widgets.issue_details import Page

TODAY = date(2027, 1, 11)
WIDE = (108, 32)
SIZES = [(60, 20), (80, 24), (200, 60)]
TEST = "rev5.full-assessment.3pao:pen-test"
ITEM = "rev5.readiness.csp:diagram"

REQUESTS = """format = 1

[[request]]
id = "q1"
title = "Which ports are open?"
by = "TR-B"
to = "csp"
asked = 2027-01-04
due = 2027-01-08
round = "1"
document = "SSP"
section = "9.2"
text = "All of them."

[[request]]
id = "q2"
title = "Who approves changes?"
state = "answered"
by = "TR-A"
to = "csp"
due = 2027-01-20
round = "2"
document = "SAR"
answer = "The lead."
answered = 2027-01-10
"""

FINDINGS = """format = 1

[[finding]]
id = "f1"
title = "Old TLS"
risk = "moderate"
owner = "dana"
found = 2027-01-04
due = 2027-04-04
"""


@pytest.fixture
def app(workspace: Path, clock) -> FedcheckApp:
    return made(workspace, clock)


@pytest.fixture
def filled(workspace: Path, clock) -> FedcheckApp:
    (workspace / "requests.toml").write_text(REQUESTS)
    (workspace / "findings.toml").write_text(FINDINGS)
    return made(workspace, clock)


def made(root: Path, clock) -> FedcheckApp:
    return FedcheckApp(root, paths.find_user_folders(), config.UserConfig(), "alice", root, clock)


def opened(root: Path, who: str = "bob"):
    return open_session(root, paths.find_user_folders(), (), who)


def refs(app: FedcheckApp) -> list[str]:
    screen = app.screen
    return [f"{screen.BOOK}:{row.id}" for row in screen.rows.rows if not isinstance(row, str)]


async def paste(pilot: Pilot, text: str) -> None:
    """Paste a text where the focus is: quicker than key by key, and the field sees the same."""
    field = pilot.app.focused
    insert = field.insert if isinstance(field, TextArea) else field.insert_text_at_cursor
    insert(text)
    await settle(pilot)


def stored(root: Path, book: str, thing_id: str = "") -> dict:
    """Return a request or finding as it is on disk; the only one where no id is given."""
    kind = book[:-1]
    path = root / f"{book}.toml"
    found = tomli.loads(path.read_text()).get(kind, []) if path.exists() else []
    named = [one for one in found if not thing_id or one["id"] == thing_id]
    return named[0] if named else {}


async def test_a_question_from_asking_to_acceptance(app, workspace):
    """Asked, answered, returned, answered again, accepted: by keys alone, each on disk."""
    async with app.run_test(size=WIDE, notifications=True) as pilot:
        await settle(pilot)
        await press(pilot, "4")
        assert isinstance(app.screen, RequestsScreen)
        assert "No requests yet" in screen_text(app)
        await press(pilot, "a", "q")
        await press(pilot, "f2")
        assert "state the request in one line" in screen_text(app)
        assert isinstance(app.screen, FormScreen), "a form that lacks something stays"
        await paste(pilot, "Which ports")
        await press(pilot, "enter")
        await paste(pilot, "TR-B")
        await press(pilot, "enter", "enter")
        await paste(pilot, "+2w")
        assert "Mon 2027-01-25, in 14 d" in screen_text(app)
        await press(pilot, "enter")
        await paste(pilot, "SSP")
        await press(pilot, "enter")
        await paste(pilot, "9.2")
        await press(pilot, "enter")
        await paste(pilot, "1")
        await press(pilot, "enter")
        await paste(pilot, "diagram")
        assert "Boundary diagram drawn" in screen_text(app), "an item is named by what it means"
        await press(pilot, "enter")
        await paste(pilot, "All of them")
        await press(pilot, "ctrl+s")
        found = stored(workspace, "requests")
        found.pop("id")
        assert found == {
            "title": "Which ports",
            "by": "TR-B",
            "to": "csp",
            "asked": TODAY,
            "due": date(2027, 1, 25),
            "round": "1",
            "document": "SSP",
            "section": "9.2",
            "text": "All of them",
            "items": [ITEM],
        }
        assert 'Saved: "Which ports" was asked\nu undoes it' in told(app)
        assert "1 open" in screen_text(app)
        await press(pilot, "n")
        await paste(pilot, "Only 443")
        await press(pilot, "ctrl+s")
        assert stored(workspace, "requests")["state"] == "answered"
        assert "0 open, 1 answered" in screen_text(app)
        await press(pilot, "b")
        await paste(pilot, "And UDP")
        await press(pilot, "ctrl+s")
        found = stored(workspace, "requests")
        assert ("state" in found, found["comment"]) == (False, "And UDP")
        assert "returned" in screen_text(app)
        await press(pilot, "n")
        await paste(pilot, ", no UDP")
        await press(pilot, "ctrl+s")
        assert stored(workspace, "requests")["answer"] == "Only 443, no UDP"
        await press(pilot, "y")
        assert stored(workspace, "requests")["state"] == "accepted"
        assert "1 accepted" in screen_text(app)
        await press(pilot, "u")
        assert stored(workspace, "requests")["state"] == "answered"
        await press(pilot, "u", "u", "u", "u")
        assert stored(workspace, "requests") == {}
        assert "No requests yet" in screen_text(app)


async def test_what_cannot_be_done_now_is_said_and_changes_nothing(filled, workspace):
    async with filled.run_test(size=WIDE, notifications=True) as pilot:
        await settle(pilot)
        await press(pilot, "4", "y")
        assert "It is not answered yet" in told(filled)
        await press(pilot, "b")
        assert "there is no answer to return" in told(filled)
        await press(pilot, "n", "ctrl+s")
        assert "the answer is empty" in told(filled)
        assert (workspace / "requests.toml").read_text() == REQUESTS


async def test_evidence_alone_is_an_answer(filled, workspace):
    async with filled.run_test(size=WIDE, notifications=True) as pilot:
        await settle(pilot)
        await press(pilot, "4", "e", "a")
        await paste(pilot, "https://grc.example/1")
        await press(pilot, "f2")
        (evidence_item,) = stored(workspace, "requests", "q1")["evidence"]
        assert evidence_item["link"] == "https://grc.example/1"
        assert "https://grc.example/1" in screen_text(filled)
        await press(pilot, "escape", "n", "ctrl+s")
        assert stored(workspace, "requests", "q1")["state"] == "answered"
        await press(pilot, "e", "x")
        assert "evidence" not in stored(workspace, "requests", "q2")
        await press(pilot, "u")


async def test_anothers_answer_is_not_written_over(filled, workspace):
    async with filled.run_test(size=WIDE, notifications=True) as pilot:
        await settle(pilot)
        await press(pilot, "4", "n")
        await paste(pilot, "mine")
        other = opened(workspace)
        other.apply(["requests:q1"], RequestEdit("answer", answer="theirs"))
        await press(pilot, "ctrl+s")
        assert stored(workspace, "requests", "q1")["answer"] == "theirs"
        assert "This answer changed while you were writing" in screen_text(filled)
        await press(pilot, "e")
        assert isinstance(filled.screen, LongTextPrompt)
        await press(pilot, "ctrl+s")
        assert stored(workspace, "requests", "q1")["answer"] == "theirs\n\nmine"


async def test_an_answer_changed_meanwhile_is_not_accepted_unread(filled, workspace):
    async with filled.run_test(size=WIDE, notifications=True) as pilot:
        await settle(pilot)
        await press(pilot, "4", "down")
        opened(workspace).apply(["requests:q2"], RequestEdit("answer", answer="Nobody."))
        await press(pilot, "y")
        assert "the answer was changed in the meantime" in told(filled)
        assert stored(workspace, "requests", "q2")["state"] == "answered"


async def test_two_who_return_it_keep_both_comments(filled, workspace):
    async with filled.run_test(size=WIDE) as pilot:
        await settle(pilot)
        await press(pilot, "4", "down", "b")
        await paste(pilot, "mine")
        opened(workspace).apply(["requests:q2"], RequestEdit("return", comment="theirs"))
        await press(pilot, "ctrl+s")
        await press(pilot, "b")
        assert stored(workspace, "requests", "q2")["comment"] == "theirs\n\nmine"


async def test_what_failed_half_way_is_done_once(filled, workspace, monkeypatch):
    """The file was replaced and the history refused: retrying must neither fail nor double."""

    def refused(path: Path, _: bytes, *, under: Path) -> None:
        raise atomic_files.disk_error(
            "append to", path, OSError(errno.ENOSPC, "No space left on device")
        )

    async with filled.run_test(size=WIDE, notifications=True) as pilot:
        await settle(pilot)
        await press(pilot, "4", "down", "e", "a")
        await paste(pilot, "https://grc.example/1")
        with monkeypatch.context() as patch:
            patch.setattr(atomic_files, "append", refused)
            await press(pilot, "f2")
            assert len(stored(workspace, "requests", "q2")["evidence"]) == 1
        filled.saves.try_again()
        await settle(pilot)
        assert not filled.saves.jobs
        assert len(stored(workspace, "requests", "q2")["evidence"]) == 1
        lines = [e for e in filled.session.history("requests:q2") if "evidence" in e.change.field]
        assert [e.by for e in lines] == ["alice"]


async def test_the_words_of_a_request_can_be_changed(filled, workspace):
    async with filled.run_test(size=WIDE, notifications=True) as pilot:
        await settle(pilot)
        await press(pilot, "4", "E")
        await paste(pilot, " now")
        filled.screen.query_one("#text").focus()
        await settle(pilot)
        await paste(pilot, "mine")
        opened(workspace).apply(["requests:q1"], RequestEdit(text="theirs", to="dana"))
        await press(pilot, "ctrl+s")
        assert stored(workspace, "requests", "q1")["text"] == "theirs"
        assert "theirs" in screen_text(filled)
        await press(pilot, "ctrl+s")
        found = stored(workspace, "requests", "q1")
        assert found["title"] == "Which ports are open? now"
        assert found["text"] == "theirs\n\nAll of them.mine"
        assert found["to"] == "dana", "what was not touched here stays as the other wrote it"


async def test_who_and_when(filled, workspace):
    async with filled.run_test(size=WIDE) as pilot:
        await settle(pilot)
        await press(pilot, "4")
        assert "4 open" not in screen_text(filled)
        assert "1 open (1 overdue), 1 answered" in screen_text(filled)
        await press(pilot, "o", "ctrl+u")
        await paste(pilot, "erik")
        await press(pilot, "enter", "d", "ctrl+u")
        await paste(pilot, "kick-off - 1w")
        assert "Mon 2027-01-25, in 14 d" in screen_text(filled)
        await press(pilot, "enter")
        found = stored(workspace, "requests", "q1")
        assert (found["to"], found["due"]) == ("erik", date(2027, 1, 25))
        assert "overdue" not in screen_text(filled)


async def test_items_are_linked_both_ways(filled, workspace):
    async with filled.run_test(size=WIDE) as pilot:
        await settle(pilot)
        await press(pilot, "4", "i")
        await paste(pilot, "boundary diagram")
        await press(pilot, "enter")
        assert stored(workspace, "requests", "q1")["items"] == [ITEM]
        await press(pilot, "enter")
        assert "Boundary diagram drawn" in screen_text(filled)
        await press(pilot, "enter")
        assert isinstance(filled.screen, ChecklistScreen)
        await pilot.pause(0.15)
        text = screen_text(filled)
        assert "Requests" in text
        assert "Which ports are open?" in text
        await press(pilot, "f")
        assert isinstance(filled.screen, RequestsScreen)
        assert filled.screen.thing.id == "q1"
        assert filled.screen.has_class("-open")
        await press(pilot, "i", "1")
        assert "items" not in stored(workspace, "requests", "q1")


async def test_a_finding_from_raising_to_closing(app, workspace):
    async with app.run_test(size=WIDE, notifications=True) as pilot:
        await settle(pilot)
        await press(pilot, "4", "tab")
        assert isinstance(app.screen, FindingsScreen)
        await press(pilot, "a")
        await paste(pilot, "Old TLS")
        await press(pilot, "ctrl+s")
        await settle(pilot)
        assert "rate likelihood and impact" in screen_text(app)
        await paste(pilot, "h")
        await press(pilot, "enter", "m")
        assert "90 days to remediate" in screen_text(app)
        assert "2027-04-11" in screen_text(app), "the due date follows from the risk"
        app.screen.query_one("#recommendation").focus()
        await settle(pilot)
        await paste(pilot, "Turn it off")
        await press(pilot, "ctrl+s")
        found = stored(workspace, "findings")
        rated = [found[name] for name in ("likelihood", "impact", "recommendation")]
        assert rated == ["high", "moderate", "Turn it off"]
        assert (found["title"], found["risk"]) == ("Old TLS", "moderate")
        assert (found["found"], found["due"]) == (TODAY, date(2027, 4, 11))
        assert "1 open: 1 moderate" in screen_text(app)
        await press(pilot, "s", "h")
        assert stored(workspace, "findings")["due"] == date(2027, 2, 10)
        assert "1 open: 1 high" in screen_text(app)
        await press(pilot, "p")
        await paste(pilot, "Turn it off")
        await press(pilot, "ctrl+s")
        assert stored(workspace, "findings")["plan"] == "Turn it off"
        assert "planned" in screen_text(app)
        await press(pilot, "s", "c")
        assert "cannot be closed without evidence" in told(app)
        assert "state" not in stored(workspace, "findings")
        await press(pilot, "t", "f")
        assert stored(workspace, "findings")["retest"] == "failed"
        assert "failed" in screen_text(app)
        await press(pilot, "t", "p")
        found = stored(workspace, "findings")
        assert (found["state"], found["closed"]) == ("closed", TODAY)
        assert "0 open" in screen_text(app)
        await press(pilot, "s", "r")
        assert "state" not in stored(workspace, "findings")


async def test_a_deviation_needs_a_reason_and_a_decision(filled, workspace):
    async with filled.run_test(size=WIDE) as pilot:
        await settle(pilot)
        await press(pilot, "4", "tab", "s", "f", "enter")
        assert ("the reviewer decides based on it") in screen_text(filled), (
            "without a reason it stays"
        )
        assert "deviation" not in stored(workspace, "findings")
        await paste(pilot, "scanner error")
        await press(pilot, "enter")
        found = stored(workspace, "findings")
        assert (found["deviation"], found["deviation-state"]) == ("false-positive", "pending")
        assert "FP pending" in screen_text(filled)
        await press(pilot, "s", "y", "s", "c")
        found = stored(workspace, "findings")
        assert (found["deviation-state"], found["state"]) == ("approved", "closed")
        await press(pilot, "u", "s", "w")
        assert "deviation" not in stored(workspace, "findings")


async def test_a_finding_without_a_date_gets_that_of_its_risk(filled, workspace):
    async with filled.run_test(size=WIDE) as pilot:
        await settle(pilot)
        await press(pilot, "4", "tab", "d", "ctrl+u")
        await paste(pilot, "+1w")
        await press(pilot, "enter")
        assert stored(workspace, "findings")["due"] == date(2027, 1, 18)
        await press(pilot, "d", "ctrl+u")
        assert "set by risk: 2027-04-04" in screen_text(filled)
        await press(pilot, "enter")
        assert stored(workspace, "findings")["due"] == date(2027, 4, 4)


ADJUSTED = """deviation = "risk-adjustment"
deviation-state = "pending"
rationale = "Reached from the management network alone"
adjusted = "low"
"""


@pytest.mark.parametrize(
    ("keys", "state", "risk", "due"),
    [
        (("s", "y"), "approved", "low", date(2027, 7, 3)),
        (("s", "n"), "rejected", "moderate", date(2027, 4, 4)),
        (("s", "y", "s", "n"), "rejected", "moderate", date(2027, 4, 4)),
    ],
)
async def test_the_app_and_the_command_line_decide_a_deviation_alike(
    filled, workspace, tmp_path, keys, state, risk, due
):
    """An approved adjustment makes the adjusted risk count, and its due date follows."""
    (workspace / "findings.toml").write_text(FINDINGS + ADJUSTED)
    other = tmp_path / "other"
    shutil.copytree(workspace, other)
    for decision in ["approved" if key == "y" else "rejected" for key in keys if key != "s"]:
        argv = ["finding", "update", "f1", "--deviation-state", decision, "-w", str(other)]
        assert run(argv) == 0
    async with filled.run_test(size=WIDE, notifications=True) as pilot:
        await settle(pilot)
        await press(pilot, "4", "tab", *keys)
        if state == "approved":
            assert "deviation approved, is now low risk, due 2027-07-03" in told(filled)
    found = stored(workspace, "findings")
    assert (found["deviation-state"], found["risk"], found["due"]) == (state, risk, due)
    assert found == stored(other, "findings")


async def test_only_what_was_typed_over_is_changed(filled, workspace):
    """Another person's item stays linked where the form was opened before it came."""
    async with filled.run_test(size=WIDE) as pilot:
        await settle(pilot)
        await press(pilot, "4", "tab", "E")
        await paste(pilot, " 1.0")
        link = FindingEdit(link=("rev5.readiness.3pao:fips",), due=date(2027, 2, 2))
        opened(workspace).apply(["findings:f1"], link)
        await press(pilot, "f2")
        found = stored(workspace, "findings")
        assert found["title"] == "Old TLS 1.0"
        assert found["items"] == ["rev5.readiness.3pao:fips"]
        assert found["due"] == date(2027, 2, 2)


async def test_a_test_not_satisfied_offers_its_finding(app, workspace):
    async with app.run_test(size=WIDE) as pilot:
        await settle(pilot)
        app.show_item(TEST)
        await settle(pilot)
        await press(pilot, "t", "o")
        await settle(pilot)
        assert "other-than-satisfied" in on_disk(workspace, "rev5.full-assessment.3pao")
        assert "needs a finding" in screen_text(app)
        await press(pilot, "escape")
        assert not (workspace / "findings.toml").exists()
        await press(pilot, "t", "c", "t", "o")
        await settle(pilot)
        assert "Penetration test" in screen_text(app), "what was tested is shown beside"
        assert app.screen.text("title") == "", "a title says what is wrong"
        await press(pilot, "ctrl+s")
        await settle(pilot)
        assert "describe the weakness" in screen_text(app)
        await paste(pilot, "Tokens are shared")
        await press(pilot, "enter", "enter", "enter", "l", "ctrl+s")
        found = stored(workspace, "findings")
        assert (found["items"], found["risk"]) == ([TEST], "low")
        assert found["title"] == "Tokens are shared"
        await press(pilot, "t", "c", "t", "o")
        await settle(pilot)
        assert isinstance(app.screen, ChecklistScreen), "one that has its finding asks no more"


async def test_filter_and_groups(filled):
    async with filled.run_test(size=WIDE) as pilot:
        await settle(pilot)
        await press(pilot, "4", "slash")
        await paste(pilot, "tr-a")
        assert refs(filled) == ["requests:q2"]
        assert "1 of 2" in screen_text(filled)
        await press(pilot, "enter", "escape")
        assert "Which ports" in screen_text(filled)
        await press(pilot, "slash")
        await paste(pilot, "state:opne")
        assert 'did you mean "open"?' in screen_text(filled)
        assert "Which ports" in screen_text(filled)
        await press(pilot, "escape", "z", "z")
        lines = screen_text(filled).splitlines()
        heads = [line.strip() for line in lines if line.strip().startswith("Round")]
        assert heads == ["Round 2 1", "Round 1 1"]
        await press(pilot, "tab", "tab")
        assert "by round" in screen_text(filled), "how it was grouped is remembered"
        await press(pilot, "escape")
        assert isinstance(filled.screen, HomeScreen)


@pytest.mark.parametrize("size", SIZES, ids="{0[0]}x{0[1]}".format)
async def test_it_is_read_at_every_size(filled, size):
    async with filled.run_test(size=size) as pilot:
        await settle(pilot)
        await press(pilot, "4")
        text = screen_text(filled)
        assert "Which ports are open?" in text
        assert "3 d ago" in text
        assert "1 open (1 overdue)" in text
        assert ("TR-B → csp" in text) is (size[0] >= 100)
        await press(pilot, "enter")
        assert "All of them." in screen_text(filled)
        filled.screen.query_one(Page).scroll_end(animate=False)
        await settle(pilot)
        assert "outside fedcheck" in screen_text(filled), "its story"
        await press(pilot, "escape", "tab")
        assert "1 open: 1 moderate" in screen_text(filled)
        assert "Old TLS" in screen_text(filled)


async def test_every_number_of_home_and_of_the_gate_opens_what_it_counts(filled):
    async with filled.run_test(size=WIDE) as pilot:
        await settle(pilot)
        doors = filled.screen.query_one("#attention", Doors)
        for target, screen in (("requests", RequestsScreen), ("findings", FindingsScreen)):
            await press(pilot, "1")
            doors.focus()
            doors.highlighted = [d.target.partition(":")[0] for d in doors.doors].index(target)
            await press(pilot, "enter")
            assert isinstance(filled.screen, screen)
            assert filled.screen.filter == "is:open"
        filled.push_screen(GateScreen("kick-off"))
        await settle(pilot)
        doors = filled.screen.query_one(Doors)
        doors.highlighted = [door.target for door in doors.doors].index("requests:q1")
        await press(pilot, "enter")
        assert filled.screen.thing.id == "q1"
        assert "All of them." in screen_text(filled)
        filled.show_issues("requests", ref="requests:q2")
        await settle(pilot)
        assert "The lead." in screen_text(filled)
        assert filled.screen.thing.id == "q2"


async def test_what_others_do_appears_and_what_they_remove_kills_nothing(filled, workspace):
    async with filled.run_test(size=(80, 24)) as pilot:
        await settle(pilot)
        await press(pilot, "4", "down", "enter")
        assert "The lead." in screen_text(filled)
        opened(workspace).apply(["requests:q2"], RequestEdit("answer", answer="Nobody."))
        filled.others.look()
        await settle(pilot)
        assert "Nobody." in screen_text(filled)
        await press(pilot, "e")
        (workspace / "requests.toml").unlink()
        filled.others.look()
        await settle(pilot)
        await press(pilot, "escape", "n", "y", "b", "e", "i", "o", "d", "E", "enter", "j", "k")
        assert "No requests yet" in screen_text(filled)


async def test_a_broken_file_is_told_and_what_was_known_stays(filled, workspace, clock):
    path = workspace / "requests.toml"
    async with filled.run_test(size=WIDE, notifications=True) as pilot:
        await settle(pilot)
        await press(pilot, "4")
        path.write_text(REQUESTS + "[[request\n")
        filled.others.look()
        await settle(pilot)
        assert "cannot read requests.toml:" in screen_text(filled)
        assert refs(filled) == ["requests:q1", "requests:q2"]
        await press(pilot, "down", "y")
        assert "Not saved" in told(filled)
        assert path.read_text() == REQUESTS + "[[request\n"
    again = made(workspace, clock)
    async with again.run_test(size=WIDE) as pilot:
        await settle(pilot)
        await press(pilot, "4")
        assert "No requests yet" not in screen_text(again)
        assert "Nothing is lost" in screen_text(again)


NASTY = "see [/b] [AC-2] [@click=app.quit]x[/] \x1b[31m\u202e end"


async def test_text_from_files_is_never_markup(workspace, clock):
    escaped = NASTY.replace("\x1b", "\\u001b").replace("\u202e", "\\u202e")
    text = REQUESTS + '\n[[request.evidence]]\nid = "e"\nlink = "x"\nlabel = "SSP"\n'
    for words in ("Which ports are open?", "TR-B", "All of them.", "SSP", "The lead.", "TR-A"):
        text = text.replace(words, escaped)
    text = text.replace('round = "2"', f'round = "{escaped}"\nitems = ["{escaped}"]')
    (workspace / "requests.toml").write_text(text)
    found = (
        FINDINGS + f'plan = "{escaped}"\nrationale = "{escaped}"\ndeviation = "false-positive"\n'
    )
    found = found.replace("Old TLS", escaped).replace("dana", escaped)
    (workspace / "findings.toml").write_text(found + f'items = ["{ITEM}"]\n')
    app = made(workspace, clock)
    async with app.run_test(size=(140, 40), notifications=True) as pilot:
        await settle(pilot)
        seen = ""
        await press(pilot, "4")
        for keys in (
            ["z"],
            ["z"],
            ["z"],
            ["z"],
            ["enter"],
            ["n"],
            ["escape", "e"],
            ["escape", "E"],
        ):
            await press(pilot, *keys)
            seen += screen_text(app)
        await press(pilot, "escape", "escape", "down", "enter")
        seen += screen_text(app)
        await press(pilot, "escape", "i")
        seen += screen_text(app)
        await press(pilot, "escape", "tab", "z", "z", "enter")
        seen += screen_text(app)
        for keys in (["s"], ["escape", "p"], ["escape", "o"], ["escape", "E"]):
            await press(pilot, *keys)
            seen += screen_text(app)
        app.show_item(ITEM)
        await settle(pilot)
        await pilot.pause(0.15)
        seen += screen_text(app)
        assert seen.count("see [/b] [AC-2] [@click=app.quit]x[/]") > 12
        assert "\x1b" not in seen
        assert "\u202e" not in seen
        assert app.is_running


def test_groups_put_what_asks_for_attention_first():
    back = Request("a", "A", by="TR-B", to="dana", answered=TODAY, round="10")
    late = Request("b", "B", by="TR-A", to="csp", due=date(2027, 1, 1), round="9")
    there = Request("c", "C", state="answered", by="TR-A", due=date(2026, 1, 1))
    done = Request("d", "D", state="accepted", by="TR-A")
    things = [done, there, late, back]

    def heads(grouping: str) -> list[tuple[str, list[str]]]:
        return [(head, [one.id for one in ones]) for head, ones in group_issues(things, grouping)]

    assert [head for head, _ in heads("state")] == ["Returned", "Open", "Answered", "Accepted"]
    assert heads("by") == [("TR-A", ["b", "c", "d"]), ("TR-B", ["a"])]
    assert [head for head, _ in heads("round")] == ["Round 10", "Round 9", "No round"]
    assert [find_next_actor(one) for one in things] == ["", "TR-A", "csp", "dana"]
    assert heads("turn")[-1] == ("Accepted", ["d"])
    closed = Finding("x", "X", "high", "closed")
    low = Finding("y", "Y", "low", plan="p", due=TODAY)
    assert [head for head, _ in group_issues([closed, low], "risk")] == ["Low", "Closed"]
    assert (state_of(low), state_of(closed)) == ("planned", "closed")


async def test_details_are_set_one_after_the_other_and_give_the_risk(filled, workspace):
    async with filled.run_test(size=WIDE, notifications=True) as pilot:
        await settle(pilot)
        await press(pilot, "4", "tab", "m", "enter", "l")
        assert isinstance(filled.screen, ChoicePrompt), "the list is back"
        await press(pilot, "down", "enter")
        assert "High: the risk is low" in screen_text(filled), "either of them low is low"
        await press(pilot, "h")
        found = stored(workspace, "findings")
        assert (found["likelihood"], found["impact"], found["risk"]) == ("low", "high", "low")
        assert "impact: high" in told(filled)
        await press(pilot, "escape", "u")
        assert "impact" not in stored(workspace, "findings")


async def test_corrected_during_testing_asks_for_all_that_it_is_told_with(filled, workspace):
    async with filled.run_test(size=WIDE) as pilot:
        await settle(pilot)
        await press(pilot, "4", "tab", "m", *["down"] * list(DETAILS).index("corrected"), "enter")
        await paste(pilot, "Tokens are bound to their audience")
        await press(pilot, "f2")
        await paste(pilot, "Replayed the token; refused")
        await press(pilot, "f2", "enter")
        found = stored(workspace, "findings")
        assert found["state"] == "closed"
        assert (found["remedy"], found["corrected"]) == (
            "Tokens are bound to their audience",
            TODAY,
        )


async def test_a_detail_that_is_wrong_is_said_and_nothing_is_saved(filled, workspace):
    async with filled.run_test(size=WIDE, notifications=True) as pilot:
        await settle(pilot)
        before = stored(workspace, "findings")
        at = list(DETAILS).index("vendor_checked")
        await press(pilot, "4", "tab", "m", *["down"] * at, "enter")
        await paste(pilot, "nonsense")
        await press(pilot, "enter", "escape", "escape")
        assert stored(workspace, "findings") == before


@pytest.mark.parametrize("book", ["requests", "findings"])
async def test_the_vim_preset_moves_and_opens_as_in_every_list(workspace, clock, book):
    more = [f'[[request]]\nid = "v{n}"\ntitle = "Question {n}"\n' for n in range(60)]
    found = [
        f'[[finding]]\nid = "v{n}"\ntitle = "Gap {n}"\nrisk = "low"\nfound = 2027-01-04\n'
        for n in range(60)
    ]
    wanted = more if book == "requests" else found
    (workspace / f"{book}.toml").write_text("format = 1\n" + "".join(wanted))
    user = config.UserConfig(preset="vim")
    app = FedcheckApp(workspace, paths.find_user_folders(), user, "alice", workspace, clock)
    async with app.run_test(size=(120, 40)) as pilot:
        await settle(pilot)
        app.show_issues(book)
        await settle(pilot)
        rows = app.screen.rows
        first = rows.cursor
        await press(pilot, "ctrl+f")
        assert rows.cursor > first + 5
        await press(pilot, "ctrl+b")
        assert rows.cursor == first
        await press(pilot, "l")
        assert app.screen.has_class("-open")


def test_keys_of_requests_and_findings_that_are_those_of_all_lists_now():
    keymap = build_key_map(own={"ledger.down": "f6", "ledger": {"page-up": "f7"}})
    assert not keymap.problems
    assert (keymap.of("rows.down"), keymap.of("rows.page-up")) == (("f6",), ("f7",))
