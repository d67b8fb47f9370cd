"""What a Security Decision Record states about each rule and indicator, from the records.

Every official id of the provider's lists that applies to the profile becomes one requirement; where
two items have the same id, their texts come together and the status is the less advanced one.
"""

import re
from collections.abc import Callable, Iterable
from datetime import date
from enum import StrEnum
from pathlib import PurePath

from msgspec import Struct
from msgspec.structs import replace

from fedcheck.analysis.board import Board
from fedcheck.domain.control_ids import find_controls
from fedcheck.domain.evidence import Evidence
from fedcheck.domain.glossary import RESULT_SIGNS, EvidenceKind, Level, Result, Status
from fedcheck.domain.profile import list_open_options
from fedcheck.domain.record import Record
from fedcheck.domain.row import Row
from fedcheck.domain.text import clean_for_file, one_line
from fedcheck.errors import ErrorKind, FedcheckError
from fedcheck.exporters.certification.addresses import address_of_file, address_of_url, is_inside
from fedcheck.exporters.certification.note_parts import split_note, split_parameters
from fedcheck.importers.evidence_cells import is_private

OFFICIAL_ID = re.compile(r"[A-Z]{3}-[A-Z0-9]{3}-[A-Z0-9]{3}", re.I)
"""A rule such as CCM-OCR-AVL, or an indicator such as KSI-IAM-APM."""

INDICATOR = "KSI-"

UNDECIDED = "No decision has been recorded for this requirement."
"""The one statement of a requirement that nobody has decided anything about."""


class Implementation(StrEnum):
    """FedRAMP's three statuses, the least advanced first; there is no "not applicable"."""

    NONE = "Not Implemented"
    PARTIAL = "Partially Implemented"
    FULL = "Implemented"


class EvidenceLine(Struct, frozen=True):
    """An evidence item as it leaves: with a web address, or with a text in its place.

    Attributes:
        kind: FedRAMP's type of evidence, where the label names one.
        text: where it is, if it has no address: a path, a ticket, a hash.
    """

    label: str
    kind: str = ""
    uri: str = ""
    text: str = ""
    collected: date | None = None


class Requirement(Struct, frozen=True):
    """One rule or indicator, with the decision about it.

    Attributes:
        id: the official id, in upper case.
        level: how binding it is for the profile.
        status: our own status of the item.
        statements: how it is implemented, or why not; never empty.
        assessment: what the assessor stated, and the provider's response to it.
        parameters: values of a control's parameters, by their ids.
        verified, validated: what the assessor found; both empty where nothing is recorded.
        summarized: whether the assessor summarized it.
        unlisted: whether it is a control that the assessor tested and no list of the provider has.
        decided: whether a person recorded a decision.
        described: whether a person described it; an item may be done without a note.
        unsound: whether some evidence is stale, missing or changed.
        changed: whether the rule changed since the decision was recorded.
        withheld: how many evidence items stay inside, under `private/`.
    """

    id: str
    title: str
    level: Level
    status: Status
    implementation: Implementation
    statements: tuple[str, ...]
    validation: tuple[str, ...] = ()
    assessment: tuple[str, ...] = ()
    tests: tuple[str, ...] = ()
    evidence: tuple[EvidenceLine, ...] = ()
    parameters: tuple[tuple[str, str], ...] = ()
    verified: Result = Result.NONE
    validated: Result = Result.NONE
    summarized: bool = False
    unlisted: bool = False
    decided: bool = True
    described: bool = True
    unsound: bool = False
    changed: bool = False
    withheld: int = 0

    @property
    def is_indicator(self) -> bool:
        """Return whether it is a key security indicator."""
        return self.id.startswith(INDICATOR)

    @property
    def is_control(self) -> bool:
        """Return whether it is a Rev5 control."""
        return OFFICIAL_ID.fullmatch(self.id) is None


def build_requirements(board: Board, evidence_base: str = "") -> list[Requirement]:
    """Return every rule and indicator of the provider's lists once, rules first, in their order.

    Args:
        board: the board without what is private or internal (`Board.shared`).
        evidence_base: the address under which evidence files of the workspace are served.

    Raises:
        FedcheckError: unreadable where a list or its records cannot be read, as the record would
            lack rules or decisions; refused where no item has an official id.
    """
    _refuse_broken(board)
    process = board.project.process
    found = _group_rows(board, process.provider, official_id)
    if not found:
        raise FedcheckError(
            f"no item of the {process.provider} has the official id of a rule or indicator",
            f"the process is {process.id}; this record needs a checklist with such ids, such as "
            "those of cr26",
            ErrorKind.REFUSED,
        )
    tested = _group_rows(board, process.assessor, official_id)
    each = [
        _with_assessment(_build_merged(code, rows, evidence_base), tested.get(code, ()))
        for code, rows in found.items()
    ]
    return sorted(each, key=lambda one: one.is_indicator)


