"""Items that differ by profile, and the basis that tells when an item means something else."""

import hashlib
import json
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from msgspec.structs import replace
from small_project import SECTION, checklist, item, project

from fedcheck.analysis.board import build_board
from fedcheck.domain.checklist import Checklist, Item, When
from fedcheck.domain.glossary import ItemKind, Level
from fedcheck.domain.process import ProfileOption
from fedcheck.domain.record import Record
from fedcheck.storage import checklist_writer, paths
from fedcheck.storage.checklist_files import load_catalog
from fedcheck.storage.checklist_reader import load_list

JAB = load_catalog(paths.find_shipped_checklists(), (), None).processes["jab"]
CLASSES = {
    "class": ProfileOption(("a", "b", "c")),
    "type": ProfileOption(("20x", "rev5")),
}
PROCESSES = {"jab": replace(JAB, profile={**JAB.profile, **CLASSES})}

LIST = """format = 1
id = "x.csp"
process = "jab"
phase = "readiness"
role = "csp"
title = "X"

[[section]]
id = "s"
title = "S"

[[section.item]]
id = "one"
title = "One"
level = "must"

[[section.item.when]]
class = ["b", "c"]
level = "should"
expects = ["a report"]

[[section.item.when]]
class = "c"
type = ["20x"]
level = "may"
title = "One in class C"
statement = "Providers MAY do one."
due = 2027-02-01
every = "3mo"
"""


def loaded(tmp_path: Path, text: str = LIST) -> Checklist:
    path = tmp_path / "x.csp.toml"
    path.write_text(text)
    found = load_list(path, "file", PROCESSES)
    assert found.problems() == []
    assert found.checklist is not None
    return found.checklist


def one(of: Checklist, **facts: str) -> Item:
    return of.resolved({"process": "jab", **facts}).items["one"][1]


def test_every_matching_variant_applies_in_order(tmp_path: Path) -> None:
    found = loaded(tmp_path)
    assert one(found).level is Level.MUST
    assert one(found, **{"class": "a"}).level is Level.MUST
    plain = one(found, **{"class": "b", "type": "20x"})
    assert (plain.level, plain.expects, plain.title) == (Level.SHOULD, ("a report",), "One")
    both = one(found, **{"class": "c", "type": "20x"})
    assert (both.level, both.expects, both.title) == (Level.MAY, ("a report",), "One in class C")
    assert (both.statement, both.due, both.every) == (
        "Providers MAY do one.",
        "2027-02-01",
        "3mo",
    )
    assert one(found, **{"class": "c", "type": "rev5"}).level is Level.SHOULD


def test_a_list_without_variants_is_left_as_it_is() -> None:
    plain = checklist("r.csp", item("a"))
    assert plain.resolved({"process": "jab"}) is plain


@pytest.mark.parametrize(
    ("old", "new", "line", "message"),
    [
        ('class = ["b", "c"]', 'clas = ["b"]', 18, 'unknown key or option of a profile "clas"'),
        ('class = ["b", "c"]', 'class = ["b", "z"]', 18, 'unknown value of class "z"'),
        ('class = ["b", "c"]', "class = 3", 18, "expected text in quotes, or a list of it"),
        ('class = ["b", "c"]', 'class = ["b", 3]', 18, "expected text in quotes, or a list of it"),
        ('class = ["b", "c"]\n', "", 17, "it names no values of the profile"),
        ('level = "should"\nexpects = ["a report"]\n', "", 17, "it changes nothing"),
        ('level = "should"', 'levle = "should"', 19, 'unknown key or option of a profile "levle"'),
        ('level = "should"', 'level = "shall"', 19, '"shall" is not one of must, must-not'),
        ('every = "3mo"', 'every = "often"', 29, "'often' is not a length of time"),
        ("due = 2027-02-01", 'due = "kick off - "', 28, "'kick off -' is not a due date"),
    ],
)
def test_what_is_wrong_in_a_variant_is_told_with_its_line(
    tmp_path: Path, old: str, new: str, line: int, message: str
) -> None:
    path = tmp_path / "x.csp.toml"
    assert old in LIST
    path.write_text(LIST.replace(old, new, 1))
    found = [(p.line, p.message) for p in load_list(path, "file", PROCESSES).problems()]
    assert [place for place, told in found if message in told] == [line], found


def test_the_due_date_of_a_variant_hangs_on_a_milestone(tmp_path: Path, capsys) -> None:
    from fedcheck.cli.main import run

    path = tmp_path / "x.csp.toml"
    text = LIST.replace("due = 2027-02-01", 'due = "kick-of - 3d"').replace("class", "impact")
    path.write_text(text.replace('"b", "c"', '"high"').replace('"c"', '"high"'))
    assert run(["checklist", "validate", str(path)]) == 1
    assert ':28: unknown milestone "kick-of"; did you mean "kick-off"?' in capsys.readouterr().out


TEXT = st.text(st.characters(exclude_categories=["Cs", "Cc"]), min_size=1, max_size=20)
VALUES = st.lists(st.sampled_from("abc"), min_size=1, max_size=2, unique=True)
WHENS = st.builds(
    lambda options, **changes: When(**changes, extra=options),
    st.fixed_dictionaries({"class": VALUES | st.sampled_from("abc")}, optional={"type": VALUES}),
    level=st.none() | st.sampled_from(Level),
    title=TEXT,
    statement=st.none() | TEXT,
    due=st.none() | st.sampled_from(["2027-02-01", "kick-off - 3d"]),
    every=st.none() | st.just("3mo"),
    expects=st.none() | st.tuples(TEXT),
)


