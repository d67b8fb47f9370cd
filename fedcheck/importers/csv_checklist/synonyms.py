"""What teams call the columns of their lists: whole phrases, and how sure each is.

A score states how likely a heading names a field: 100 is certain. A heading that only ends with a
phrase, or begins with one, states less: `Rule Title` is a title, `Title IX` hardly. Words that mean
many things (`reference`, `party`, `number`) count only where they are the whole heading.
"""

from collections.abc import Mapping
from difflib import get_close_matches
from functools import lru_cache

from fedcheck.spreadsheets.headings import normalize

LONGEST = 60
"""The longest text that is taken for a heading, in characters; explanations are longer."""

SHORTEST = 4
"""Shorter words are not compared by similarity: too many are alike."""

ENOUGH = 30
"""The lowest score at which a column is taken for a field."""

PHRASES: Mapping[str, Mapping[str, int]] = {
    "id": {
        "id": 100, "task id": 98, "item id": 98, "poa m id": 98, "poam id": 98, "test id": 96,
        "vuln id": 95, "issue key": 95, "action id": 95, "req id": 95, "request id": 95,
        "requirement id": 95, "finding id": 92, "ticket id": 90, "row id": 88, "rule id": 85,
        "weakness id": 82, "key": 90, "ref": 88, "ref id": 88, "item": 80, "item no": 86,
        "task no": 86, "item number": 86, "task number": 86, "reference": 70, "ticket": 80,
        "code": 75, "number": 75, "no": 75, "step": 60, "sl no": 75, "s no": 75, "serial no": 75,
        "identifier": 90, "unique id": 95, "uid": 85, "wbs": 80, "unique identifier": 95,
    },
    "title": {
        "title": 100, "task": 98, "task name": 100, "task title": 98, "rule title": 96,
        "name": 85, "summary": 90, "action item": 95, "action": 85, "item name": 95,
        "checklist item": 95, "requirement": 88, "activity": 88, "weakness name": 92,
        "item description": 84, "task description": 84, "weakness description": 76,
        "step description": 80, "control name": 60, "action description": 84, "what": 80,
        "deliverable": 85, "deliverable name": 90, "document": 70, "document name": 82,
        "subject": 85, "to do": 90, "todo": 90, "description": 72, "work item": 95, "issue": 70,
        "question": 70, "artifact name": 80, "milestone": 60,
        "item": 78, "test procedure": 80, "procedure": 72, "test step": 86, "test case": 84,
        "test name": 92, "test title": 94, "requirement description": 80, "control title": 62,
        "finding title": 90,
    },
    "status": {
        "status": 100, "state": 95, "task status": 98, "poam status": 96, "poa m status": 96,
        "implementation status": 92, "item status": 98, "current status": 96, "progress": 85,
        "percent complete": 80, "percent done": 80, "complete": 82, "completion": 70,
        "completed": 74, "done": 76, "overall status": 96, "completion status": 96,
        "included": 50, "uploaded": 55, "ready": 60, "stage gate": 40,
    },
    "owner": {
        "owner": 100, "assignee": 98, "assigned to": 98, "task owner": 98, "action owner": 98,
        "responsible": 92, "responsible party": 92, "responsible person": 94, "poc": 90,
        "point of contact": 90, "lead": 84, "who": 80, "resource": 70, "resources": 66,
        "responsibility": 76, "responsible individual": 92, "assigned": 80, "owned by": 92,
        "accountable": 82, "point of contact poc": 90, "resource name": 80, "resource names": 80,
        "contact": 60, "dri": 84,
    },
    "due": {
        "due": 100, "due date": 100, "deadline": 95, "target date": 95, "due by": 95,
        "target completion date": 96, "scheduled completion date": 96, "by when": 90, "eta": 85,
        "estimated completion date": 95, "planned completion date": 95, "ecd": 85, "finish": 72,
        "end date": 74, "planned date": 88, "planned completion": 90, "target": 66, "when": 60,
        "planned finish": 90, "finish date": 78, "need by": 88, "needed by": 88,
        "milestone date": 70,
    },
    "note": {
        "note": 100, "notes": 100, "comment": 96, "comments": 98, "remarks": 95, "remark": 92,
        "latest update": 86, "update": 80, "updates": 80, "status update": 82,
        "status notes": 88, "status comments": 88, "latest comment": 88,
        "additional information": 70,
    },
    "reason": {
        "reason": 95, "blocker": 92, "blockers": 92, "blocked by": 92, "justification": 90,
        "rationale": 88, "why": 75, "blocking issue": 85, "reason for na": 90,
    },
    "evidence": {
        "evidence": 100, "evidence link": 100, "evidence links": 100, "link": 85, "links": 88,
        "url": 88, "artifact": 85, "artifacts": 88, "proof": 90, "attachment": 85,
        "attachments": 88, "location": 62, "evidence location": 95, "supporting documents": 84,
        "hyperlink": 85, "file": 60, "evidence artifact": 92, "supporting evidence": 92,
    },
    "control": {
        "control": 95, "controls": 98, "control id": 98, "nist": 80, "nist control": 98,
        "control ids": 98, "nist controls": 98, "security control": 92, "control number": 95,
        "security controls": 92, "related controls": 85, "nist 800 53": 88, "control s": 95,
    },
    "section": {
        "section": 98, "category": 92, "group": 84, "area": 84, "epic": 88, "workstream": 92,
        "domain": 86, "topic": 82, "work stream": 92, "control family": 80, "family": 78,
        "functional area": 84, "group title": 50, "section title": 85, "bucket": 75,
    },
    "result": {
        "result": 98, "test result": 100, "outcome": 88, "assessment result": 98, "finding": 60,
        "pass fail": 95, "results": 92, "assessment results": 92, "test results": 95,
    },
    "done": {
        "done on": 96, "completed on": 96, "date completed": 96, "completion date": 84,
        "actual completion date": 98, "closed": 62, "actual": 60, "date closed": 92,
        "closed date": 92, "completed date": 96, "actual finish": 92, "closed on": 92,
        "completed": 60, "done": 55, "actual end date": 95, "closure date": 90,
        "date done": 94, "date tested": 80, "tested on": 80,
        "test date": 78, "resolved date": 84, "actual finish date": 96,
    },
    "guidance": {
        "guidance": 96, "details": 84, "instructions": 92, "how": 70, "acceptance criteria": 90,
        "detail": 80, "description": 52, "weakness description": 60, "check text": 86,
        "check content": 84, "item description": 56, "task description": 56, "discussion": 72,
        "fix text": 64, "long description": 80, "detailed description": 80, "how to": 84,
    },
    "phase": {"phase": 95, "stage": 88, "fedramp phase": 95, "project phase": 90},
    "role": {"role": 95, "team": 80, "party": 76, "csp 3pao": 96, "responsible role": 82},
}  # fmt: skip
"""The phrases of each field as `normalize` gives them."""

