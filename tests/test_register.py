"""The evidence register: rows, how they stand, until when, in which groups."""

import json
from datetime import date, timedelta

import pytest
from msgspec.structs import replace
from small_project import KICK_OFF, TODAY, checklist, item, small_board

from fedcheck.analysis.evidence_grouping import GROUPINGS, group_evidence
from fedcheck.analysis.evidence_register import EvidenceRegister, build_register, filter_rows
from fedcheck.cli.commands import evidence_output
from fedcheck.cli.main import run
from fedcheck.domain.evidence import Evidence
from fedcheck.domain.record import Record
from fedcheck.storage import file_looks, local_state
from fedcheck.tui.widgets.link_field import as_typed, links_in

URL = "https://x.example/1"
OLD = date(2026, 9, 13)


def proof(link: str = URL, day: date | None = TODAY, **about: object) -> Evidence:
    return Evidence(str(about.pop("id", "e")), link, collected=day, **about)  # type: ignore[arg-type]


def board_of(*items, records, **about):
    return small_board(*items, records=records, **about)


def reg(*items, records, **about) -> EvidenceRegister:
    return build_register(board_of(*items, records=records, **about))


def test_the_same_link_on_several_items_is_one_row_with_the_state_of_each() -> None:
    found = reg(
        item("a", max_age="30d"),
        item("b"),
        records={"a": Record(evidence=(proof(day=OLD),)), "b": Record(evidence=(proof(day=OLD),))},
    )
    (row,) = found.rows
    assert row.refs == ("r.csp:a", "r.csp:b")
    assert [use.state for use in row.uses] == ["stale", "ok"]
    assert row.standing == "stale"
    assert row.pieces == (("r.csp:a", "e"), ("r.csp:b", "e"))
    assert found.summary == "1 piece, 1 stale"


@pytest.mark.parametrize(
    ("age", "every", "expires", "milestones"),
    [
        ("120d", "", None, {"kick-off": KICK_OFF}),
        ("120d at package", "", None, {"kick-off": KICK_OFF}),
        ("130d at package", "", None, {"kick-off": KICK_OFF}),
        ("120d at package", "", None, {}),
        ("", "4mo", None, {"ato": date(2027, 1, 12)}),
        ("", "4mo", None, {"ato": date(2027, 1, 14)}),
        ("", "4mo", None, {}),
        ("1y", "6mo", date(2027, 1, 20), {}),
        ("", "", date(2027, 1, 12), {"kick-off": KICK_OFF}),
        ("", "", None, {}),
    ],
)
def test_a_piece_turns_stale_on_the_day_that_is_foretold(age, every, expires, milestones) -> None:
    """The foretold day is checked against what the board says on each day of a year."""
    about = {"records": {"a": Record(evidence=(proof(day=OLD, expires=expires),))}}
    about |= {"milestones": milestones}
    one = item("a", max_age=age, every=every)
    first = None
    for number in range(400):
        day = OLD + timedelta(days=number)
        if small_board(one, today=day, **about).rows["r.csp:a"].evidence == ("stale",):
            first = day
            break
    use = build_register(small_board(one, today=OLD, **about)).rows[0].uses[0]
    if use.state == "stale":
        assert first == OLD
    else:
        assert use.turns == first


def test_what_goes_stale_before_the_next_milestone_is_counted() -> None:
    found = reg(
        item("a", max_age="120d"),
        item("b", max_age="30d"),
        item("c", max_age="30d at package"),
        records={
            "a": Record(evidence=(proof("https://x/a", OLD + timedelta(days=5)),)),
            "b": Record(evidence=(proof("https://x/b"),)),
            "c": Record(evidence=(proof("https://x/c"),)),
        },
        milestones={"kick-off": KICK_OFF, "ready": date(2027, 1, 31)},
    )
    assert [row.standing for row in found.rows] == ["soon", "ok", "ok"]
    assert found.summary == "3 pieces, 1 goes stale before Package"
    assert found.rows[2].worst.at == "package"
    assert found.rows[2].worst.stale_from == date(2027, 2, 11)
    assert found.rows[2].worst.turns is None, "what counts at its milestone goes on counting"


