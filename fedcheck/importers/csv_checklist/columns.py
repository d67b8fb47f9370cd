"""Guess the meaning of a list's columns from their headings, and of its words for a status."""

import re
from collections.abc import Iterable, Mapping, Sequence

from fedcheck.spreadsheets.headings import HeadingTable, normalize

FIELDS: Mapping[str, str] = {
    "id": "what names the row: an id of its own, a reference, or an official code",
    "title": "what is to be done, in a line",
    "status": "how far it is",
    "owner": "who has it",
    "due": "by when",
    "note": "notes",
    "reason": "why it is blocked or not applicable",
    "evidence": "links to proof",
    "control": "controls",
    "section": "the heading that it stands under",
    "result": "the result of a test",
    "done": "when it was done",
    "guidance": "what to do, at length",
    "phase": "the phase",
    "role": "the role",
}
"""The fields that a column can mean, each with an explanation."""

TABLE = HeadingTable({
    "id": (
        "id", "item", "item id", "task id", "ref", "reference", "key", "issue key", "ticket",
        "no", "number", "code", "test id", "row id", "step", "action id", "req id", "task no",
        "item no", "task number", "item number",
    ),
    "title": (
        "title", "task", "task name", "name", "summary", "action", "action item", "description",
        "what", "activity", "requirement", "deliverable", "item name", "item description",
        "checklist item", "subject", "step description", "to do",
    ),
    "status": (
        "status", "state", "progress", "complete", "completed", "done", "percent complete",
        "implementation status", "task status", "percent done", "completion",
    ),
    "owner": (
        "owner", "assignee", "assigned to", "responsible", "who", "lead", "poc",
        "point of contact", "task owner", "resource", "responsible party", "responsible person",
        "responsibility",
    ),
    "due": (
        "due", "due date", "deadline", "target date", "target", "due by", "finish", "end date",
        "by when", "planned date", "planned completion", "target completion date",
        "scheduled completion date",
    ),
    "note": ("note", "notes", "comment", "comments", "remarks", "update", "latest update"),
    "reason": ("reason", "blocker", "blocked by", "justification", "rationale", "why"),
    "evidence": (
        "evidence", "evidence link", "evidence links", "link", "links", "url", "artifact",
        "artifacts", "proof", "attachment", "attachments", "location",
    ),
    "control": ("control", "controls", "control id", "nist", "nist control", "control ids"),
    "section": ("section", "category", "group", "area", "epic", "workstream", "domain", "topic"),
    "result": ("result", "test result", "outcome", "assessment result", "finding", "pass fail"),
    "done": ("done on", "completed on", "completion date", "date completed", "closed", "actual"),
    "guidance": ("guidance", "details", "instructions", "how", "acceptance criteria"),
    "phase": ("phase", "stage"),
    "role": ("role", "team", "party", "csp 3pao"),
})  # fmt: skip
"""The headings that are met for each field, as `normalize` gives them; the most usual first."""

STATUSES: Mapping[str, tuple[str, ...]] = {
    "todo": (
        "todo", "to do", "open", "not started", "new", "planned", "pending", "backlog", "no", "n",
        "false", "0", "0%", "☐", "□", "not complete", "incomplete", "not done", "unassigned",
    ),
    "doing": (
        "doing", "in progress", "started", "ongoing", "wip", "active", "working", "draft",
        "drafted", "in review", "under review", "review", "partial", "partially complete",
        "partially implemented", "in work", "underway", "◐", "inprogress",
    ),
    "blocked": (
        "blocked", "on hold", "hold", "waiting", "stuck", "impeded", "delayed", "■",
        "waiting for customer", "waiting on",
    ),
    "done": (
        "done", "complete", "completed", "closed", "finished", "yes", "y", "x", "true", "1",
        "100", "100%", "resolved", "implemented", "approved", "✓", "✔", "☑", "☒", "✅",
    ),
    "na": (
        "na", "n a", "not applicable", "out of scope", "wont do", "won t do", "declined",
        "not required", "cancelled", "canceled", "–",
    ),
}  # fmt: skip
"""The words that teams have for each status."""

RESULTS: Mapping[str, tuple[str, ...]] = {
    "satisfied": ("satisfied", "pass", "passed", "met", "yes", "y", "s", "compliant", "✓", "✔"),
    "other-than-satisfied": (
        "other than satisfied", "fail", "failed", "not met", "no", "n", "ots", "not satisfied",
        "o", "non compliant", "noncompliant", "finding", "✗", "other",
    ),
    "not-applicable": ("not applicable", "na", "n a"),
    "": ("", "not tested", "pending", "open", "tbd", "-", "–"),
}  # fmt: skip
"""The words that teams have for each result of a test."""


def guess_columns(header: Sequence[str]) -> dict[str, str]:
    """Return the heading for each field that can be told from it, in the order of the fields."""
    found = TABLE.guess_fields(header, dates=("due", "done"))
    if "title" not in found and "note" in found and normalize(found["note"]) == "description":
        found["title"] = found.pop("note")
    return {field: found[field] for field in FIELDS if field in found}


def score_header(cells: Sequence[str]) -> int:
    """Return how much a row looks like the header of a list; 0 for not at all."""
    texts = [cell for cell in cells if cell and not re.fullmatch(r"[-\d./%]+", cell)]
    if not texts or len(set(texts)) != len(texts):
        return 0
    known = len(guess_columns(cells))
    return 10 * known + min(len(texts), 9) if len(texts) > 1 else min(known, 1)


def parse_status(text: str, own: Mapping[str, str]) -> str | None:
    """Return the status that a word means; None where that is not known.

    Args:
        text: the cell.
        own: words of this list's own, in lower case, with the status of each.
    """
    return _look_up(text, own, STATUSES, _parse_percent)


def parse_result(text: str, own: Mapping[str, str]) -> str | None:
    """Return the result that a word means, empty for none yet; None where it is not known."""
    return _look_up(text, own, RESULTS, lambda _: None)


def _look_up(
    text: str, own: Mapping[str, str], known: Mapping[str, Iterable[str]], otherwise: object
) -> str | None:
    word = " ".join(text.casefold().split())
    if word in own:
        return own[word]
    for meaning, words in known.items():
        if word in words or (normalize(word) and normalize(word) in words):
            return meaning
    return otherwise(word) if callable(otherwise) else None


def _parse_percent(word: str) -> str | None:
    """Return the status of a share that is done: 40 %, or 0.4 as a spreadsheet keeps it."""
    found = re.fullmatch(r"(\d{1,3}(?:\.\d+)?)\s*(%?)", word)
    if not found:
        return None
    share = float(found[1]) / (1 if not found[2] and float(found[1]) <= 1 else 100)
    if share > 1:
        return None
    return "todo" if share == 0 else "done" if share == 1 else "doing"