def refuse_open_profile(board: Board) -> None:
    """Raise FedcheckError (refused) where the workspace does not state what is certified.

    Rules of both types and of all classes would be in one record.
    """
    left = list_open_options(board.project.process, board.project.config.profile or {})
    if not left:
        return
    raise FedcheckError(
        f"the profile of the workspace leaves {', '.join(left)} open, so the applicable rules are "
        "unknown",
        "complete [profile] in fedcheck.toml",
        ErrorKind.REFUSED,
    )


def build_controls(board: Board) -> list[Requirement]:
    """Return the Rev5 controls that a list of the provider's own has as codes: `AC-2(1)`.

    Those that the assessor tested are among them where the provider has no such item: their test
    is known, and the decision about them is not.
    """
    process = board.project.process
    found = _group_rows(board, process.provider, _control_id)
    tested = _group_rows(board, process.assessor, _control_id)
    listed = [
        _with_assessment(_build_merged(code, rows, ""), tested.get(code, ()))
        for code, rows in found.items()
    ]
    unlisted = [
        _with_assessment(_unlisted(code, rows[0]), rows)
        for code, rows in tested.items()
        if code not in found
    ]
    return [*listed, *(one for one in unlisted if one.assessment)]


def _unlisted(code: str, row: Row) -> Requirement:
    """Return a control of which only the assessor's test is known."""
    return Requirement(
        id=code,
        title=one_line(row.item.title.rpartition(": ")[2]),
        level=row.item.level,
        status=Status.TODO,
        implementation=Implementation.NONE,
        statements=(UNDECIDED,),
        unlisted=True,
        decided=False,
        described=False,
    )


def has_requirements(board: Board) -> bool:
    """Return whether any item of the provider has the official id of a rule or an indicator."""
    return bool(_group_rows(board, board.project.process.provider, official_id))


def _group_rows(board: Board, role: str, read_id: Callable[[Row], str]) -> dict[str, list[Row]]:
    """Return the rows of a role by the id that their code is; those with another code are out."""
    found: dict[str, list[Row]] = {}
    for row in board.rows.values():
        code = read_id(row) if row.role == role else ""
        if code:
            found.setdefault(code, []).append(row)
    return found


def official_id(row: Row) -> str:
    """Return the official id, in upper case, that the code of an item is; else nothing."""
    code = row.item.code.strip()
    return code.upper() if OFFICIAL_ID.fullmatch(code) else ""


def _control_id(row: Row) -> str:
    """Return a control as NIST writes it where the code of an item is one and nothing else."""
    code = row.item.code.strip()
    found = find_controls(code)
    plain = [re.sub(r"[\s0]", "", one).upper() for one in (code, *found)]
    return found[0] if len(found) == 1 and plain[0] == plain[1] else ""


def _build_merged(code: str, rows: Iterable[Row], evidence_base: str) -> Requirement:
    return _merge([_build(code, row, evidence_base) for row in rows])


def _with_assessment(one: Requirement, tested: Iterable[Row]) -> Requirement:
    """Return a requirement with what the assessor recorded about items of the same id."""
    said = list(one.assessment)
    for row in tested:
        record = row.record
        result = record.result
        if result:
            said.append(f"Result: {RESULT_SIGNS[result].word}.")
        said += [clean_for_file(record.observation).strip(), *list_assessment(record)]
        one = replace(
            one,
            verified=one.verified or record.verified or result,
            validated=one.validated or record.validated or result,
            summarized=one.summarized or bool(record.summary or record.observation),
        )
    return replace(one, assessment=tuple(dict.fromkeys(filter(None, said))))


def list_assessment(record: Record) -> tuple[str, ...]:
    """Return what an assessor stated about an item: results, summary, and the response to it.

    The name of the assessor's tester is left out.
    """
    results = [
        f"Independent {name}: {RESULT_SIGNS[result].word}."
        for name, result in (("verification", record.verified), ("validation", record.validated))
        if result
    ]
    if record.assessed and results:
        results.append(f"Assessed on {record.assessed}.")
    response = clean_for_file(record.response).strip()
    said = (
        " ".join(results),
        clean_for_file(record.summary).strip(),
        f"Provider's response: {response}" if response else "",
    )
    return tuple(filter(None, said))


def _refuse_broken(board: Board) -> None:
    """Raise FedcheckError where something that the record is made of cannot be read."""
    lists, process = board.project.checklists, board.project.process
    for broken in board.project.broken:
        if not broken.checklist and PurePath(broken.path).name not in ("progress", "checklists"):
            continue  # requests, findings: nothing of them is in the record
        known = lists.get(broken.checklist)
        if known is None or known.role in (process.provider, process.assessor):
            raise FedcheckError(str(broken), "fix it: fedcheck doctor")


