"""The forms of requests, and what those of findings share with them."""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import replace
from typing import Any

from fedcheck.analysis.issues import Issue
from fedcheck.domain.finding_rules import FindingEdit
from fedcheck.domain.reference import split_ref
from fedcheck.domain.request import Request
from fedcheck.domain.request_rules import RequestEdit
from fedcheck.domain.text import clean, make_storable, one_line
from fedcheck.storage.guards import ConflictError, guard_unchanged
from fedcheck.tui.app_protocol import ProjectApp
from fedcheck.tui.dialogs.drafts import OpenDraft, ask_with_draft
from fedcheck.tui.dialogs.form import Field, FormScreen
from fedcheck.tui.dialogs.people import settle_names
from fedcheck.tui.screens.issue_actions import (
    IssueActions,
    day_of,
    due_preview,
    items_of,
    items_preview,
)

Values = Mapping[str, str]
Done = Callable[[str], object]
"""Hears the reference of what was made."""


async def ask_request(app: ProjectApp, kind: str, done: Done) -> None:
    """Ask for a new request, with what the last one of its kind states where that helps."""
    session = app.session
    same = [one for one in session.project.requests if one.kind == kind]
    process = session.project.process
    by, to, round_ = (process.assessor if kind == "evidence" else "", process.provider, "")
    if same:
        by, to, round_ = same[-1].by, same[-1].to, same[-1].round
    ref = session.new_ref("requests")
    start = {"by": by, "to": to, "round": round_}
    title = "Request for evidence" if kind == "evidence" else "Question"
    fields = begin_with(_request_fields(app, Request(split_ref(ref)[1]), ()), start)
    draft = OpenDraft(app, f"new {kind}")
    values = await fill_form(app, title, fields, draft)
    if values is not None:
        words = "was asked" if kind == "question" else "was requested"
        edit = RequestEdit("ask", kind, **_request_values(app, values, ()))
        label = make_label(values["title"], words)
        app.change(draft.saving(lambda: session.apply([ref], edit, label)))
        done(ref)


NAMED = ("by", "to", "owner")
"""The fields of a form that hold a person or a role."""


async def fill_form(
    app: ProjectApp,
    title: str,
    fields: list[Field],
    draft: OpenDraft,
    typed: Values | None = None,
    **more: Any,
) -> Values | None:
    """Ask for the fields of a form, with what was left of it, until every name in it is settled."""

    def make(left: Values) -> FormScreen:
        return FormScreen(title, fields, typed=left, draft=draft, **more)

    stored = make({}).in_store()
    while True:
        if typed is None:
            values = await ask_with_draft(app, draft, stored, make)
        else:
            values = await app.ask(make(typed))
        if values is None:
            return None
        settled = await settle_names(app, values, NAMED)
        if settled is not None:
            return settled
        typed = values


async def amend_request(app: ProjectApp, request: Request) -> None:
    """Change what is asked."""

    def edit_of(values: Values) -> RequestEdit:
        return RequestEdit(**_request_values(app, values, request.items))

    fields = _request_fields(app, request, request.items)
    await amend_issue(app, "requests", request, fields, edit_of)


def make_label(title: str, words: str) -> str:
    """Return what a change is called: the title of its request or finding, and what was done."""
    return f'"{one_line(title, 50)}" {words}'


def begin_with(fields: Iterable[Field], start: Values) -> list[Field]:
    """Return the fields of a form with what they begin with."""
    return [replace(one, value=start.get(one.name, one.value)) for one in fields]


async def amend_issue(
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
    kept = OpenDraft(app, "form", [f"{book}:{thing.id}"])
    values = await fill_form(app, f"Change: {thing.title}", fields, kept, draft)
    if values is None:
        return
    typed: Values = values

    def conflict(error: ConflictError) -> None:
        both = f"{error.now.rstrip()}\n\n{typed['text'].strip()}"
        app.tell("The text changed while you were writing", "the form now contains both", "warning")
        now = begin_with(fields, {"text": error.now})
        app.start(amend_issue(app, book, thing, now, edit_of, {**typed, "text": both}))

    changed = {one.name: typed[one.name] for one in fields if _differs(one, typed[one.name])}
    if changed:
        guard = guard_unchanged("text", seen["text"])
        actions = IssueActions(app, book)
        actions.save(thing, edit_of(changed), "changed", guard, conflict, [kept])
    else:
        kept.forget()


def _differs(field: Field, text: str) -> bool:
    """Return whether a text is another one than a form shows for a field."""
    if field.long:
        return make_storable(text).strip() != clean(field.value).strip()
    return " ".join(make_storable(text).split()) != one_line(field.value)


def _request_values(app: ProjectApp, values: Values, items: tuple[str, ...]) -> dict[str, Any]:
    """Return what was typed as fields of an edit of a request."""
    found: dict[str, Any] = {n: v for n, v in values.items() if n not in ("due", "items")}
    if "due" in values:
        found["due"] = day_of(app, values["due"])
        found["no_due"] = found["due"] is None
    return found | read_links(app, values, items)


def read_links(app: ProjectApp, values: Values, items: tuple[str, ...]) -> dict[str, Any]:
    """Return which items were linked and which taken off; a form of a new one links all."""
    if "items" not in values:
        return {}
    wanted = items_of(app, values["items"], items)
    return {"link": wanted, "unlink": tuple(ref for ref in items if ref not in wanted)}


def require(what: str) -> Callable[[str], str]:
    """Return a preview that refuses an empty field in these words."""

    def preview(text: str) -> str:
        if not text.strip():
            raise ValueError(what)
        return ""

    return preview


def _request_fields(app: ProjectApp, request: Request, items: tuple[str, ...]) -> list[Field]:
    project = app.session.project
    known = project.requests
    people = known_names([*project.people(), *project.process.roles, *(r.by for r in known)])
    deliverables = [deliverable.id.upper() for deliverable in project.process.deliverables]
    who = "a person or a role"
    return [
        Field(
            "title", "Title", request.title, "the request, in one line",
            preview=require("state the request in one line"), replaced=False,
        ),
        Field("by", "Asked by", request.by, who, people),
        Field("to", "Assigned to", request.to, who, people),
        Field("due", "Due", format_due(request), "2027-02-01, +2w, fri, kick-off - 30d",
              preview=due_preview(app, "no due date")),
        Field("document", "Document", request.document, "SSP, RAR, SAR, ...",
              known_names([*(r.document for r in known), *deliverables])),
        Field("section", "Section", request.section, "section, page or control"),
        Field("round", "Round", request.round, "1", known_names(r.round for r in known)),
        Field("items", "Items", list_items(request), "ids of related items, such as ac-2",
              preview=items_preview(app, items), replaced=False),
        Field("text", "Details", request.text, long=True),
    ]  # fmt: skip


def format_due(thing: Issue) -> str:
    """Return the due date as a form shows it."""
    return thing.due.isoformat() if thing.due else ""


def list_items(thing: Issue) -> str:
    """Return the references of the items that are named, as a form shows them."""
    return " ".join(one_line(ref) for ref in thing.items)


def known_names(names: Iterable[str]) -> tuple[str, ...]:
    """Return names, each once, without empty ones."""
    return tuple(dict.fromkeys(name for name in names if name))
