"""Tables: what each party gets with a hand-over, and what it may set.

What no row here allows is not lost when a package comes back: it comes as a proposal.
"""

from collections.abc import Collection, Mapping
from typing import Any

from msgspec import Struct

from fedcheck.analysis.waiting_since import find_answering_role, find_role
from fedcheck.domain.field_values import EVIDENCE_PREFIX
from fedcheck.domain.fields import FIELDS
from fedcheck.domain.finding import Finding
from fedcheck.domain.glossary import RequestState
from fedcheck.domain.record import Record
from fedcheck.domain.reference import split_ref
from fedcheck.domain.request import Request
from fedcheck.domain.workspace import Project

RECEIVERS = ("csp", "3pao", "agency", "pmo")
"""The parties that a package can be made for."""

HANDED_LISTS: Mapping[str, Collection[str]] = {
    "csp": ("csp",),
    "3pao": ("csp", "3pao"),
    "agency": ("csp", "3pao", "agency"),
    "pmo": ("csp", "3pao", "agency", "pmo"),
}
"""By receiver: the roles whose checklists it gets with all records.

Of other lists it gets the outcome of the items that its requests and the findings name. Requests
go where they are between the two parties; all findings go, but for those of withheld items alone.
"""

WITHHELD_FIELDS = ("review", "reviewer", "reviewed")
"""What never leaves of a record: the quality review inside of one company."""

OUTCOME_FIELDS = ("status", "result", "reason", "done", "basis", "retest", "retested")
"""What goes of the record of an item that is only named by a request or a finding."""

NOTHING: frozenset[str] = frozenset()
ALL_FIELDS = "*"
ADDED = "evidence+"
"""Stands for new evidence, where evidence that we handed over may not be changed or removed."""

ANSWER = ("answer", "answered", "state", "comment", ADDED)
"""What the side that is asked may set of a request; its state becomes answered, nothing else."""

QUESTION = (
    "title", "kind", "state", "to", "asked", "due", "round", "document", "section", "text",
    "comment", "items",
)  # fmt: skip
"""What the side that asks may set of its request."""


class Rights(Struct, frozen=True):
    """What a party may set.

    Attributes:
        findings: fields of findings.
        items: fields of items that are on the list of another role.
        new_findings: whether it may add findings.
    """

    findings: Collection[str] = ()
    items: Collection[str] = ()
    new_findings: bool = False


RIGHTS: Mapping[str, Rights] = {
    "csp": Rights(
        findings=(
            "plan", "owner", "resources", "steps", "step_changes", "vendor", "vendor_checked",
            "remedy", "service", "assets", "comment", ADDED,
        ),
        items=("response",),
    ),
    "3pao": Rights(
        findings=(ALL_FIELDS,),
        items=("verified", "validated", "assessor", "assessed", "summary"),
        new_findings=True,
    ),
    "agency": Rights(findings=("comment", ADDED)),
    "pmo": Rights(findings=("comment", ADDED)),
}  # fmt: skip
"""What a party may set in addition to all of its own items and its side of a request."""


def receives_request(
    project: Project, request: Request, to: str, own_people: Collection[str] | None = None
) -> bool:
    """Return whether a request goes to a party: one that is between it and us.

    Args:
        project: the workspace.
        request: the request.
        to: the role of the party.
        own_people: of a package that goes back, who of us worked in it. Whoever else asks there and
            is in no `[people]` belongs to the party that made the package.
    """
    ours = project.config.role
    asks = find_role(project, request.by)
    if not asks and own_people is not None and request.by not in own_people:
        asks = to
    sides = {asks, find_answering_role(project, request)} - {""}
    return to in sides and sides <= {to, ours}


def list_rights(project: Project, ref: str, thing: Any, role: str) -> Collection[str]:
    """Return the fields of a record that a party may set.

    Args:
        project: our workspace.
        ref: the reference of the record.
        thing: the record as it was handed over; of a new one, as it came.
        role: the party.
    """
    rights = RIGHTS.get(role, Rights())
    if isinstance(thing, Record):
        checklist = project.checklists.get(split_ref(ref)[0])
        if checklist is not None and checklist.role == role:
            return (ALL_FIELDS,)
        return rights.items
    if isinstance(thing, Finding):
        return rights.findings
    if isinstance(thing, Request):
        asks = find_role(project, thing.by) == role
        answers = find_answering_role(project, thing) == role
        may_answer = answers and thing.state != RequestState.ACCEPTED
        return (*(QUESTION if asks else ()), *(ANSWER if may_answer else ()))
    return NOTHING


def may_add(project: Project, thing: Any, role: str) -> bool:
    """Return whether a party may add a request or a finding."""
    if isinstance(thing, Finding):
        return RIGHTS.get(role, Rights()).new_findings
    if isinstance(thing, Request):
        return find_role(project, thing.by) in ("", role)
    return isinstance(thing, Record)


def is_allowed(
    project: Project, allowed: Collection[str], field: str, was: Any, thing: Any
) -> bool:
    """Return whether a change of a field is among what a party may set.

    An owner of ours stays ours: who has an item or a finding is not taken from us by a package.

    Args:
        project: our workspace.
        allowed: what the party may set of this record.
        field: the field, as the history names it.
        was: its value as it was handed over.
        thing: our record as it is now.
    """
    if field == "owner" and find_role(project, thing.owner) == project.config.role:
        return False
    if ALL_FIELDS in allowed or field in allowed:
        return True
    return field.startswith(EVIDENCE_PREFIX) and was is None and ADDED in allowed


def list_merge_group(thing: Any, field: str) -> str:
    """Return what fields are accepted together with one: its merge group, or itself alone."""
    row = next((one for one in FIELDS[type(thing)] if one.name == field), None)
    return row.merge or field if row else field


def label_field(thing: Any, field: str) -> str:
    """Return what people call a field that the history names."""
    if field.startswith(EVIDENCE_PREFIX):
        return "evidence"
    row = next((one for one in FIELDS[type(thing)] if one.name == field), None)
    return row.word if row else field
