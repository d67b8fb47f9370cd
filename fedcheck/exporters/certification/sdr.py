"""The Security Decision Record (SDR-CSO-FRR, SDR-CSX-KSI): JSON, or the same as Markdown."""

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from fedcheck.analysis.board import Board
from fedcheck.domain.glossary import STATUS_WORDS, Result
from fedcheck.domain.package import Package
from fedcheck.domain.profile import describe_profile
from fedcheck.domain.text import one_line, pluralize
from fedcheck.errors import ErrorKind, FedcheckError
from fedcheck.exporters.certification.document import (
    EXTENSION,
    NO_OVERVIEW_REMARK,
    build_export,
    build_metadata,
    drop_empty,
    overview_uri,
    read_package,
    read_schema,
    wants_markdown,
)
from fedcheck.exporters.certification.markdown import (
    bullets,
    escape,
    escape_block,
    escape_link,
    mark_page,
)
from fedcheck.exporters.certification.requirements import (
    EvidenceLine,
    Implementation,
    Requirement,
    build_controls,
    build_requirements,
    refuse_open_profile,
)
from fedcheck.exporters.certification.schema_check import Schema
from fedcheck.exporters.certification.shapes import DECISION_RECORD
from fedcheck.exporters.registry import Export
from fedcheck.importers.option import Values
from fedcheck.session import Session

RULES = "fedRampRequirements"
INDICATORS = "keySecurityIndicators"
CONTROLS = "securityControls"

BASELINE = "import a list of the provider's controls: fedcheck import csv FILE --role csp"

LISTED = 10
"""How many ids a message lists."""


def write(session: Session, values: Values) -> Export:
    """Return the record.

    Raises FedcheckError where it is not valid, or `complete` is wanted and a decision is missing.
    """
    board = session.board().shared()
    refuse_open_profile(board)
    package, unusable = read_package(session)
    newer = read_schema(values, RULES)
    found = [*build_requirements(board, package.evidence_base), *build_controls(board)]
    if values["complete"]:
        _refuse_undecided(found)
    document = build_document(board, package, found, newer)
    text = render_markdown(board, package, found) if wants_markdown(values) else None
    remarks = [*unusable, *list_remarks(found, package)]
    return build_export(document, (DECISION_RECORD, newer), text, remarks)


def _refuse_undecided(found: Sequence[Requirement]) -> None:
    """Raise FedcheckError (refused) where a requirement has no decision."""
    undecided = [one.id for one in found if not one.decided]
    if not undecided:
        return
    hint = "set a status, with a note or a reason: fedcheck set ID --status S --note TEXT"
    if all(one.unlisted for one in found if not one.decided):
        hint = BASELINE
    raise FedcheckError(
        f"{pluralize(len(undecided), 'requirement')} without a decision: {_listed(undecided)}",
        hint,
        ErrorKind.REFUSED,
    )


def _listed(ids: Sequence[str]) -> str:
    more = f" and {len(ids) - LISTED} more" if len(ids) > LISTED else ""
    return ", ".join(ids[:LISTED]) + more


def list_remarks(found: Sequence[Requirement], package: Package) -> list[str]:
    """Return what a person should know of a record: its counts, and what it lacks."""
    said = [_count_line(found)]
    undecided = sum(not one.decided for one in found)
    if undecided:
        said.append(f"{pluralize(undecided, 'requirement')} without a decision")
    told: tuple[tuple[str, list[str]], ...] = (
        ("done without a note that describes the implementation",
         [one.id for one in found if one.decided and not one.described]),
        ("changed since the decision was recorded", [one.id for one in found if one.changed]),
        ("tested, but in no list of the provider", [one.id for one in found if one.unlisted]),
        ("with evidence that is stale, missing, changed or unverified",
         [one.id for one in found if one.unsound]),
    )  # fmt: skip
    said += [
        f"{pluralize(len(ids), 'requirement')} {what}: {_listed(ids)}" for what, ids in told if ids
    ]
    said += list_assessed(found)
    withheld = sum(one.withheld for one in found)
    if withheld:
        said.append(f"{pluralize(withheld, 'evidence item')} under private/ left out")
    unpublished = sum(not line.uri for one in found for line in one.evidence)
    if unpublished:
        said.append(
            f"{pluralize(unpublished, 'evidence item')} without a web address, listed as text"
        )
    if not package.overview_uri:
        said.append(NO_OVERVIEW_REMARK)
    return said


