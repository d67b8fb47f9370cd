"""The forms of requests and findings: ask something, raise a finding, change either."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import replace
from typing import Any

from fedcheck.analysis.issues import Issue
from fedcheck.domain.finding import REMEDIATION, Finding, compute_remediation_due
from fedcheck.domain.finding_rules import FindingEdit
from fedcheck.domain.glossary import RISKS
from fedcheck.domain.item_rules import ItemEdit
from fedcheck.domain.reference import split_ref
from fedcheck.domain.request import Request
from fedcheck.domain.request_rules import RequestEdit
from fedcheck.domain.text import clean, make_storable, one_line
from fedcheck.session import Transaction
from fedcheck.storage.transaction import ConflictError, guard_unchanged
from fedcheck.tui.app_protocol import ProjectApp
from fedcheck.tui.dialogs.form import Field, FormScreen
from fedcheck.tui.dialogs.prompts import Choice, ChoicePrompt
from fedcheck.tui.screens.issue_actions import (
    IssueActions,
    day_of,
    due_preview,
    items_of,
    items_preview,
)

UNSATISFIED = "other-than-satisfied"
Values = Mapping[str, str]
Done = Callable[[str], object]
"""Hears the reference of what was made."""


async def ask_request(app: ProjectApp, kind: str, done: Done) -> None:
    """Ask for a new request, with what the last one of its kind says where that helps."""
    session = app.session
    same = [one for one in session.project.requests if one.kind == kind]
    process = session.project.process
    by, to, round_ = (process.assessor if kind == "evidence" else "", process.provider, "")
    if same:
        by, to, round_ = same[-1].by, same[-1].to, same[-1].round
    ref = session.new_ref("requests")
    start = {"by": by, "to": to, "round": round_}
    title = "Request for evidence" if kind == "evidence" else "Question"
    fields = _request_fields(app, Request(split_ref(ref)[1]), ())
    values = await app.ask(FormScreen(title, _started(fields, start)))
    if values is not None:
        words = "was asked" if kind == "question" else "was asked for"
        edit = RequestEdit("ask", kind, **_request_values(app, values, ()))
        label = _label(values["title"], words)
        app.change(lambda: session.apply([ref], edit, label))
        done(ref)


async def amend_request(app: ProjectApp, request: Request) -> None:
    """Change what is asked."""

    def edit_of(values: Values) -> RequestEdit:
        return RequestEdit(**_request_values(app, values, request.items))

    fields = _request_fields(app, request, request.items)
    await _amend(app, "requests", request, fields, edit_of)


async def ask_new_finding(
    app: ProjectApp, done: Done, items: Sequence[str] = (), title: str = "A new finding"
) -> None:
    """Ask for the risk of a new finding, then for the rest."""
    risk = await app.ask(_risk_prompt(title))
    if risk:
        await _ask_finding(app, risk, done, items)


def _risk_prompt(title: str) -> ChoicePrompt:
    choices = [
        Choice(risk, f"{risk.capitalize()} risk, {REMEDIATION[risk].count} days", risk[0])
        for risk in RISKS
    ]
    return ChoicePrompt(title, choices, "moderate")


def saved_then_offered(app: ProjectApp, refs: Sequence[str]) -> Callable[[], Transaction]:
    """Return what saves that tests are not satisfied, and then offers to raise the findings."""
    session = app.session

    def offer() -> None:
        named = {ref for finding in session.project.findings for ref in finding.items}
        bare = [ref for ref in refs if ref not in named]
        if session is not app.open_session or not bare:
            return
        if len(bare) == 1:
            title = "Other than satisfied needs a finding. Raise it now?"
            app.start(ask_new_finding(app, lambda _: None, bare, title))
        else:
            app.start(_offer_several(app, bare))

    def job() -> Transaction:
        action = session.apply(refs, ItemEdit(result=UNSATISFIED))
        app.call_later(offer)
        return action

    return job


async def _offer_several(app: ProjectApp, refs: Sequence[str]) -> None:
    """Offer one finding for several tests, or one for each."""
    choices = [
        Choice("one", "One finding that names all of them", "o"),
        Choice("each", f"{len(refs)} findings, one for each; plan and owner can follow", "e"),
        Choice("later", "None now; the gate will ask for them", "l"),
    ]
    title = f"{len(refs)} tests are other than satisfied, and need findings. Raise them now?"
    how = await app.ask(ChoicePrompt(title, choices, "one"))
    if how == "one":
        await ask_new_finding(app, lambda _: None, refs, "Risk of the finding")
    elif how == "each":
        risk = await app.ask(_risk_prompt(f"Risk of the {len(refs)} findings"))
        if risk:
            _raise_each(app, refs, risk)


def _raise_each(app: ProjectApp, refs: Sequence[str], risk: str) -> None:
    """Raise a finding for each test, as one transaction."""
    session = app.session
    edits = [
        (session.new_ref("findings"), FindingEdit(new=True, title=title, risk=risk, link=(ref,)))
        for ref, title in zip(refs, (_finding_title(app, ref) for ref in refs), strict=True)
    ]
    words = f"{len(refs)} findings were raised, {risk} risk"
    app.change(lambda: session.apply_each(edits, words))


def _finding_title(app: ProjectApp, ref: str) -> str:
    """Return the title of a finding after the test that found it."""
    item = app.session.project.item(ref)
    return f"{item.title}: not satisfied" if item else ref


async def _ask_finding(app: ProjectApp, risk: str, done: Done, items: Sequence[str]) -> None:
    """Ask for a new finding; its due date follows from the risk until somebody says otherwise."""
    session = app.session
    ref = session.new_ref("findings")
    title = _finding_title(app, items[0]) if items else ""
    due = compute_remediation_due(risk, app.board.today).isoformat()
    start = {"title": title, "items": " ".join(items), "due": due}
    fields = _finding_fields(app, Finding(split_ref(ref)[1]), tuple(items))
    heading = f"Finding, {risk} risk: {REMEDIATION[risk].count} days to remediate"
    values = await app.ask(FormScreen(heading, _started(fields, start)))
    if values is not None:
        edit = FindingEdit(new=True, risk=risk, **_finding_values(app, values, tuple(items)))
        label = _label(values["title"], f"was raised, {risk} risk")
        app.change(lambda: session.apply([ref], edit, label))
        done(ref)


async def amend_finding(app: ProjectApp, finding: Finding) -> None:
    """Change what was found."""

    def edit_of(values: Values) -> FindingEdit:
        return FindingEdit(**_finding_values(app, values, finding.items, finding.found is None))

    fields = _finding_fields(app, finding, finding.items)
    await _amend(app, "findings", finding, fields, edit_of)


def _label(title: str, words: str) -> str:
    return f'"{one_line(title, 50)}" {words}'


def _started(fields: Iterable[Field], start: Values) -> list[Field]:
    """Return the fields of a form with what they begin with."""
    return [replace(one, value=start.get(one.name, one.value)) for one in fields]


async def _amend(
    app: ProjectApp,
    book: str,
    thing: Issue,
    fields: list[Field],
    edit_of: Callable[[Values], RequestEdit | FindingEdit],
    draft: Values | None = None,
) -> None:
    """Ask for other words, and save only what was changed; nobody's text is written over.

    The fields hold what is stored, and a draft what was typed before.
    """
    seen = {one.name: one.value for one in fields}
    form = FormScreen(f"Change: {thing.title}", _started(fields, draft or {}))
    values = await app.ask(form)
    if values is None:
        return
    typed: Values = values

    def conflict(error: ConflictError) -> None:
        both = f"{error.now.rstrip()}\n\n{typed['text'].strip()}"
        app.tell("The text was changed while you wrote", "both stand in the form now", "warning")
        now = _started(fields, {"text": error.now})
        app.start(_amend(app, book, thing, now, edit_of, {**typed, "text": both}))

    changed = {one.name: typed[one.name] for one in fields if _differs(one, typed[one.name])}
    if changed:
        guard = guard_unchanged("text", seen["text"])
        IssueActions(app, book).save(thing, edit_of(changed), "changed", guard, conflict)


def _differs(field: Field, text: str) -> bool:
    """Tell whether a text is another one than a form shows for a field."""
    if field.long:
        return make_storable(text).strip() != clean(field.value).strip()
    return " ".join(make_storable(text).split()) != one_line(field.value)


def _request_values(app: ProjectApp, values: Values, items: tuple[str, ...]) -> dict[str, Any]:
    """Return what was typed as fields of an edit of a request."""
    found: dict[str, Any] = {n: v for n, v in values.items() if n not in ("due", "items")}
    if "due" in values:
        found["due"] = day_of(app, values["due"])
        found["no_due"] = found["due"] is None
    return found | _links(app, values, items)


def _finding_values(
    app: ProjectApp, values: Values, items: tuple[str, ...], undated: bool = False
) -> dict[str, Any]:
    """Return what was typed as fields of an edit of a finding; it may have no day of discovery."""
    found: dict[str, Any] = {n: v for n, v in values.items() if n not in ("due", "items")}
    if "due" in values:
        found["due"] = day_of(app, values["due"])
        found["no_due"] = found["due"] is None and undated
        found["by_risk"] = found["due"] is None and not undated
    return found | _links(app, values, items)


def _links(app: ProjectApp, values: Values, items: tuple[str, ...]) -> dict[str, Any]:
    """Return which items were linked and which taken off; a form of a new one links all."""
    if "items" not in values:
        return {}
    wanted = items_of(app, values["items"], items)
    return {"link": wanted, "unlink": tuple(ref for ref in items if ref not in wanted)}


def _needed(what: str) -> Callable[[str], str]:
    def preview(text: str) -> str:
        if not text.strip():
            raise ValueError(what)
        return ""

    return preview


def _request_fields(app: ProjectApp, request: Request, items: tuple[str, ...]) -> list[Field]:
    project = app.session.project
    known = project.requests
    people = _seen([*project.people(), *project.process.roles, *(r.by for r in known)])
    deliverables = [deliverable.id.upper() for deliverable in project.process.deliverables]
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
              _seen([*(r.document for r in known), *deliverables])),
        Field("section", "Section", request.section, "section, page or control"),
        Field("round", "Round", request.round, "1", _seen(r.round for r in known)),
        Field("items", "Items", _tails(request), "ids of items it concerns, such as ac-2",
              preview=items_preview(app, items)),
        Field("text", "In full", request.text, long=True),
    ]  # fmt: skip


def _finding_fields(app: ProjectApp, finding: Finding, items: tuple[str, ...]) -> list[Field]:
    project = app.session.project
    people = _seen([*project.people(), *project.process.roles])
    without = "by its risk"
    fields = [
        Field(
            "title", "Title", finding.title, "the weakness, in one line",
            preview=_needed("say the weakness in one line"),
        ),
        Field("items", "Found by", _tails(finding), "ids of the tests that found it",
              preview=items_preview(app, items)),
        Field("owner", "Owner", finding.owner, "who remediates it", people),
        Field("due", "Due", _day(finding), "2027-02-01, +30d", preview=due_preview(app, without)),
        Field("text", "In full", finding.text, long=True),
    ]  # fmt: skip
    if project.finding(finding.id) is None:
        fields.append(Field("plan", "Plan", long=True))
    return fields


def _day(thing: Issue) -> str:
    return thing.due.isoformat() if thing.due else ""


def _tails(thing: Issue) -> str:
    return " ".join(one_line(ref) for ref in thing.items)


def _seen(names: Iterable[str]) -> tuple[str, ...]:
    return tuple(dict.fromkeys(name for name in names if name))