WHOLE_ONLY = frozenset((
    "no", "number", "code", "key", "ref", "reference", "item", "step", "ticket", "what", "who",
    "why", "how", "when", "issue", "question", "milestone", "document", "action", "activity",
    "lead", "resource", "resources", "contact", "target", "finish", "actual", "completion",
    "complete", "completed", "done", "ready", "closed", "included", "uploaded", "location", "file",
    "area", "group", "domain", "topic", "family", "finding", "role", "team", "party", "stage",
    "phase", "update", "updates", "detail", "nist", "control", "s no", "artifact", "assigned",
    "discussion", "due", "progress", "wbs", "bucket", "requirement", "name", "state", "results",
))  # fmt: skip
"""Phrases that state nothing inside of a longer heading; `name` does at its end, see `_LAST`."""

_LAST = frozenset(("name", "requirement", "activity", "key"))
"""Of those, the ones that do count where a heading ends with them."""

_DATE_WORDS = frozenset(("date", "dates", "day", "deadline", "on", "by", "eta", "ecd"))
_PLANNED = frozenset((
    "estimated", "est", "planned", "plan", "scheduled", "sched", "target", "expected", "projected",
    "anticipated", "due", "forecast", "required", "needed", "proposed", "committed", "deadline",
    "eta", "ecd", "revised", "baseline", "goal",
))  # fmt: skip
_REACHED = frozenset(("actual", "completed", "closed", "finished", "done", "resolved", "closure"))
_FINISH = frozenset((
    "completion", "complete", "finish", "end", "close", "delivery", "resolution", "remediation",
    "mitigation", "submission", "closeout",
))  # fmt: skip
_OTHER_DAY = frozenset((
    "start", "started", "begin", "began", "open", "opened", "created", "creation", "raised",
    "reported", "identified", "detection", "detected", "discovered", "discovery", "modified",
    "changed", "updated", "update", "requested", "asked", "assigned", "received", "entered",
    "added", "found", "status", "check", "review", "reviewed", "last", "scan", "birth", "approval",
    "approved",
))  # fmt: skip
"""What other days of a row are called: they are neither when it is due nor when it was done."""