def list_assessed(found: Sequence[Requirement]) -> list[str]:
    """Return how far the independent assessment is, once it has begun."""
    begun = [one for one in found if one.verified or one.validated or one.summarized]
    if not begun:
        return []
    whole = [one for one in begun if one.verified and one.validated]
    flawed = [
        one.id for one in begun if Result.OTHER_THAN_SATISFIED in (one.verified, one.validated)
    ]
    said = [f"assessment: {len(whole)} of {len(found)} verified and validated"]
    if flawed:
        said.append(f"{len(flawed)} other than satisfied: {_listed(flawed)}")
    bare = [one.id for one in begun if not one.summarized]
    if bare:
        said.append(f"{len(bare)} assessed without a summary: {_listed(bare)}")
    return said


def _count_line(found: Sequence[Requirement]) -> str:
    said = [
        pluralize(len(_rules(found)), "rule"),
        pluralize(len(_indicators(found)), "indicator"),
    ]
    if _controls(found):
        said.append(pluralize(len(_controls(found)), "Rev5 control"))
    counts = Counter(one.implementation for one in found)
    split = ", ".join(f"{counts[one]} {one}" for one in reversed(Implementation) if counts[one])
    return f"{', '.join(said)}: {split}"


def _rules(found: Sequence[Requirement]) -> list[Requirement]:
    return [one for one in found if not (one.is_indicator or one.is_control)]


def _indicators(found: Sequence[Requirement]) -> list[Requirement]:
    return [one for one in found if one.is_indicator]


def _controls(found: Sequence[Requirement]) -> list[Requirement]:
    return [one for one in found if one.is_control]


def build_document(
    board: Board, package: Package, found: Sequence[Requirement], schema: Schema | None = None
) -> dict[str, Any]:
    """Return the record as JSON data.

    What the schema has no place for is in `x-fedcheck`, unless the schema allows no other keys.
    """
    document: dict[str, Any] = {"certificationPackageOverviewUri": overview_uri(package)}
    metadata = build_metadata(board, package)
    placed = schema.property("metadata") if schema else None
    if placed is not None:
        document["metadata"] = _fit_metadata(metadata, placed)
    controls = [_control(one) for one in _controls(found)]
    if controls:
        document[CONTROLS] = controls
    document[RULES] = [_rule(one) for one in _rules(found)]
    indicators = [_indicator(one) for one in _indicators(found)]
    if indicators:
        document[INDICATORS] = indicators
    if schema is None or schema.allows_more:
        config = board.project.config
        more = {
            "service": one_line(config.name),
            "process": board.project.process.id,
            "profile": dict(config.profile or {}),
            "marking": one_line(config.marking),
            "metadata": {} if placed is not None else metadata,
            "undecided": [one.id for one in found if not one.decided],
            "requirements": {one.id: _more_of(one) for one in found},
            "controls": {
                one.id: more for one in _controls(found) if (more := _more_of_control(one))
            },
        }
        document[EXTENSION] = drop_empty(more)
    return document


def _more_of(one: Requirement) -> dict[str, Any]:
    found = {"title": one.title, "level": one.level, "status": one.status}
    assessed = {"verified": one.verified, "validated": one.validated}
    return found | drop_empty(assessed)


def _more_of_control(one: Requirement) -> dict[str, Any]:
    """Return what SDR-CSF-CTF requires of a control and the schema has no array for."""
    parts = {"validation": one.validation, "assessment": one.assessment, "tests": one.tests}
    return {name: list(texts) for name, texts in parts.items() if texts}


def _fit_metadata(metadata: Mapping[str, str], schema: Mapping[str, Any]) -> dict[str, str]:
    """Return the metadata as a newer schema has it, a day as the first moment of it in UTC."""
    known = schema.get("properties")
    form = known.get("lastUpdated") if isinstance(known, dict) else None
    if isinstance(form, dict) and form.get("format") == "date-time":
        return {**metadata, "lastUpdated": f"{metadata['lastUpdated']}T00:00:00Z"}
    return dict(metadata)