@given(st.lists(WHENS, max_size=3), st.integers(1, 3), st.sampled_from(["", "0123456789ab"]))
def test_a_list_that_is_written_is_the_list_that_is_read(
    tmp_path: Path, whens: list[When], meaning: int, basis: str
) -> None:
    written = checklist(
        "x.csp", item("one", when=tuple(whens), meaning=meaning, own_basis=basis), item("two")
    )
    path = tmp_path / "x.csp.toml"
    path.write_bytes(checklist_writer.dump(written))
    assert load_list(path, "file").checklist == written


def older(of: Item) -> str:
    """Return the basis as fedcheck made it before the rule of 2026.12."""
    substance = [of.title, of.level, of.statement, of.expects, of.controls]
    text = json.dumps(substance, ensure_ascii=False, separators=(",", ":"))
    return hashlib.sha256(text.encode("utf-8", "surrogatepass")).hexdigest()[:12]


ITEMS = st.builds(
    item,
    st.just("a"),
    title=TEXT,
    statement=TEXT.filter(str.strip) | st.just(""),
    level=st.sampled_from(Level),
    kind=st.sampled_from(ItemKind),
    expects=st.lists(TEXT, max_size=2).map(tuple),
    controls=st.lists(st.sampled_from(["AC-2", "SC-13"]), max_size=2).map(tuple),
)


def flagged(now: Item, basis: str) -> bool:
    record = Record("doing", basis=basis)
    return (
        build_board(project(now, records={"a": record}), project().config.milestones["kick-off"])
        .rows["r.csp:a"]
        .changed
    )


@given(ITEMS, TEXT, TEXT)
def test_wording_alone_flags_nothing(of: Item, title: str, guidance: str) -> None:
    reworded = replace(of, guidance=guidance, code="9", title=title if of.statement else of.title)
    assert not flagged(reworded, of.basis())
    spread = of.statement.replace(" ", "\n  ")
    assert not flagged(replace(of, statement=spread), of.basis()), "nor do line ends"


@given(ITEMS)
def test_what_was_recorded_by_the_older_formula_counts(of: Item) -> None:
    assert not flagged(of, older(of))
    assert not flagged(replace(of, guidance="Better", own_basis="0123456789ab"), older(of))


@given(ITEMS, st.sampled_from(Level))
def test_another_level_flags(of: Item, level: Level) -> None:
    for basis in (of.basis(), older(of)):
        assert flagged(replace(of, level=level), basis) is (level != of.level)


@given(ITEMS)
def test_a_meaning_that_is_raised_by_hand_flags(of: Item) -> None:
    raised = replace(of, meaning=2)
    for basis in (of.basis(), older(of)):
        assert flagged(raised, basis)
    assert not flagged(raised, raised.basis())
    assert flagged(replace(of, meaning=3), raised.basis())


def test_a_new_wording_that_means_the_same_flags_nothing() -> None:
    old = item("a", title="Way of the notice")
    new = replace(old, title="Notices reach the agency")
    assert flagged(new, old.basis())
    assert not flagged(replace(new, earlier_basis=(old.basis(),)), old.basis())


@given(ITEMS, ITEMS)
def test_an_own_basis_decides_alone(of: Item, other: Item) -> None:
    own = replace(of, own_basis="0123456789ab")
    assert own.basis() == "0123456789ab"
    assert not flagged(replace(other, own_basis="0123456789ab"), own.basis())
    assert flagged(replace(of, own_basis="ba9876543210"), own.basis())


def test_the_title_counts_where_there_is_no_statement() -> None:
    bare = item("a", title="Doors are locked")
    assert flagged(replace(bare, title="Windows are locked"), bare.basis())
    assert not flagged(replace(bare, title="Doors  are locked"), bare.basis())


def test_the_basis_is_that_of_the_item_as_it_is_for_the_profile() -> None:
    when = When(level=Level.SHOULD, extra={"class": ["b"]})
    found = replace(SECTION, items=(item("a", when=(when,)),))
    whole = replace(checklist("r.csp"), sections=(found,))
    a, b = (whole.resolved({"class": name}).items["a"][1] for name in "ab")
    assert a.basis() != b.basis()
    assert flagged(b, a.basis())


def test_a_variant_may_have_a_basis_of_its_own(tmp_path: Path) -> None:
    text = LIST.replace('level = "must"', 'basis = "0123456789ab"')
    text = text.replace('level = "should"', 'basis = "ba9876543210"')
    found = loaded(tmp_path, text)
    assert one(found, **{"class": "b"}).basis() == "ba9876543210"
    assert one(found, **{"class": "a"}).basis() == "0123456789ab"
    assert checklist_writer.dump(found).decode().count('basis = "ba9876543210"') == 1
    path = tmp_path / "y.csp.toml"
    path.write_text(text.replace("ba9876543210", "zz").replace("x.csp", "y.csp"))
    (problem,) = load_list(path, "file", PROCESSES).problems()
    assert "expected 12 digits" in problem.message


@pytest.mark.parametrize("basis", ["12", "0123456789AB", "0123456789abc", "g" * 12])
def test_a_basis_is_twelve_digits(tmp_path: Path, basis: str) -> None:
    path = tmp_path / "x.csp.toml"
    path.write_text(LIST.replace('level = "must"', f'basis = "{basis}"'))
    (problem,) = load_list(path, "file", PROCESSES).problems()
    assert (problem.line, problem.message.partition(",")[0]) == (
        15,
        "expected 12 digits of 0-9 and a-f",
    )
