"""The forms of findings: raise one, alone or for tests that failed, and change it."""

from collections.abc import Callable, Sequence
from typing import Any

from fedcheck.domain.finding import (
    REMEDIATION,
    Finding,
    compute_exposure,
    compute_remediation_due,
)
from fedcheck.domain.finding_rules import FindingEdit
from fedcheck.domain.glossary import RISKS
from fedcheck.domain.item_rules import ItemEdit
from fedcheck.domain.reference import split_ref
from fedcheck.domain.text import one_line
from fedcheck.session import Transaction
from fedcheck.storage.guards import Guard, allow_all
from fedcheck.tui.app_protocol import ProjectApp
from fedcheck.tui.dialogs.drafts import OpenDraft
from fedcheck.tui.dialogs.form import Field
from fedcheck.tui.dialogs.issue_forms import (
    Done,
    Values,
    amend_issue,
    begin_with,
    fill_form,
    format_due,
    known_names,
    list_items,
    make_label,
    read_links,
    require,
)
from fedcheck.tui.dialogs.prompts import Choice, ChoicePrompt
from fedcheck.tui.screens.issue_actions import day_of, due_preview, items_preview

UNSATISFIED = "other-than-satisfied"

RATINGS = ("likelihood", "impact", "recommendation")
"""What SRTM and RET need of a finding next to its text."""

SHOWN_TESTS = 3
"""How many tests a form shows next to the fields."""


async def ask_new_finding(app: ProjectApp, done: Done) -> None:
    """Ask for a new finding that no test raised."""
    await _fill_new_finding(app, done, (), "New finding")


async def _raise_for(app: ProjectApp, refs: Sequence[str], title: str) -> None:
    """Ask for one finding of tests."""
    await _fill_new_finding(app, lambda _: None, refs, title)


async def _fill_new_finding(
    app: ProjectApp,
    done: Done,
    items: Sequence[str],
    title: str,
    start: Values | None = None,
) -> Values | None:
    """Ask for a new finding; return what was typed, None where it was left.

    Its title is empty: it states what is wrong, and the tests next to it state what was wanted. Its
    due date follows from the risk until somebody states otherwise.
    """
    session = app.session
    ref = session.new_ref("findings")
    begun = {"items": " ".join(items), **(start or {})}
    fields = begin_with(_finding_fields(app, Finding(split_ref(ref)[1]), tuple(items)), begun)
    draft = OpenDraft(app, "new finding", items)
    values = await fill_form(
        app,
        title,
        fields,
        draft,
        about=_describe_tests(app, items),
        check=lambda typed: _describe_rating(app, typed),
        checked=("likelihood", "impact", "risk"),
    )
    if values is None:
        return None
    risk = _rated(values)
    edit = FindingEdit(new=True, **{**_finding_values(app, values, tuple(items)), "risk": risk})
    label = make_label(values["title"], f"was raised, {risk} risk")
    app.change(draft.saving(lambda: session.apply([ref], edit, label)))
    done(ref)
    return values


def _describe_tests(app: ProjectApp, items: Sequence[str]) -> list[str]:
    """Return control, official id and objective of tests, a line each."""
    lines = []
    for ref in items[:SHOWN_TESTS]:
        item = app.session.project.item(ref)
        if item is not None:
            named = ", ".join([*item.controls, *([item.code] if item.code else [])]) or item.id
            lines.append(f"{one_line(named, 60)}: {one_line(item.statement or item.title, 300)}")
    if len(items) > SHOWN_TESTS:
        lines.append(f"and {len(items) - SHOWN_TESTS} more tests")
    return lines


def _rated(values: Values) -> str:
    """Return the risk of a form: of likelihood and impact, else as it was typed; empty for none."""
    levels = (_level(values["likelihood"]), _level(values["impact"]))
    return compute_exposure(*levels) or _level(values.get("risk", ""))


def _describe_rating(app: ProjectApp, values: Values) -> str:
    """State what likelihood, impact and risk come to. Raises ValueError where nothing is rated."""
    risk = _rated(values)
    if not risk:
        raise ValueError("rate likelihood and impact (high, moderate, low), or the risk alone")
    due = compute_remediation_due(risk, app.board.today)
    words = f"{risk} risk: {REMEDIATION[risk].count} days to remediate, by {due}"
    both = _level(values["likelihood"]) and _level(values["impact"])
    return words if both else f"{words}; SRTM and RET need likelihood and impact too"


def _level(text: str) -> str:
    """Return the level that a word or its first letters mean; empty for none. See `RISKS`."""
    word = text.strip().casefold()
    return next((str(risk) for risk in RISKS if word and risk.startswith(word)), "")