def _rule(one: Requirement) -> dict[str, Any]:
    """Return a rule. Rules have no array of evidence: it is named among the validation."""
    found: dict[str, Any] = {
        "frrID": one.id,
        "frrImplementationStatus": one.implementation,
        "frrImplementation": list(one.statements),
    }
    tests = [f"Test: {test}" for test in one.tests]
    evidence = [f"Evidence: {_evidence_text(line)}" for line in one.evidence]
    if one.validation or tests or evidence:
        found["frrValidation"] = [*one.validation, *tests, *evidence]
    if one.assessment:
        found["frrAssessment"] = list(one.assessment)
    return found


def _control(one: Requirement) -> dict[str, Any]:
    values = [{"parameterId": name, "parameterValue": value} for name, value in one.parameters]
    return {
        "controlId": one.id,
        **({"parameterValues": values} if values else {}),
        "controlImplementationStatus": one.implementation,
        "controlImplementationDescription": "\n\n".join(one.statements),
    }


def _indicator(one: Requirement) -> dict[str, Any]:
    return {
        "ksiId": one.id,
        "ksiImplementationStatus": one.implementation,
        "ksiImplementation": list(one.statements),
        "ksiValidation": list(one.validation),
        "ksiAssessment": list(one.assessment),
        "ksiTests": list(one.tests),
        "ksiEvidence": [_evidence_object(line) for line in one.evidence],
    }


def _evidence_object(line: EvidenceLine) -> dict[str, Any]:
    return drop_empty(
        {
            "evidenceType": line.kind,
            "evidenceDescription": line.label,
            "evidenceLocation": line.uri,
            "evidenceText": line.text,
            "lastUpdated": line.collected.isoformat() if line.collected else "",
        }
    )


def _evidence_text(line: EvidenceLine) -> str:
    """Return an evidence item as Markdown on one line."""
    if line.uri:
        shown = escape_link(line.label, line.uri)
    else:
        named = line.text.startswith(line.label)
        shown = escape(line.text if named else f"{line.label}: {line.text}")
    return f"{shown}, collected {line.collected}" if line.collected else shown


def render_markdown(board: Board, package: Package, found: Sequence[Requirement]) -> str:
    """Return the record as a page for people."""
    page = mark_page(board.project.config.marking, _lines(board, package, found))
    return "\n".join(page) + "\n"


def _lines(board: Board, package: Package, found: Sequence[Requirement]) -> Iterator[str]:
    config = board.project.config
    yield from (f"# Security Decision Record: {escape(config.name)}", "")
    profile = describe_profile(board.project.process, config.profile or {})
    metadata = build_metadata(board, package)
    about = {
        "Provider": config.provider,
        "Certification": profile,
        "Version": metadata["version"],
        "Last updated": metadata["lastUpdated"],
        "Source of update": metadata["updateSource"],
    }
    yield from (f"- {name}: {escape(value)}" for name, value in about.items() if value)
    if package.overview_uri:
        yield f"- {escape_link('Certification Package Overview', package.overview_uri)}"
    yield from (f"- {_count_line(found)}", "")
    undecided = [one.id for one in found if not one.decided]
    if undecided:
        yield from (f"No decision yet ({len(undecided)}): {_listed(undecided)}", "")
    parts = {
        "Rules": _rules(found),
        "Key Security Indicators": _indicators(found),
        "Rev5 controls": _controls(found),
    }
    for title, part in parts.items():
        if part:
            yield from (f"## {title}", "")
        for one in part:
            yield from _requirement_lines(one)


def _requirement_lines(one: Requirement) -> Iterator[str]:
    yield from (f"### {one.id}: {escape(one.title)}", "")
    level = one.level.replace("-", " ").upper()
    word = STATUS_WORDS[one.status]
    yield from (f"{level} · **{one.implementation}** · status in fedcheck: {word}", "")
    for statement in one.statements:
        yield from (escape_block(statement), "")
    if one.parameters:
        values = [f"{name}: {value}" for name, value in one.parameters]
        yield from ("Parameters:", "", *bullets(values, ""), "")
    parts = {"Validation": one.validation, "Assessment": one.assessment, "Tests": one.tests}
    for title, texts in parts.items():
        if texts:
            yield from (f"{title}:", "", *bullets(texts, ""), "")
    if one.evidence:
        yield from ("Evidence:", "", *(f"- {_evidence_text(line)}" for line in one.evidence), "")
