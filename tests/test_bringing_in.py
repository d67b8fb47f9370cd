"""Lists that come in with records: one action, undone and done again, never over an edit."""

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st
from msgspec.structs import replace

from fedcheck.domain.change import diff_records
from fedcheck.domain.checklist import Checklist, Item, Section, Source, SourceRef
from fedcheck.domain.finding import Finding
from fedcheck.domain.record import EMPTY_RECORD
from fedcheck.errors import FedcheckError
from fedcheck.importers.plan import Plan, carry_out
from fedcheck.storage import checklist_writer
from fedcheck.storage.checklist_reader import load_list

ITEM = Item(
    id="ac-01a-01",
    title="Determine if [a policy] is there",
    code="AC-01a.[01]",
    guidance='Two lines,\nand a "quote" \\ here.',
    kind="test",
    controls=("AC-1",),
    methods=("examine", "interview"),
    source=SourceRef("srtm", "AC, row 2"),
    applies={"impact": ("moderate", "high")},
    max_age="120d at package",
)
LIST = Checklist(
    1,
    "acme.tests",
    ("jab", "agency"),
    "full-assessment",
    "3pao",
    "Test steps",
    sources=(Source("srtm", "SRTM"),),
    sections=(Section("ac", "Access Control", items=(ITEM, replace(ITEM, id="b", title="B"))),),
)


def plan_for(session, checklist=LIST):
    record = replace(
        EMPTY_RECORD, status="done", result="satisfied", done=date(2027, 1, 5), tester="dana"
    )
    changes = diff_records(f"{checklist.id}:ac-01a-01", EMPTY_RECORD, record)
    changes += diff_records("findings:f1", Finding("f1"), Finding("f1", title="A gap", risk="low"))
    return Plan("Import of x.xlsx", ("2 tests",), (checklist,), tuple(changes))


def test_a_list_comes_with_its_records_and_goes_with_undo(session):
    path = session.root / "checklists" / "acme.tests.toml"
    carry_out(session, plan_for(session))
    assert load_list(path, "file").problems() == []
    assert load_list(path, "file").checklist == LIST
    assert session.project.record("acme.tests:ac-01a-01").tester == "dana"
    assert session.project.finding("f1").title == "A gap"

    session.undo()
    assert not path.exists()
    assert "acme.tests" not in session.project.checklists
    assert session.project.findings == ()

    session.redo()
    assert load_list(path, "file").checklist == LIST
    assert session.project.record("acme.tests:ac-01a-01").result == "satisfied"


def test_a_list_that_comes_again_keeps_what_is_recorded(session):
    carry_out(session, plan_for(session))
    newer = replace(LIST, title="Test steps, second edition")
    carry_out(session, Plan("again", checklists=(newer,)))
    assert session.project.checklists["acme.tests"].title == newer.title
    assert session.project.record("acme.tests:ac-01a-01").tester == "dana"
    session.undo()
    assert session.project.checklists["acme.tests"] == LIST


def test_an_edited_list_is_neither_replaced_nor_removed(session):
    carry_out(session, plan_for(session))
    path = session.root / "checklists" / "acme.tests.toml"
    edited = path.read_text().replace("Test steps", "Our test steps")
    path.write_text(edited)
    before = (session.root / "progress" / "acme.tests.toml").read_bytes()
    with pytest.raises(FedcheckError, match="edited since"):
        session.undo()
    with pytest.raises(FedcheckError, match="edited since"):
        carry_out(session, Plan("again", checklists=(replace(LIST, title="Other"),)))
    assert path.read_text() == edited
    assert (session.root / "progress" / "acme.tests.toml").read_bytes() == before


text = st.text(st.characters(codec="utf-8", exclude_characters="\x00\r"), max_size=30)


@given(title=text, guidance=text, where=text, expects=st.lists(text, max_size=3))
def test_a_written_list_is_read_as_the_same(tmp_path, title, guidance, where, expects):
    item = replace(
        ITEM,
        title=title,
        guidance=guidance,
        expects=tuple(expects),
        source=SourceRef("srtm", where),
        needs=("acme.tests:b",),
    )
    section = Section("ac", title, items=(item, replace(ITEM, id="b")))
    wanted = replace(LIST, title=title, sections=(section,))
    path = tmp_path / "acme.tests.toml"
    path.write_bytes(checklist_writer.dump(wanted))
    found = load_list(path, "file")
    assert found.problems() == []
    assert found.checklist == wanted
