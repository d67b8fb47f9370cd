"""Records: what is known of one item, and the evidence for it."""

import math
from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import date, time
from typing import Any, Literal, get_args

from fedcheck.model.dates import parse_date, parse_due
from fedcheck.model.key import extra, key

Status = Literal["todo", "doing", "blocked", "done", "na"]
Result = Literal["", "satisfied", "other-than-satisfied", "not-applicable"]
EvidenceKind = Literal["url", "file", "ticket"]

STATUSES: tuple[Status, ...] = get_args(Status)
RESULTS: tuple[str, ...] = get_args(Result)[1:]
STATUS_WORDS: Mapping[str, str] = {
    "todo": "todo",
    "doing": "doing",
    "blocked": "blocked",
    "done": "done",
    "na": "n/a",
    "other": "other",
    "unknown": "unknown",
}


@dataclass(frozen=True, slots=True)
class Evidence:
    """A link to proof: a URL, a file or a ticket."""

    id: str = key("Short random id")
    link: str = key("URL, path relative to the workspace, or ticket id")
    label: str = key("What it is, in words", default="")
    kind: EvidenceKind = key("What the link is", default="url")
    collected: date | None = key("Day on which the proof was taken", default=None)
    expires: date | None = key("Day after which it no longer counts", default=None)
    sha256: str = key("Hash of the file when it was added", default="")
    extra: dict[str, Any] = extra()

    @property
    def name(self) -> str:
        """Return what to call it: the label, or else the link."""
        return self.label or self.link


@dataclass(frozen=True, slots=True)
class Record:
    """What is known of one item."""

    status: Status = key("todo, doing, blocked, done or na", default="todo")
    result: Result = key("Result of a test", default="")
    owner: str = key("Who has it", default="")
    due: str = key("Own due date, which wins over the checklist's", default="", check="due")
    note: str = key("Notes", default="")
    reason: str = key("Why it is blocked, not applicable or declined", default="")
    done: date | None = key("Day on which it was done", default=None)
    basis: str = key("Fingerprint of the item that this was recorded for", default="")
    evidence: tuple[Evidence, ...] = key("Links to proof", default=())
    extra: dict[str, Any] = extra()

    @property
    def closed(self) -> bool:
        """Tell whether nothing is left to do: done or not applicable."""
        return self.status in ("done", "na")

    def proof(self, evidence_id: str) -> Evidence | None:
        """Return a piece of evidence by its id."""
        return next((e for e in self.evidence if e.id == evidence_id), None)


STATUS_GLYPHS: Mapping[str, str] = {
    "todo": "☐",
    "doing": "◐",
    "blocked": "■",
    "done": "✓",
    "na": "–",
    "other": "✗",
    "unknown": "?",
}
"""The sign of each status, and of what a list shows in its place, one cell wide."""

EMPTY = Record()
"""The record of an item that nobody has touched."""

UNKNOWN = Record(status="unknown")  # type: ignore[arg-type]
"""Stands for the record of an item whose file cannot be read; it is never saved."""

FIELDS = ("status", "result", "owner", "due", "note", "reason", "done", "basis")
"""The fields that a change can name; evidence is named `evidence.<id>`."""

EVIDENCE_PREFIX = "evidence."


def field_value(record: Record, name: str) -> Any:
    """Return a field as history keeps it: text, a dict for evidence, None for nothing."""
    if name.startswith(EVIDENCE_PREFIX):
        proof = record.proof(name.removeprefix(EVIDENCE_PREFIX))
        return evidence_to_dict(proof) if proof else None
    value = getattr(record, name)
    if isinstance(value, date):
        return value.isoformat()
    if name == "status":
        return value
    return value or None


def with_field(record: Record, name: str, value: Any) -> Record:
    """Return the record with one field set from its history form. Raises KeyError, ValueError."""
    if name.startswith(EVIDENCE_PREFIX):
        proof_id = name.removeprefix(EVIDENCE_PREFIX)
        new = evidence_from_dict(proof_id, value) if value is not None else None
        kept = [e for e in record.evidence if e.id != proof_id]
        if new is not None:
            places = [i for i, e in enumerate(record.evidence) if e.id == proof_id]
            kept.insert(places[0] if places else len(kept), new)
        return replace(record, evidence=tuple(kept))
    if name not in FIELDS:
        raise KeyError(name)
    text = "" if value is None else value
    if not isinstance(text, str):
        raise ValueError(f"{name} is text, not {type(value).__name__}")
    if name == "done":
        return replace(record, done=parse_date(text) if text else None)
    if name == "status":
        text = text or "todo"
    for known, words in (("status", STATUSES), ("result", ("", *RESULTS))):
        if name == known and text not in words:
            raise ValueError(f"{text!r} is no {name}")
    if name == "due" and text:
        parse_due(text)
    changed: dict[str, Any] = {name: text}
    return replace(record, **changed)


def evidence_to_dict(proof: Evidence) -> dict[str, Any]:
    """Return evidence as plain JSON data, without its id and without defaults.

    Dates among unknown keys become text: history is JSON.
    """
    data: dict[str, Any] = {"link": proof.link, "kind": proof.kind}
    for name in ("label", "collected", "expires", "sha256"):
        value = getattr(proof, name)
        if value:
            data[name] = value.isoformat() if isinstance(value, date) else value
    return {**data, **{name: _as_json(value) for name, value in proof.extra.items()}}


def _as_json(value: Any) -> Any:
    if isinstance(value, date | time):
        return value.isoformat()
    if isinstance(value, float) and not math.isfinite(value):
        return str(value)
    if isinstance(value, list | tuple):
        return [_as_json(one) for one in value]
    if isinstance(value, dict):
        return {name: _as_json(one) for name, one in value.items()}
    return value


def evidence_from_dict(evidence_id: str, data: Mapping[str, Any]) -> Evidence:
    """Return evidence from plain JSON data. Raises ValueError where it is none."""
    texts, days = ("link", "kind", "label", "sha256"), ("collected", "expires")
    if not isinstance(data, Mapping) or not isinstance(data.get("link"), str):
        raise ValueError("evidence needs a link")
    known: dict[str, Any] = {}
    for name in (*texts, *days):
        value = data.get(name)
        if value is None or value == "":
            continue
        if not isinstance(value, str):
            raise ValueError(f"{name} is text, not {type(value).__name__}")
        known[name] = parse_date(value) if name in days else value
    if known.get("kind", "url") not in get_args(EvidenceKind):
        raise ValueError(f"{known['kind']!r} is no kind of evidence")
    rest = {k: v for k, v in data.items() if k not in (*texts, *days, "id")}
    return Evidence(id=evidence_id, **{"link": "", **known}, extra=rest)
