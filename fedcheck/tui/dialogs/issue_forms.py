"""The forms of requests and findings: ask something, raise a finding, change either."""

import dataclasses
from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import date
from typing import TYPE_CHECKING, Any

from msgspec.structs import replace

from fedcheck.analysis.issues import Thing
from fedcheck.domain.finding import REMEDIATION, Finding, remediation_due
from fedcheck.domain.finding_rules import raised
from fedcheck.domain.glossary import RISKS
from fedcheck.domain.item_rules import ItemEdit
from fedcheck.domain.request import Request
from fedcheck.domain.request_rules import asked
from fedcheck.domain.text import one_line, storable
from fedcheck.session import Transaction
from fedcheck.storage.transaction import ConflictError, unless_changed
from fedcheck.tui.dialogs.form import Field, FormScreen
from fedcheck.tui.dialogs.prompts import Choice, ChoicePrompt
from fedcheck.tui.screens.issue_actions import (
    Revising,
    day_of,
    due_preview,
    items_of,
    items_preview,
)

if TYPE_CHECKING:
    from fedcheck.tui.app import FedcheckApp

UNSATISFIED = "other-than-satisfied"
Values = Mapping[str, str]
Done = Callable[[str], object]
"""Hears the reference of what was made."""


def ask_request(app: "FedcheckApp", kind: str, done: Done, item: str = "") -> None:
    """Ask for a new request, with what the last one of its kind says where that helps."""
    session, today = app.session, app.board.today
    same = [one for one in session.project.requests if one.kind == kind]
    last = same[-1] if same else Request("", by="3pao" if kind == "evidence" else "", to="csp")
    ref = session.new_ref("requests")
    new = Request(ref.partition(":")[2], kind=kind, by=last.by, to=last.to, round=last.round)  # type: ignore[arg-type]
    new = replace(new, items=(item,) if item else ())
    title = "Request for evidence" if kind == "evidence" else "Question"

    def given(values: Values | None) -> None:
        if values is not None:
            made = asked(_filled(app, new, values), today)
            words = "was asked" if kind == "question" else "was asked for"
            Revising(app, "requests").save(made, lambda _: made, words)
            done(ref)

    app.push_screen(FormScreen(title, _request_fields(app, new)), given)


def amend_request(app: "FedcheckApp", request: Request) -> None:
    """Change what is asked."""
    _amend(app, "requests", request, _request_fields(app, request))


def ask_risk(
    app: "FedcheckApp", done: Done, items: Sequence[str] = (), title: str = "A new finding"
) -> None:
    """Ask for the risk of a new finding, then for the rest."""
    _ask_risk(app, title, lambda risk: raise_finding(app, risk, done, items))


def _ask_risk(app: "FedcheckApp", title: str, then: Callable[[str], object]) -> None:
    choices = [
        Choice(risk, f"{risk.capitalize()} risk, {REMEDIATION[risk].count} days", risk[0])
        for risk in RISKS
    ]

    def chosen(risk: str | None) -> None:
        if risk:
            then(risk)

    app.push_screen(ChoicePrompt(title, choices, "moderate"), chosen)


def saved_then_offered(app: "FedcheckApp", refs: Sequence[str]) -> Callable[[], Transaction]:
    """Return what saves that tests are not satisfied, and then offers to raise the findings."""
    session = app.session

    def offer() -> None:
        named = {ref for finding in session.project.findings for ref in finding.items}
        bare = [ref for ref in refs if ref not in named]
        if session is not app.open_session or not bare:
            return
        if len(bare) == 1:
            title = "Other than satisfied needs a finding. Raise it now?"
            ask_risk(app, lambda _: None, bare, title)
        else:
            _offer_several(app, bare)

    def job() -> Transaction:
        action = session.edit(refs, ItemEdit(result=UNSATISFIED))
        app.call_later(offer)
        return action

    return job


def _offer_several(app: "FedcheckApp", refs: Sequence[str]) -> None:
    """Offer one finding for several tests, or one for each."""
    choices = [
        Choice("one", "One finding that names all of them", "o"),
        Choice("each", f"{len(refs)} findings, one for each; plan and owner can follow", "e"),
        Choice("later", "None now; the gate will ask for them", "l"),
    ]

    def chosen(how: str | None) -> None:
        if how == "one":
            ask_risk(app, lambda _: None, refs, "Risk of the finding")
        elif how == "each":
            _ask_risk(app, f"Risk of the {len(refs)} findings", lambda r: _raise_each(app, refs, r))

    title = f"{len(refs)} tests are other than satisfied, and need findings. Raise them now?"
    app.push_screen(ChoicePrompt(title, choices, "one"), chosen)


def _raise_each(app: "FedcheckApp", refs: Sequence[str], risk: str) -> None:
    """Raise a finding for each test, as one action."""
    session, today = app.session, app.session.today()
    made = {}
    for ref in refs:
        new = session.new_ref("findings")
        made[new.partition(":")[2]] = raised(_new_finding(app, new, risk, (ref,), today), today)
    names = [f"findings:{name}" for name in made]
    words = f"{len(refs)} findings were raised, {risk} risk"
    app.change(lambda: session.revise(names, lambda old: made[old.id], words))