def test_where_evidence_is_expected_and_none_is_attached() -> None:
    found = reg(
        item("done", expects=("a scan",)),
        item("open", expects=("a scan",)),
        item("may", expects=("a scan",), level="may"),
        item("na", expects=("a scan",)),
        item("nothing"),
        records={
            "done": Record("done"),
            "may": Record("done"),
            "na": Record("na", reason="no such part"),
            "nothing": Record("done"),
        },
    )
    assert [(row.refs[0], row.standing) for row in found.rows] == [
        ("r.csp:done", "lacking"),
        ("r.csp:open", "expected"),
        ("r.csp:may", "expected"),
    ]
    assert found.summary == "0 pieces, 1 done without"
    assert found.rows[0].name == "a scan"


def filled() -> EvidenceRegister:
    files = {"evidence/gone": "missing", "evidence/new": "changed"}
    pieces = {
        "a": (proof("evidence/gone", kind="file"), proof(day=OLD, id="u")),
        "b": (proof("evidence/new", kind="file", day=date(2026, 12, 1)), proof(day=OLD, id="u")),
        "c": (proof("SEC-1", None, kind="ticket", label="A ticket"),),
    }
    items = [item("a", max_age="90d"), item("b"), item("c", title="Crypto"), item("d", expects="x")]
    return reg(*items, records={n: Record("done", evidence=e) for n, e in pieces.items()},
               files=files)  # fmt: skip


def test_groups() -> None:
    found = filled()
    titles = {
        by: [(g.title, len(g.rows)) for g in group_evidence(found, found.rows, by)]
        for by in GROUPINGS
    }
    assert titles["state"] == [
        ("Missing: file not found", 1),
        ("Changed: file differs from its hash", 1),
        ("Stale: too old to count", 1),
        ("Good", 1),
        ("Expected, none yet", 1),
    ]
    assert titles["item"] == [("A", 2), ("B", 2), ("Crypto", 1), ("D", 1)]
    assert titles["kind"] == [("Files", 2), ("URLs", 1), ("Tickets", 1), ("None attached", 1)]
    assert titles["age"] == [
        ("91 to 180 days old", 1),
        ("31 to 90 days old", 1),
        ("Up to 30 days old", 1),
        ("No date", 1),
        ("None attached", 1),
    ]
    by_item = group_evidence(found, found.rows, "item")
    assert [row.standing for row in by_item[1].rows] == ["ok", "changed"] or [
        row.standing for row in by_item[1].rows
    ] == ["changed", "ok"]
    assert by_item[0].ref == "r.csp:a"


def test_words_filter() -> None:
    found = filled()

    def links(text: str) -> list[str]:
        return [
            row.evidence_item.link if row.evidence_item else "" for row in filter_rows(found, text)
        ]

    assert links("missing") == ["evidence/gone"]
    assert links("CRYPTO ticket") == ["SEC-1"]
    assert links("evidence/ -gone") == ["evidence/new"]
    assert links("2026-12") == ["evidence/new"]
    assert links("nowhere") == []


def test_an_unreadable_list_lacks_nothing() -> None:
    board = small_board(lists=[checklist("r.csp", item("a", expects=("x",)))])
    project = replace(board.project, unreadable=frozenset({"r.csp"}))
    from fedcheck.analysis.board import build_board as make

    assert build_register(make(project, TODAY)).rows == ()


KNOWN = {"/a b/c.pdf", "/x.pdf", "evidence/my scan.pdf", "/it's.txt", '/q"x.txt'}


