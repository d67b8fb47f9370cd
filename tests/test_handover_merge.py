"""The merge of a return, on random edits of both sides: nothing of either side gets lost."""

import random
from collections.abc import Mapping
from datetime import date
from typing import Any

import pytest
from msgspec.structs import replace
from small_project import checklist, item, project

from fedcheck.domain.change import diff_records
from fedcheck.domain.evidence import Evidence
from fedcheck.domain.field import Kind
from fedcheck.domain.field_values import choices
from fedcheck.domain.fields import FIELDS
from fedcheck.domain.finding import Finding
from fedcheck.domain.record import Record
from fedcheck.domain.request import Request
from fedcheck.domain.workspace import Person, Project
from fedcheck.sharing.handover_merge import Outcome, RecordMerge
from fedcheck.sharing.handover_scope import WITHHELD_FIELDS
from fedcheck.sharing.handover_view import View
from fedcheck.storage.record_file import FINDINGS, REQUESTS, RecordFile

TODAY = date(2027, 1, 11)
WORDS = ("", "one", "two\nlines", "three")
DAYS = (None, date(2027, 1, 2), date(2027, 3, 4))


def ours(chance: random.Random) -> Project:
    made = project(
        lists=[checklist("acme.csp", *(item(f"i{n}") for n in range(4)))],
    )
    people = {"alice": Person(role="3pao"), "dana": Person(role="csp")}
    made = replace(made, config=replace(made.config, role="3pao", people=people))
    records = {f"i{n}": vary(chance, Record(), 3) for n in range(4)}
    return replace(
        made,
        records={"acme.csp": {name: one for name, one in records.items() if one != Record()}},
        requests=tuple(vary(chance, Request(f"r{n}", title="T", by="alice"), 2) for n in range(3)),
        findings=tuple(vary(chance, Finding(f"f{n}", title="T"), 3) for n in range(3)),
    )


def vary(chance: random.Random, thing: Any, times: int) -> Any:
    """Return a record with some fields set at random, each to a value that its kind allows."""
    rows = [row for row in FIELDS[type(thing)] if row.name not in (*WITHHELD_FIELDS, "basis", "id")]
    for row in chance.sample(rows, chance.randint(0, times)):
        value: Any = chance.choice(WORDS).replace("\n", " ")
        if row.kind is Kind.TEXT:
            value = chance.choice(WORDS)
        elif row.kind is Kind.DAY:
            value = chance.choice(DAYS)
        elif row.kind is Kind.CHOICE:
            value = chance.choice(choices(type(thing), row.name))
        elif row.kind is Kind.EVIDENCE:
            old = [one for one in thing.evidence if chance.random() < 0.7]
            fresh = Evidence(f"e{chance.randint(0, 99)}", f"https://a.example/{chance.random()}")
            value = (*(one for one in old if one.id != fresh.id), fresh)
        elif row.kind is Kind.REFS:
            value = tuple(f"acme.csp:i{n}" for n in range(chance.randint(0, 3)))
        elif row.kind is Kind.LINES:
            known = choices(type(thing), row.name)
            value = tuple(chance.sample(known or WORDS[1:], chance.randint(0, 2)))
        elif row.name in ("by", "to", "title"):
            continue  # who asks whom decides what may be set
        elif row.kind is Kind.DUE:
            value = chance.choice(("", "2027-02-03"))
        thing = replace(thing, **{row.name: value})
    return thing


def changed(chance: random.Random, before: Project, times: int) -> Project:
    records = before.records["acme.csp"]
    return replace(
        before,
        records={"acme.csp": {name: vary(chance, one, times) for name, one in records.items()}},
        requests=tuple(vary(chance, one, times) for one in before.requests),
        findings=tuple(vary(chance, one, times) for one in before.findings),
    )


def things(made: Project) -> dict[str, Any]:
    return {
        **{f"acme.csp:{name}": one for name, one in made.records["acme.csp"].items()},
        **{f"{REQUESTS}:{one.id}": one for one in made.requests},
        **{f"{FINDINGS}:{one.id}": one for one in made.findings},
    }


def merge(base: Mapping[str, RecordFile], now: Project, came: Mapping[str, RecordFile]) -> Outcome:
    found = RecordMerge(now, View(now, "csp"), "csp", TODAY)
    for name, book in came.items():
        found.merge_book(base[name], book)
    return found.outcome


@pytest.mark.parametrize("seed", range(60))
def test_what_either_side_set_is_there_or_proposed(seed: int) -> None:
    chance = random.Random(seed)
    before = ours(chance)
    base = View(before, "csp").make_books()
    now, then = changed(chance, before, 2), changed(chance, before, 2)
    came = {
        name: replace(book, records={one: things(then)[f"{name}:{one}"] for one in book.records})
        for name, book in base.items()
    }
    outcome = merge(base, now, came)
    made = {(one.ref, one.field): one.new for one in outcome.changes}
    proposed = {
        (one.ref, change.field): change.proposed
        for one in outcome.proposals
        for change in one.changes
    }
    remarks = " ".join(outcome.remarks)
    for name, book in came.items():
        for one, theirs in book.records.items():
            ref = f"{name}:{one}"
            mine, was = things(now)[ref], base[name].records[one]
            for change in diff_records(ref, was, theirs):
                key = ref, change.field
                arrived = made.get(key) == change.new or proposed.get(key) == change.new
                same = not diff_records(ref, mine, theirs) or change.field not in {
                    other.field for other in diff_records(ref, mine, theirs)
                }
                joined = isinstance(change.new, str) and change.new in str(made.get(key))
                is_list = isinstance(change.new, list) and set(change.new) <= {
                    *(made.get(key) or [])
                }
                settled = change.field in ("state", "answered", "comment") and name == REQUESTS
                listed = ref in remarks
                assert arrived or same or joined or is_list or settled or listed, (key, change)
    for (ref, field), new in made.items():
        mine, theirs = things(now)[ref], things(then)[ref]
        was = base[ref.partition(":")[0]].records[ref.partition(":")[2]]
        touched = {change.field for change in diff_records(ref, was, theirs)}
        if field not in touched:
            row = next((one for one in FIELDS[type(mine)] if one.name == field), None)
            assert row is not None
            together = {one.name for one in FIELDS[type(mine)] if one.merge == row.merge != ""}
            of_answer = field in ("state", "answer", "answered", "comment")
            assert touched & together or of_answer or field in ("done", "basis")
        assert new != getattr(mine, field, object())


def test_the_same_return_merged_again_changes_nothing() -> None:
    chance = random.Random(7)
    before = ours(chance)
    base = View(before, "csp").make_books()
    assert not merge(base, changed(chance, before, 2), base).changes