def _build(code: str, row: Row, evidence_base: str) -> Requirement:
    record = row.record
    note = split_note(record.note)
    reason = clean_for_file(record.reason).strip()
    reasons = (reason,) if reason and record.status != Status.DONE else ()
    own = (*reasons, *note["implementation"])
    decided = record.status == Status.DONE or bool(own)
    statements: tuple[str, ...] = own
    implementation = Implementation.NONE
    if not decided:
        statements = (UNDECIDED,)
    elif record.status == Status.DONE:
        flawed = record.result == Result.OTHER_THAN_SATISFIED
        implementation = Implementation.PARTIAL if flawed else Implementation.FULL
        on = f" on {record.done}" if record.done else ""
        statements = own or (f"Recorded as done{on}.",)
    elif record.status == Status.DOING:
        implementation = Implementation.PARTIAL
    observation = clean_for_file(record.observation).strip()
    shown = [one for one in record.evidence if not is_private(one.link)]
    return Requirement(
        id=code,
        title=one_line(row.item.title),
        level=row.item.level,
        status=record.status,
        implementation=implementation,
        statements=statements,
        validation=(*note["validation"], *((observation,) if observation else ())),
        assessment=(*note["assessment"], *list_assessment(record)),
        tests=note["tests"],
        parameters=tuple(split_parameters(note["parameters"])),
        verified=record.verified,
        validated=record.validated,
        summarized=bool(record.summary or note["assessment"]),
        evidence=tuple(_evidence_line(one, evidence_base) for one in shown),
        decided=decided,
        described=decided and bool(own),
        unsound=row.unsound,
        changed=row.changed,
        withheld=len(record.evidence) - len(shown),
    )


def _merge(parts: list[Requirement]) -> Requirement:
    """Return one requirement for all items that have its id."""
    if len(parts) == 1:
        return parts[0]
    order = list(Implementation)
    least = min(parts, key=lambda one: (one.decided, order.index(one.implementation)))
    told = [one for one in parts if one.decided] or parts[:1]

    def texts(name: str, of: Iterable[Requirement] = parts) -> tuple[str, ...]:
        return tuple(dict.fromkeys(text for one in of for text in getattr(one, name)))

    return Requirement(
        id=least.id,
        title=parts[0].title,
        level=parts[0].level,
        status=least.status,
        implementation=least.implementation,
        statements=texts("statements", told if least.decided else parts),
        validation=texts("validation"),
        assessment=texts("assessment"),
        tests=texts("tests"),
        parameters=tuple(dict.fromkeys(pair for one in parts for pair in one.parameters)),
        verified=next((one.verified for one in parts if one.verified), Result.NONE),
        validated=next((one.validated for one in parts if one.validated), Result.NONE),
        summarized=any(one.summarized for one in parts),
        evidence=tuple(dict.fromkeys(line for one in parts for line in one.evidence)),
        decided=least.decided,
        described=all(one.described for one in parts),
        unsound=any(one.unsound for one in parts),
        changed=any(one.changed for one in parts),
        withheld=sum(one.withheld for one in parts),
    )


_USER = re.compile(r"^([A-Za-z][A-Za-z0-9+.-]*:)?//[^/?#]*@")
"""What comes before the host of an address: a user name, perhaps with a password."""

_TYPES = {
    "audit record": "Audit Record",
    "audit log": "Log",
    "log": "Log",
    "logs": "Log",
    "screenshot": "Screenshot",
    "configuration": "Configuration",
    "policy": "Policy",
    "procedure": "Procedure",
    "runbook": "Procedure",
    "report": "Report",
}
"""FedRAMP's types of evidence by the words of a label; the first that it has counts."""


def find_evidence_type(label: str) -> str:
    """Return FedRAMP's type of evidence where a label names it as a word; else nothing."""
    words = f" {' '.join(re.findall(r'[a-z]+', label.casefold()))} "
    return next((kind for word, kind in _TYPES.items() if f" {word} " in words), "")


def _evidence_line(evidence: Evidence, base: str) -> EvidenceLine:
    link = _USER.sub(r"\1//", one_line(evidence.link))
    uri = address_of_url(link)
    if evidence.kind == EvidenceKind.FILE:
        uri = uri or address_of_file(link, base)
        # The folders of a file outside the workspace are nobody else's business.
        link = link if is_inside(link) else re.split(r"[\\/]", link.rstrip("\\/"))[-1]
    text = "" if uri else link
    if text and evidence.sha256:
        text += f" (SHA-256 {evidence.sha256})"
    label = one_line(evidence.label)
    return EvidenceLine(label or link, find_evidence_type(label), uri, text, evidence.collected)
