"""Import a test case workbook: SAR Appendix B (SRTM) or SAP Appendix A, of any baseline."""

from pathlib import Path

from fedcheck.domain.text import one_line, pluralize
from fedcheck.errors import ErrorKind, FedcheckError
from fedcheck.importers.option import Values
from fedcheck.importers.plan import Note, Plan, Prepared
from fedcheck.importers.registry import Peek
from fedcheck.importers.srtm import checklist
from fedcheck.importers.srtm.cells import group_by_item
from fedcheck.importers.srtm.columns import find_test_header
from fedcheck.importers.srtm.records import Recording
from fedcheck.importers.srtm.rows import Steps, read_steps
from fedcheck.session import Session
from fedcheck.spreadsheets.xlsx_reader import read_workbook
from fedcheck.storage.names import parse_list_id


def recognize(peek: Peek) -> bool:
    """Return whether a file is a test case workbook: a sheet has the header of tests."""
    return any(find_test_header(sheet.rows)[0] >= 0 for sheet in peek.book)


def prepare(session: Session, path: Path, values: Values) -> Prepared:
    """Read a test case workbook; see `plan`."""
    name, phase = values["list"].strip(), values["phase"].strip()
    return Prepared(plan(session, path, list_id=name, phase=phase, theirs=values["theirs"]))


def plan(
    session: Session, path: Path, *, list_id: str = "", phase: str = "", theirs: bool = False
) -> Plan:
    """Return what a test case workbook would import: a checklist, records, findings.

    Args:
        session: the open workspace.
        path: the workbook.
        list_id: the id of the list; else it follows from the process and the level.
        phase: the phase of the list; else the full assessment.
        theirs: where the workbook and a record state something else, take the workbook's.

    Raises:
        FedcheckError: status 3 where the file cannot be read or holds no tests; 2 for an id or a
            phase that cannot be.
    """
    project = session.project
    sheets = read_workbook(path)
    steps = read_steps(sheets, path)
    if not steps.steps:
        hint = "its sheets need columns such as Control ID, Assessment Procedure, Assessment Result"
        raise FedcheckError(f"{path}: no sheet with test steps", hint)
    known = checklist.describe_workbook(sheets, steps, path.stem)
    name = parse_list_id(list_id or checklist.usual_list_id(project, known.level))
    if name in project.private_lists:
        raise FedcheckError(
            f"{name} is a private list", "choose another id: --list ID", ErrorKind.USAGE
        )
    made = checklist.build_list(project, name, checklist.check_phase(project, phase), steps, known)
    recording = Recording(session, theirs)
    findings = group_by_item(project.findings)
    for item_id, step in made.pairs:
        ref = f"{name}:{item_id}"
        _, item = made.checklist.items[item_id]
        recording.read(ref, item, step, findings.get(ref, []))
    recording.close()
    notes = [*_profile_notes(session, known.level), *steps.notes, *made.notes, *recording.notes]
    new = () if project.as_written(name) == made.checklist else (made.checklist,)
    return Plan(
        label=one_line(path.name, 80),
        facts=tuple(_facts(path, steps, made, recording, known.level)),
        checklists=new,
        changes=tuple(recording.changes),
        notes=tuple(notes),
    )


def _profile_notes(session: Session, level: str) -> list[Note]:
    impact = str((session.project.config.profile or {}).get("impact", ""))
    if level and impact and level != impact:
        what = f"the workbook is for {level}, but this workspace is {impact}"
        return [Note("the workbook", what, "check that it is the right workbook")]
    return []


def _facts(
    path: Path, steps: Steps, made: checklist.Made, recording: Recording, level: str
) -> list[str]:
    controls = {control for step in steps.steps for control in step.controls[:1]}
    words = f", {checklist.LEVELS[level]}" if level else ""
    facts = [
        f"{path.name}{words}: {pluralize(len(steps.steps), 'test')} of"
        f" {pluralize(len(controls), 'control')} in {pluralize(len(steps.sheets), 'sheet')}"
    ]
    skipped = sum(steps.skipped.values())
    why = "; ".join(f"{reason}: {count}" for reason, count in sorted(steps.skipped.items()))
    rows = f"{pluralize(steps.read, 'row')} read, {len(steps.steps)} used, {skipped} not"
    facts.append(rows + (f" ({why})" if why else ""))
    facts.append(f"checklist {made.checklist.id}: {pluralize(len(made.checklist.items), 'item')}")
    if made.gone:
        facts.append(f"{pluralize(made.gone, 'item')} removed from the workbook, without a record")
    counts = recording.counts
    results = {
        "satisfied": "satisfied",
        "other-than-satisfied": "other than satisfied",
        "not-applicable": "not applicable",
    }
    told = [f"{counts[name]} {words}" for name, words in results.items() if counts[name]]
    if told:
        facts.append("results: " + ", ".join(told))
    if counts["unobserved"]:
        what = pluralize(counts["unobserved"], "result")
        facts.append(f"{what} without an observation or a reason, a common reason for rejection")
    if counts["findings"]:
        facts.append(f"{pluralize(counts['findings'], 'row')} with a risk")
    if counts["evidence"]:
        facts.append(f"{pluralize(counts['evidence'], 'new piece')} of evidence")
    if recording.kept:
        verb = "has" if recording.kept == 1 else "have"
        facts.append(f"{pluralize(recording.kept, 'cell')} {verb} a different value: ours is kept")
    return facts