def _level_preview(text: str) -> str:
    if text.strip() and not _level(text):
        raise ValueError("high, moderate or low")
    return _level(text)


def saved_then_offered(
    app: ProjectApp, refs: Sequence[str], guard: Guard = allow_all
) -> Callable[[], Transaction]:
    """Return what saves that tests are not satisfied, and then offers to raise the findings."""
    session = app.session

    def offer() -> None:
        named = {ref for finding in session.project.findings for ref in finding.items}
        bare = [ref for ref in refs if ref not in named]
        if session is not app.open_session or not bare:
            return
        if len(bare) == 1:
            title = "Other than satisfied needs a finding"
            app.start(_raise_for(app, bare, title))
        else:
            app.start(_offer_several(app, bare))

    def job() -> Transaction:
        action = session.apply(refs, ItemEdit(result=UNSATISFIED), guard=guard)
        app.call_later(offer)
        return action

    return job


async def _offer_several(app: ProjectApp, refs: Sequence[str]) -> None:
    """Offer one finding for several tests, or one for each."""
    choices = [
        Choice("one", "One finding for all of them", "o"),
        Choice("each", f"{len(refs)} findings, a form for each test", "e"),
        Choice("later", "Not now; the gate will require them", "l"),
    ]
    title = f"{len(refs)} tests are other than satisfied and need findings. Raise them now?"
    how = await app.ask(ChoicePrompt(title, choices, "one"))
    if how == "one":
        await _raise_for(app, refs, f"One finding of {len(refs)} tests")
    elif how == "each":
        await _ask_each(app, refs)


async def _ask_each(app: ProjectApp, refs: Sequence[str]) -> None:
    """Ask for a finding of each test; ratings and owner begin as those of the one before it."""
    start: dict[str, str] = {}
    for number, ref in enumerate(refs, 1):
        title = f"Finding {number} of {len(refs)}"
        values = await _fill_new_finding(app, lambda _: None, [ref], title, start)
        if values is None:
            left = len(refs) - number + 1
            app.tell(f"{left} of {len(refs)} tests still need a finding", "the gate requires them")
            return
        start = {name: values[name] for name in ("likelihood", "impact", "risk", "owner")}


async def amend_finding(app: ProjectApp, finding: Finding) -> None:
    """Change what was found."""

    def edit_of(values: Values) -> FindingEdit:
        return FindingEdit(**_finding_values(app, values, finding.items, finding.found is None))

    fields = _finding_fields(app, finding, finding.items)
    await amend_issue(app, "findings", finding, fields, edit_of)


def _finding_values(
    app: ProjectApp, values: Values, items: tuple[str, ...], undated: bool = False
) -> dict[str, Any]:
    """Return what was typed as fields of an edit of a finding; it may have no date of discovery."""
    apart = ("due", "items", "risk", *RATINGS)
    found: dict[str, Any] = {n: v for n, v in values.items() if n not in apart}
    details = {name: values[name] for name in RATINGS if name in values}
    for name in ("likelihood", "impact"):
        if name in details:
            details[name] = _level(details[name])
    found["details"] = details
    if "due" in values:
        found["due"] = day_of(app, values["due"])
        found["no_due"] = found["due"] is None and undated
        found["by_risk"] = found["due"] is None and not undated
    return found | read_links(app, values, items)


def _finding_fields(app: ProjectApp, finding: Finding, items: tuple[str, ...]) -> list[Field]:
    project = app.session.project
    people = known_names([*project.people(), *project.process.roles])
    without = "set by risk"
    is_new = project.finding(finding.id) is None
    fields = [
        Field(
            "title", "Title", finding.title, "the weakness, in one line",
            preview=require("describe the weakness in one line"), replaced=False,
        ),
        *(
            Field(name, name.capitalize(), getattr(finding, name), "high, moderate or low",
                  tuple(RISKS), preview=_level_preview)
            for name in ("likelihood", "impact")
        ),
        *([Field("risk", "Risk", "", "set by both; or high, moderate or low",
                 tuple(RISKS), preview=_level_preview)] if is_new else []),
        Field("items", "Tests", list_items(finding), "ids of the tests that found it",
              preview=items_preview(app, items), replaced=False),
        Field("owner", "Owner", finding.owner, "who remediates it", people),
        Field("due", "Due", format_due(finding), "2027-02-01, +30d",
              preview=due_preview(app, without)),
        Field("text", "Details", finding.text, long=True),
        Field("recommendation", "Recommended", finding.recommendation, long=True),
    ]  # fmt: skip
    if is_new:
        fields.append(Field("plan", "Plan", long=True))
    return fields
