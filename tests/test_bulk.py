"""Many items at once: a query in place of items; codes and controls in the spellings people use."""

import json

import pytest

from fedcheck.cli.main import run
from fedcheck.domain.control_ids import find_controls, find_family, normalize_code

LIST = """format = 1
id = "t.csp"
process = ["jab"]
phase = "readiness"
role = "csp"
title = "Controls"

[[section]]
id = "ac"
title = "Access control"
"""
CODES = ("AC-02(01)", "AC-02a.", "AC-01a.[01][02]", "AU-02", "AC-20")


@pytest.fixture
def fedcheck(capsys: pytest.CaptureFixture[str]):
    """Return a function that runs a command line: status, stdout, stderr."""

    def call(*argv: str) -> tuple[int, str, str]:
        status = run(argv)
        out = capsys.readouterr()
        return status, out.out, out.err

    return call


@pytest.fixture
def controls(make_workspace, monkeypatch):
    rows = [
        f'\n  [[section.item]]\n  id = "item-{n}"\n  code = "{code}"\n  title = "Step {n}"\n'
        f'  controls = ["{find_controls(code)[0]}"]\n'
        for n, code in enumerate(CODES)
    ]
    rows += [f'\n  [[section.item]]\n  id = "more-{n}"\n  title = "More {n}"\n' for n in range(25)]
    root = make_workspace(lists={"t.csp.toml": LIST + "".join(rows)}, mini=False)
    monkeypatch.chdir(root)
    return root


def test_a_code_that_is_no_part_of_a_joined_one_is_suggested_what_goes_on_from_it(
    fedcheck, controls
):
    status, _, err = fedcheck("show", "AC-01a.[03]")
    assert status == 2 and "AC-01a.[01][02]" in err
    status, _, err = fedcheck("show", "AC-01.")
    assert status == 2 and "did you mean AC-01a.[01][02]" in err
    assert owners(fedcheck, "code:AC-01a.[02]") == {"item-2"}
    assert owners(fedcheck, "code:AC-01a.[03]") == set()


def owners(fedcheck, *query: str) -> set[str]:
    return {row["id"] for row in json.loads(fedcheck("list", "--json", *query)[1])}


@pytest.mark.parametrize(
    ("typed", "item"),
    [
        ("AC-2(1)", "item-0"),
        ("ac-02 (01)", "item-0"),
        ("AC-2.1", "item-0"),
        ("ac2(1)", "item-0"),
        ("AC-2a", "item-1"),
        ("ac-02(a)", "item-1"),
        ("ac-1a.[1][2]", "item-2"),
        ("AC-01(a)[01][02]", "item-2"),
        ("AC-01a.[02]", "item-2"),
        ("ac-1a", "item-2"),
    ],
)
def test_a_code_names_its_item_in_every_usual_spelling(fedcheck, controls, typed, item):
    assert fedcheck("set", typed, "--owner", "dana")[0] == 0
    assert owners(fedcheck, "owner:dana") == {item}


@pytest.mark.parametrize("typed", ["AC-2", "ac-02", "AC-02", "ac2"])
def test_a_query_for_a_control_takes_every_spelling(fedcheck, controls, typed):
    assert owners(fedcheck, f"control:{typed}") == {"item-0", "item-1"}


def test_a_control_that_is_no_item_means_the_items_of_the_control(fedcheck, controls):
    assert fedcheck("set", "ac-02", "--owner", "dana")[0] == 0
    assert owners(fedcheck, "owner:dana") == {"item-0", "item-1"}
    assert owners(fedcheck, "AC-02.1") == {"item-0"}, "and so does a plain word of a search"


def test_suggestions_begin_with_the_same_family(fedcheck, controls):
    for typed in ("AC-01b.[01]", "AU-03"):
        status, _, err = fedcheck("show", typed)
        assert status == 2
        suggested = err.split("did you mean ")[1]
        assert find_family(suggested) == find_family(typed)


def test_a_query_changes_all_that_it_lists_as_one_undo(fedcheck, controls):
    status, out, _ = fedcheck("set", "--owner", "dana", "--", "family:AC", "-Step 2")
    assert (status, out.count("saved")) == (0, 3)
    assert owners(fedcheck, "owner:dana") == {"item-0", "item-1", "item-4"}
    fedcheck("undo")
    assert owners(fedcheck, "owner:dana") == set()