def _new_finding(
    app: "FedcheckApp", ref: str, risk: str, items: Sequence[str], today: date
) -> Finding:
    """Return a finding by the first test that found it."""
    first = app.session.project.item(items[0]) if items else None
    return Finding(
        ref.partition(":")[2],
        title=f"{first.title}: not satisfied" if first else "",
        risk=risk,  # type: ignore[arg-type]
        items=tuple(items),
        owner="",
        found=today,
        due=remediation_due(risk, today),
    )


def raise_finding(app: "FedcheckApp", risk: str, done: Done, items: Sequence[str] = ()) -> None:
    """Ask for a new finding; its due date follows from the risk until somebody says otherwise."""
    session, today = app.session, app.board.today
    ref = session.new_ref("findings")
    new = _new_finding(app, ref, risk, items, today)

    def given(values: Values | None) -> None:
        if values is not None:
            made = raised(_filled(app, new, values), today)
            Revising(app, "findings").save(made, lambda _: made, f"was raised, {risk} risk")
            done(ref)

    title = f"Finding, {risk} risk: {REMEDIATION[risk].count} days to remediate"
    app.push_screen(FormScreen(title, _finding_fields(app, new)), given)


def amend_finding(app: "FedcheckApp", finding: Finding) -> None:
    """Change what was found."""
    _amend(app, "findings", finding, _finding_fields(app, finding))


def _amend(
    app: "FedcheckApp", book: str, thing: Any, fields: list[Field], draft: Values | None = None
) -> None:
    """Ask for other words, and save only what was changed; nobody's text is written over."""

    def given(values: Values | None) -> None:
        if values is None:
            return
        wanted = _filled(app, thing, values)
        names = [n for n in values if getattr(wanted, n) != getattr(thing, n)]
        changed = {name: getattr(wanted, name) for name in names}

        def conflict(error: ConflictError) -> None:
            both = f"{error.now.rstrip()}\n\n{wanted.text}"
            app.tell(
                "The text was changed while you wrote", "both stand in the form now", "warning"
            )
            _amend(app, book, replace(thing, text=error.now), fields, {**values, "text": both})

        if changed:
            Revising(app, book).save(
                thing,
                lambda old: replace(old, **changed),
                "changed",
                unless_changed("text", thing.text),
                conflict,
            )

    shown = [dataclasses.replace(f, value=(draft or {}).get(f.name, f.value)) for f in fields]
    app.push_screen(FormScreen(f"Change: {thing.title}", shown), given)


def _filled(app: "FedcheckApp", thing: Any, values: Values) -> Any:
    """Return a request or a finding with what was typed."""
    kept: dict[str, Any] = {}
    for name, text in values.items():
        if name == "due":
            kept[name] = day_of(app, text) or _by_risk(thing)
        elif name == "items":
            kept[name] = items_of(app, text, thing.items)
        elif name in ("text", "plan"):
            kept[name] = storable(text).strip()
        else:
            kept[name] = " ".join(storable(text).split())
    return replace(thing, **kept)


def _by_risk(thing: Thing) -> date | None:
    if isinstance(thing, Finding) and thing.found:
        return remediation_due(thing.risk, thing.found)
    return None


def _needed(what: str) -> Callable[[str], str]:
    def preview(text: str) -> str:
        if not text.strip():
            raise ValueError(what)
        return ""

    return preview


def _request_fields(app: "FedcheckApp", request: Request) -> list[Field]:
    project = app.session.project
    known = project.requests
    people = _seen([*project.people(), *project.process.roles, *(r.by for r in known)])
    papers = [paper.id.upper() for paper in project.process.deliverables]
    who = "a person or a role"
    return [
        Field(
            "title", "Title", request.title, "what is asked, in one line",
            preview=_needed("say in one line what is asked"),
        ),
        Field("by", "Asked by", request.by, who, people),
        Field("to", "To answer", request.to, who, people),
        Field("due", "Due", _day(request), "2027-02-01, +2w, fri, kick-off - 30d",
              preview=due_preview(app, "no due date")),
        Field("document", "Document", request.document, "SSP, RAR, SAR, ...",
              _seen([*(r.document for r in known), *papers])),
        Field("section", "Section", request.section, "section, page or control"),
        Field("round", "Round", request.round, "1", _seen(r.round for r in known)),
        Field("items", "Items", _tails(request), "ids of items it concerns, such as ac-2",
              preview=items_preview(app, request.items)),
        Field("text", "In full", request.text, long=True),
    ]  # fmt: skip


def _finding_fields(app: "FedcheckApp", finding: Finding) -> list[Field]:
    project = app.session.project
    people = _seen([*project.people(), *project.process.roles])
    without = "by its risk"
    fields = [
        Field(
            "title", "Title", finding.title, "the weakness, in one line",
            preview=_needed("say the weakness in one line"),
        ),
        Field("items", "Found by", _tails(finding), "ids of the tests that found it",
              preview=items_preview(app, finding.items)),
        Field("owner", "Owner", finding.owner, "who remediates it", people),
        Field("due", "Due", _day(finding), "2027-02-01, +30d", preview=due_preview(app, without)),
        Field("text", "In full", finding.text, long=True),
    ]  # fmt: skip
    if project.finding(finding.id) is None:
        fields.append(Field("plan", "Plan", long=True))
    return fields


def _day(thing: Thing) -> str:
    return thing.due.isoformat() if thing.due else ""


def _tails(thing: Thing) -> str:
    return " ".join(one_line(ref) for ref in thing.items)


def _seen(names: Iterable[str]) -> tuple[str, ...]:
    return tuple(dict.fromkeys(name for name in names if name))