@pytest.mark.parametrize(
    ("text", "links"),
    [
        ("'/a b/c.pdf'", ["/a b/c.pdf"]),
        ("'/a b/c.pdf' ", ["/a b/c.pdf"]),
        (r"/a\ b/c.pdf", ["/a b/c.pdf"]),
        ("file:///a%20b/c.pdf", ["/a b/c.pdf"]),
        ("/a b/c.pdf", ["/a b/c.pdf"]),
        ("evidence/my scan.pdf", ["evidence/my scan.pdf"]),
        ("'/a b/c.pdf' /x.pdf", ["/a b/c.pdf", "/x.pdf"]),
        (r"/a\ b/c.pdf /x.pdf", ["/a b/c.pdf", "/x.pdf"]),
        ("file:///a%20b/c.pdf\nfile:///x.pdf\n", ["/a b/c.pdf", "/x.pdf"]),
        ("/x.pdf\r\n/x.pdf", ["/x.pdf"]),
        (r"'/it'\''s.txt'", ["/it's.txt"]),
        ("SEC-1 https://x.example/a", ["SEC-1", "https://x.example/a"]),
        ("/x.pdf /gone.pdf", ["/x.pdf", "/gone.pdf"]),
        ("no such thing.pdf", ["no such thing.pdf"]),
        (r"C:\Users\x.pdf", [r"C:\Users\x.pdf"]),
        ("file://elsewhere/x.pdf", ["file://elsewhere/x.pdf"]),
        ("", []),
        ("''", []),
    ],
)
def test_what_a_terminal_pastes_for_dropped_files(text: str, links: list[str]) -> None:
    assert links_in(text, KNOWN.__contains__) == links


@pytest.mark.parametrize("links", [["/x.pdf"], ["/a b/c.pdf", "/x.pdf"], ["/it's.txt", '/q"x.txt']])
def test_links_on_one_line_are_found_again(links: list[str]) -> None:
    assert links_in(as_typed(links), KNOWN.__contains__) == links


DIAGRAM, CRYPTO = "rev5.readiness.csp:diagram", "rev5.readiness.csp:crypto-table"


@pytest.fixture
def call(workspace, monkeypatch, capsys):
    """Return a function that runs a command in the workspace: status, stdout, stderr."""
    monkeypatch.chdir(workspace)
    for name in ("a.txt", "b.txt"):
        (workspace / name).write_text(name)

    def line(*argv: str) -> tuple[int, str, str]:
        status = run(argv)
        out, err = capsys.readouterr()
        return status, out, err

    return line


def test_several_items_and_links_in_one_command_are_one_action(call, open_workspace, workspace):
    assert (
        call("evidence", "add", "diagram", "crypto-table", "--link", "a.txt", "--link", "S-1")[0]
        == 0
    )
    session = open_workspace(workspace)
    for ref in (DIAGRAM, CRYPTO):
        assert [one.link for one in session.project.record(ref).evidence] == ["a.txt", "S-1"]
    assert call("undo")[0] == 0
    assert open_workspace(workspace).project.record(CRYPTO).evidence == ()
    assert call("evidence", "add", "diagram", "crypto-table", "b.txt")[0] == 0
    assert open_workspace(workspace).project.record(CRYPTO).evidence[0].link == "b.txt"
    assert call("evidence", "add", "b.txt")[0] == 2


def test_the_same_link_twice_is_said_on_stderr(call):
    assert call("evidence", "add", "diagram", "a.txt")[2] == ""
    status, _, err = call("evidence", "add", "diagram", "a.txt")
    assert status == 0
    assert f"{DIAGRAM} already has a.txt" in err
    assert "evidence renew" in err


def test_the_list_says_when_each_goes_stale(call):
    call("evidence", "add", "scan-web", "a.txt", "--collected", "2026-10-01")
    call("evidence", "add", "diagram", "S-1", "--expires", "2027-01-11")
    out = call("evidence", "list")[1]
    assert "goes stale 2027-01-30 at package" in out
    assert "goes stale 2027-01-12" in out
    rows = {row["link"]: row for row in json.loads(call("evidence", "list", "--json")[1])}
    assert rows["a.txt"] | {"id": "", "sha256": ""} == {
        "ref": "rev5.full-assessment.3pao:scan-web",
        "id": "",
        "state": "ok",
        "link": "a.txt",
        "kind": "file",
        "collected": "2026-10-01",
        "sha256": "",
        "age": 102,
        "stale_from": "2027-01-30",
        "judged_at": "package",
        "goes_stale": None,
        "soon": False,
    }
    assert rows["S-1"]["goes_stale"] == "2027-01-12"
    assert rows["S-1"]["soon"] is True