@lru_cache(maxsize=4096)
def score_heading(heading: str) -> Mapping[str, int]:
    """Return how likely a heading names each field; fields that it does not name are left out."""
    name = normalize(heading)
    if not name or len(heading) > LONGEST:
        return {}
    exact = {field: listed[name] for field, listed in PHRASES.items() if name in listed}
    joined = name.replace(" ", "")
    for field, listed in _JOINED.items():
        if joined in listed:
            exact.setdefault(field, listed[joined])
    if not exact:
        exact = _score_similar(name)
    words = frozenset(name.split())
    found = {**_score_contained(name), **_score_days(words), **exact}
    if words & {"date", "dates"}:
        found = {field: score for field, score in found.items() if field in ("due", "done")}
    return found


_JOINED = {
    field: {phrase.replace(" ", ""): score for phrase, score in listed.items() if " " in phrase}
    for field, listed in PHRASES.items()
}


def _score_similar(name: str) -> dict[str, int]:
    """Return the scores of a heading with a slip of the pen: `Ownr`, `Statuss`."""
    found: dict[str, int] = {}
    if len(name) < SHORTEST or _OTHER_DAY & set(name.split()):
        return found  # a start date is no slip for a target date
    for field, listed in PHRASES.items():
        alike = [p for p in listed if len(p) >= SHORTEST and abs(len(p) - len(name)) <= 1]
        for phrase in get_close_matches(name, alike, 1, 0.8):
            found[field] = listed[phrase] * 8 // 10
    best = max(found.values(), default=0)
    return {field: score for field, score in found.items() if score == best}


def _score_contained(name: str) -> dict[str, int]:
    """Return the scores of a heading that has a phrase in it: at its end it states most."""
    found: dict[str, int] = {}
    padded = f" {name} "
    for field, listed in PHRASES.items():
        for phrase, score in listed.items():
            last = padded.endswith(f" {phrase} ")
            if phrase in WHOLE_ONLY and not (last and phrase in _LAST):
                continue
            if f" {phrase} " in padded:
                share = 60 if last else 45 if padded.startswith(f" {phrase} ") else 35
                found[field] = max(found.get(field, 0), score * share // 100)
    return found


def _score_days(words: frozenset[str]) -> dict[str, int]:
    """Return the scores of a heading for the days of a row, by what its words state together."""
    if not words & (_DATE_WORDS | _FINISH) or words & _OTHER_DAY:
        return {}
    if words & _REACHED:
        return {"done": 88 if words & (_FINISH | _DATE_WORDS) else 60}
    if words & _PLANNED:
        old = 10 if words & {"original", "baseline"} else 0
        return {"due": 86 - old + (4 if "revised" in words else 0)}
    if words & _FINISH and words & _DATE_WORDS:
        return {"done": 62, "due": 58}
    return {}