def test_a_whole_query_in_quotes_is_the_same_query(fedcheck, controls):
    assert fedcheck("set", "family:AC code:AC-20", "--owner", "dana")[0] == 0
    assert owners(fedcheck, "owner:dana") == {"item-4"}


OTHERS = LIST.replace("t.csp", "t.3pao").replace('"csp"', '"3pao"') + (
    '\n  [[section.item]]\n  id = "theirs"\n  title = "Validated"\n'
    '  needs = ["t.csp:item-0"]\n  controls = ["AC-2"]\n'
)


def test_a_query_says_how_many_items_are_of_another_party(fedcheck, controls):
    (controls / "checklists" / "t.3pao.toml").write_text(OTHERS)
    err = fedcheck("set", "family:AC", "--owner", "dana")[2]
    assert "1 of these 5 items are another party's (1 of 3pao); for yours only, add role:csp" in err
    assert fedcheck("set", "family:AC", "role:csp", "--owner", "erik")[2].count("another") == 0


def test_notes_that_a_bulk_change_replaces_are_counted(fedcheck, controls):
    fedcheck("set", "item-0", "--note", "A whole paragraph")
    err = fedcheck("set", "family:AC", "--note", "Reviewed")[2]
    assert "1 other note replaced; fedcheck undo restores it" in err
    assert "replaced" not in fedcheck("set", "family:AC", "--note", "Reviewed")[2]


def test_what_is_done_before_what_it_needs_is_told(fedcheck, controls):
    (controls / "checklists" / "t.3pao.toml").write_text(OTHERS)
    err = fedcheck("set", "theirs", "--status", "done")[2]
    assert "t.3pao:theirs needs t.csp:item-0, which is not done" in err
    assert "needs" not in fedcheck("set", "item-0", "--status", "done")[2]


def test_many_items_are_not_changed_without_yes(fedcheck, controls):
    for query, what in (("more", "25 items"), ("status:todo", "all 30 items")):
        status, out, err = fedcheck("set", query, "--owner", "dana")
        assert (status, out) == (2, "")
        assert f"the query matches {what}" in err
        assert "--yes" in err
    assert fedcheck("set", "more", "--owner", "dana", "--yes")[0] == 0
    assert len(owners(fedcheck, "owner:dana")) == 25


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (["item-0", "family:AC"], "item-0 names an item, but family:AC is a query"),
        (["item-0", "itme-1"], "did you mean item-1"),
        (["itme-1"], "did you mean item-1"),
        (["family:AC", "owner:none", "status:done"], "no item matches"),
        (["famly:AC"], 'did you mean "family"?'),
    ],
)
def test_what_is_neither_an_item_nor_a_query_changes_nothing(fedcheck, controls, words, said):
    status, out, err = fedcheck("set", *words, "--owner", "dana")
    assert (status, out) == (2, "")
    assert said in err


def test_codes_of_different_things_stay_apart():
    codes = [*CODES, "AC-2", "AC-2(10)", "AC-1.1.1", "AC-11(1)", "AC-02a.01", "AC-02a.(11)"]
    assert len({normalize_code(code) for code in codes}) == len(codes)


def test_evidence_add_takes_several_files_and_says_what_it_understood(fedcheck, controls):
    for name in ("a.pdf", "b.pdf"):
        (controls / name).write_text(name)
    status, out, _ = fedcheck("evidence", "add", "item-0", "AC-2a", "a.pdf", "b.pdf", "SEC-12")
    assert status == 0
    assert out.startswith("3 links, each attached to 2 items; one undo reverses it\n")
    for item in ("item-0", "item-1"):
        links = [one["link"] for one in json.loads(fedcheck("show", item, "--json")[1])["evidence"]]
        assert links == ["a.pdf", "b.pdf", "SEC-12"]


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (
            ["item-0", "a.pdf", "c.pdf"],
            "c.pdf: no such file\n  understood so far: item item-0",
        ),
        (["item-0", "a.pdf", "item-1"], "item-1: names an item, not a file"),
        (["item-0", "itme-1", "a.pdf"], "itme-1: no such file"),
        (["a.pdf", "item-0"], "a.pdf: this is a link; the item comes first"),
        (["item-0"], "the link or the item is missing"),
    ],
)
def test_evidence_add_attaches_nothing_where_a_word_is_neither(fedcheck, controls, words, said):
    (controls / "a.pdf").write_text("a")
    status, out, err = fedcheck("evidence", "add", *words)
    assert (status, out) == (2, "")
    assert said in err
    assert fedcheck("evidence", "list")[1] == ""