def test_the_list_in_groups(call):
    call("evidence", "add", "diagram", "crypto-table", "a.txt")
    call("evidence", "add", "diagram", "S-1", "--collected", "2026-10-01")
    by_kind = call("evidence", "list", "--by", "kind", "checklist:rev5.readiness.csp")[1]
    heads = [line for line in by_kind.splitlines() if not line.startswith(" ")]
    assert heads == ["Files (1)", "Tickets (1)"]
    assert f"{DIAGRAM}, {CRYPTO}" in by_kind
    by_age = call("evidence", "list", "--by", "age", "diagram")[1].splitlines()
    assert by_age[0] == "91 to 180 days old (1)"
    by_item = call("evidence", "list", "--by", "item", "checklist:rev5.readiness.csp")[1]
    assert by_item.splitlines()[0] == "Boundary diagram drawn and agreed"
    by_state = call("evidence", "list", "--by", "state")[1]
    assert "Expected, none yet (2)" in by_state


def test_renew_gives_a_piece_the_day_and_hash_of_now(call, open_workspace, workspace):
    call("evidence", "add", "diagram", "crypto-table", "a.txt", "--collected", "2026-10-01")
    piece = open_workspace(workspace).project.record(DIAGRAM).evidence[0]
    (workspace / "a.txt").write_text("new")
    assert call("evidence", "renew", piece.id)[0] == 0
    for ref in (DIAGRAM, CRYPTO):
        (now,) = open_workspace(workspace).project.record(ref).evidence
        assert now == replace(
            piece, collected=TODAY, sha256=file_looks.hash_file(workspace / "a.txt")
        )
    assert call("evidence", "verify")[0] == 0
    (workspace / "a.txt").unlink()
    status, _, err = call("evidence", "renew", piece.id)
    assert status == 2
    assert "the file is missing" in err
    assert call("evidence", "renew", "nothing")[0] == 2


def test_ctrl_c_while_verifying_ends_with_130_and_remembers(call, workspace, monkeypatch):
    call("evidence", "add", "diagram", "--link", "a.txt", "--link", "b.txt")
    (workspace / "a.txt").write_text("other")
    real = file_looks.look_into

    def interrupted(path, step=None, most=None):
        if step and path.name == "b.txt":
            raise KeyboardInterrupt
        return real(path, step, most)

    monkeypatch.setattr(file_looks, "look_into", interrupted)
    assert call("evidence", "verify")[0] == 130
    seen = local_state.load_verified(workspace)["a.txt"]
    assert seen["sha256"] == file_looks.hash_file(workspace / "a.txt")
    assert "changed" in call("evidence", "list")[1]


def test_one_file_on_many_items_is_hashed_once(call, monkeypatch):
    call("evidence", "add", "diagram", "crypto-table", "a.txt")
    hashed = []
    real = file_looks.look_into

    def counted(path, step=None, most=None):
        hashed.extend([path] if step else [])
        return real(path, step, most)

    monkeypatch.setattr(file_looks, "look_into", counted)
    assert call("evidence", "verify")[1].startswith("2 files hashed; 0 problems")
    assert len(hashed) == 1


@pytest.mark.parametrize("terminal", [True, False])
def test_a_long_reading_shows_how_far_it_is_only_on_a_terminal(call, monkeypatch, terminal):
    call("evidence", "add", "diagram", "a.txt")
    monkeypatch.setattr(evidence_output, "QUIET_SECONDS", -1)
    monkeypatch.setattr("sys.stderr.isatty", lambda: terminal, raising=False)
    err = call("evidence", "verify")[2]
    assert ("verifying 0 MB" in err) == terminal
