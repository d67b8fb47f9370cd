"""Fill a copy of a test case workbook with records and findings.

Rows are found by procedure and control, columns by their headings. Only cells that differ are
written. A cell stays as it is where nothing is recorded.
"""

from collections import Counter
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path

from fedcheck.domain.checklist import Checklist
from fedcheck.domain.finding import Finding, compute_exposure
from fedcheck.domain.glossary import Result
from fedcheck.domain.item_language import build_item_language
from fedcheck.domain.record import EMPTY_RECORD, Record, is_unobserved
from fedcheck.domain.reference import did_you_mean, split_ref
from fedcheck.domain.text import one_line, pluralize
from fedcheck.domain.workspace import Project
from fedcheck.errors import ErrorKind, FedcheckError
from fedcheck.exporters.registry import Export
from fedcheck.exporters.srtm_summary import Outcome, fill_summaries
from fedcheck.exporters.srtm_system import describe_system, fill_system
from fedcheck.importers.evidence_cells import KEPT_INSIDE
from fedcheck.importers.option import Values
from fedcheck.importers.plan import Note
from fedcheck.importers.srtm import cells
from fedcheck.importers.srtm.checklist import assign_item_ids
from fedcheck.importers.srtm.columns import (
    FILLED,
    LEVEL_WORDS,
    RESULT_WORDS,
    is_nothing,
    normalize_text,
    parse_level,
    parse_result,
)
from fedcheck.importers.srtm.rows import Step, code_key, read_steps
from fedcheck.session import Session
from fedcheck.spreadsheets.cells import parse_day
from fedcheck.spreadsheets.xlsx_filler import ComputedValue, fill_cells, list_formula_cells
from fedcheck.spreadsheets.xlsx_reader import Cell, read_workbook
from fedcheck.spreadsheets.xlsx_writer import cut_text

HEADED = {
    "tester": "assessor", "tested": "day of the test", "statement": "risk statement",
    "differential": "SSP differential", "risk": "identified risk", "result": "assessment result",
}  # fmt: skip
"""The names of columns for people, where they are not those of the fields."""

RISK = ("risk", "statement", "likelihood", "impact", "exposure", "recommendation")

Cells = dict[str, dict[str, Cell | ComputedValue]]
"""Cells to write: by title of the sheet, then by place."""


@dataclass(slots=True)
class _Filling:
    """What is gathered while the rows of a workbook are filled."""

    formulas: Mapping[str, Collection[str]]
    cells: Cells = field(default_factory=dict)
    notes: list[Note] = field(default_factory=list)
    rows: int = 0
    written: int = 0
    replaced: int = 0
    kept: int = 0
    without_place: Counter[str] = field(default_factory=Counter)
    areas: dict[tuple[str, str, str], list[tuple[Step, str]]] = field(default_factory=dict)

    def set(self, sheet: str, place: str, value: Cell | ComputedValue) -> None:
        self.cells.setdefault(sheet, {})[place] = value

    def row(self, step: Step, shown: Mapping[str, str], findings: Sequence[Finding]) -> Outcome:
        """Fill a row; return what it states about its control then."""
        before = {name: _read_cell(step, name) for name in FILLED}
        after = dict(before)
        self.rows += bool(any(shown.values()))
        corrected = bool(findings) and not cells.select_open(findings)
        for name in FILLED:
            if name == "exposure":
                continue
            new, old = shown[name], before[name]
            if name not in step.columns:
                self.without_place[name] += bool(new)
                continue
            if name in step.merged:
                area = (step.sheet, name, step.merged[name])
                self.areas.setdefault(area, []).append((step, new or old))
                if step.hidden(name):  # the first cell of the area alone can be seen and written
                    after[name] = ""
                    if new and not step.spans_rows(name):
                        what = f"merged into {step.merged[name]}, and therefore not written"
                        remedy = "unmerge it in the template"
                        self.notes.append(Note(step.place(name), what, remedy))
                    continue
            if _is_same(name, new, old):
                continue
            if not new and not (corrected and name in RISK):
                self.kept += 1
                continue
            self._write(step, name, new)
            after[name] = new
            self.replaced += bool(old)
        after["exposure"] = self._exposure(step, after, shown["exposure"])
        return Outcome(step.controls, after["result"], after["exposure"], after["differential"])

    def note_differing(self) -> list[Note]:
        """Return notes on merged cells whose tests differ."""
        notes = []
        for (_, name, _), tests in self.areas.items():
            first, said = tests[0]
            if any(not _is_same(name, other, said) for _, other in tests[1:]):
                what = f"merged over {pluralize(len(tests), 'test')} with different values"
                remedy = "the first test's value is written; unmerge it in the template"
                notes.append(Note(first.place(name), what, remedy))
        return notes

    def without_column(self) -> str:
        """Return what is recorded and the workbook has no column for; empty where nothing is."""
        return ", ".join(
            f"{HEADED.get(name, name)} ({pluralize(count, 'test')})"
            for name, count in self.without_place.items()
            if count
        )

    def _write(self, step: Step, name: str, new: str) -> None:
        self.written += 1
        if name == "tested":
            self.set(step.sheet, step.cell(name), date.fromisoformat(new))
            return
        text = RESULT_WORDS.get(new, new) if name == "result" else new
        text = LEVEL_WORDS.get(new, new) if name in ("likelihood", "impact", "exposure") else text
        if cut_text(text) != text:
            self.notes.append(Note(step.place(name), "a text longer than a cell allows was cut"))
        self.set(step.sheet, step.cell(name), cut_text(text))

    def _exposure(self, step: Step, after: Mapping[str, str], ours: str) -> str:
        """Return the exposure of a row, as its formula computes it, or ours where it has none."""
        computed = compute_exposure(after["likelihood"], after["impact"])
        if "exposure" not in step.columns:
            return computed or ours
        place = step.cell("exposure")
        if place in self.formulas.get(step.sheet, ()):
            word = LEVEL_WORDS.get(computed, "")
            if normalize_text(str(step.raw.get("exposure") or "")) != word:
                self.set(step.sheet, place, ComputedValue(word))
            if ours and not computed and not step.hidden("likelihood"):
                what = "the risk has no likelihood and impact, from which the workbook computes it"
                self.notes.append(Note(step.place("exposure"), what, "rate the finding"))
            return computed
        wanted = computed or ours
        if wanted and wanted != after["exposure"]:
            self._write(step, "exposure", wanted)
        return wanted or after["exposure"]


def write(session: Session, values: Values) -> Export:
    """Return a copy of a test case workbook with the tests of a query in it; see `filled`."""
    board = session.board().shared()
    refs = None
    if values["query"]:
        query = build_item_language(board.project).parse(values["query"])
        refs = {row.ref for row in query.select(board.rows.values(), board.today)}
    return fill_workbook(board.project, values["template"], list_id=values["list"], refs=refs)


def fill_workbook(
    project: Project, template: Path, *, list_id: str = "", refs: Collection[str] | None = None
) -> Export:
    """Return a copy of a test case workbook, filled with records and findings.

    Args:
        project: what may leave: without what is private.
        template: the workbook; it is not changed.
        list_id: the list whose records fill it; else the one that fits it best.
        refs: only these items; None for all.

    Raises:
        FedcheckError: status 3 where the workbook cannot be read, holds no tests, or fits no list;
            2 for a list that is not there.
    """
    sheets = read_workbook(template)
    found = read_steps(sheets, template)
    if not found.steps:
        hint = "its sheets need columns such as Control ID, Assessment Procedure, Assessment Result"
        raise FedcheckError(f"{template}: no sheet with test steps", hint)
    checklist, ids = _find_list(project, found.steps, template, list_id)
    filling = _Filling(list_formula_cells(template))
    findings = cells.group_by_item(project.findings)
    outcomes, met = [], set()
    for step, item_id in zip(found.steps, ids, strict=True):
        ref = f"{checklist.id}:{item_id}"
        wanted = item_id in checklist.items and (refs is None or ref in refs)
        own = findings.get(ref, []) if wanted else []
        record = project.record(ref) if wanted else EMPTY_RECORD
        if wanted:
            met.add(ref)
            shown = cells.write_cells(record, cells.select_open(own))
            outcomes.append(filling.row(step, shown, own))
        else:
            said = {name: _read_cell(step, name) for name in ("result", "exposure", "differential")}
            outcomes.append(Outcome(step.controls, *said.values()))
    tabs = set(found.sheets)
    fill_summaries(sheets, tabs, outcomes, filling.formulas, filling.set)
    records = {ref: project.record(ref) for ref in sorted(met)}
    controls = len({step.controls[0] for step in found.steps if step.controls})
    system = describe_system(project.config, records.values(), controls)
    unfilled = fill_system(sheets, tabs, system, filling.formulas, filling.set)
    notes = [
        *filling.notes,
        *filling.note_differing(),
        *_note_missing_rows(project, checklist, findings, met, refs),
        *(_note_other_lists(project, found.steps, checklist) if not list_id else ()),
    ]
    facts = [
        f"{checklist.id}: {pluralize(filling.rows, 'test')} of {pluralize(len(met), 'row')} filled,"
        f" {pluralize(filling.written, 'cell')} written",
    ]
    if left := len(found.steps) - len(met):
        facts.append(
            f"{pluralize(left, 'row')} of the workbook without a test here, left unchanged"
        )
    if filling.replaced:
        facts.append(
            f"{pluralize(filling.replaced, 'cell')} had a different value and were replaced"
        )
    if filling.kept:
        what = pluralize(filling.kept, "cell")
        facts.append(
            f"{what} contain more than is recorded here and were kept; import it with: fedcheck "
            "import srtm"
        )
    if missing := filling.without_column():
        facts.append(f"not exported, because the workbook has no column for {missing}")
    facts += describe_left(records)
    facts += _describe_unexplained(records, findings)
    if unfilled:
        facts.append(f"left empty at the top of the sheet: {', '.join(unfilled)}")
    return Export(fill_cells(template, filling.cells), tuple(facts), tuple(notes))


STAYING = {
    "methods": "methods used",
    "inherited": "inheritance",
    "retest": "retests",
    "review": "reviews",
}
"""What is recorded of tests and has no column in the workbook, with the words for it."""


def describe_left(records: Mapping[str, Record]) -> list[str]:
    """Return what of these tests stays in fedcheck, and what their rows lack, with how many."""
    found = []
    if notes := sum(bool(one.note) for one in records.values()):
        of = pluralize(notes, "test")
        found.append(f"notes of {of} are not exported; Observations come from --observation")
    staying = [
        f"{words} ({pluralize(count, 'test')})"
        for name, words in STAYING.items()
        if (count := sum(bool(getattr(one, name)) for one in records.values()))
    ]
    if blocked := sum(bool(one.status == "blocked" and one.reason) for one in records.values()):
        staying.append(f"reasons why it is blocked ({pluralize(blocked, 'test')})")
    if staying:
        found.append(f"not exported, because the workbook has no column: {', '.join(staying)}")
    unseen = sum(is_unobserved(one) for one in records.values())
    if unseen:
        found.append(
            f"{pluralize(unseen, 'result')} without an observation: Observations stay empty,"
            " a common reason for rejection"
        )
    return found


def _describe_unexplained(
    records: Mapping[str, Record], findings: Mapping[str, Sequence[Finding]]
) -> list[str]:
    """Return how many tests failed without an open finding, so that their rows state no risk."""
    failed = [ref for ref, one in records.items() if one.result == Result.OTHER_THAN_SATISFIED]
    bare = [ref for ref in failed if not cells.select_open(findings.get(ref, []))]
    if not bare:
        return []
    listed = ", ".join(split_ref(ref)[1] for ref in bare[:3]) + (", ..." if len(bare) > 3 else "")
    return [
        f"{pluralize(len(bare), 'test')} other than satisfied without an open finding to fill"
        f" Identified Risk: {listed}; see fedcheck finding add"
    ]


def _find_list(
    project: Project, steps: Sequence[Step], template: Path, list_id: str
) -> tuple[Checklist, list[str]]:
    """Return the list that a workbook is filled from, and the item ids of its steps."""
    if list_id and list_id not in project.checklists:
        hint = did_you_mean(list_id, project.checklists)
        raise FedcheckError(f"no checklist is named {one_line(list_id, 60)}", hint, ErrorKind.USAGE)
    named = [project.checklists[list_id]] if list_id else list(project.checklists.values())
    best: tuple[tuple[int, int], Checklist, list[str]] | None = None
    for one in named:
        if any(item.kind == "test" and item.code for _, item in one.items.values()):
            ids, _ = assign_item_ids(steps, one)
            met = [item_id for item_id in ids if item_id in one.items]
            rank = (len(met), _count_recorded(project, one, met))
            if met and (best is None or rank > best[0]):
                best = (rank, one, ids)
    if best is None:
        hint = f"import it first: fedcheck import srtm {one_line(template.name, 60)}"
        raise FedcheckError(
            f"{template}: none of its tests is in a checklist of this workspace", hint
        )
    return best[1], best[2]


def _count_recorded(project: Project, checklist: Checklist, items: Collection[str]) -> int:
    return sum(not project.record(f"{checklist.id}:{item}").untouched for item in items)


def _note_other_lists(project: Project, steps: Sequence[Step], chosen: Checklist) -> list[Note]:
    """Return notes on other checklists with records of tests that the workbook has a row for."""
    told = []
    codes = {code_key(step.code) for step in steps if step.code}
    for one in project.checklists.values():
        tests = [i for i, (_, t) in one.items.items() if t.kind == "test"]
        fit = [i for i in tests if code_key(one.items[i][1].code) in codes]
        count = _count_recorded(project, one, fit) if one.id != chosen.id else 0
        if count:
            what = f"{pluralize(count, 'test')} of that list also match rows of the workbook"
            told.append(Note(one.id, what, f"they were not written; use --list {one.id}"))
    return told


def _read_cell(step: Step, name: str) -> str:
    """Return what a cell states before it is filled, in our words."""
    text = step.cells.get(name, "")
    if name == "result":
        return parse_result(text) or text
    if name in ("likelihood", "impact", "exposure"):
        level = parse_level(text)
        return text if level is None else level
    if name == "tested":
        try:
            day = parse_day(step.raw.get(name), "mdy")
        except ValueError:
            return text
        return day.isoformat() if day else ""
    return text


def _is_same(name: str, new: str, old: str) -> bool:
    if new == old or (not new and is_nothing(old)) or normalize_text(cut_text(new)) == old:
        return True
    if name != "evidence" or not new:
        return False
    theirs, ours = cells.split_evidence(old), cells.split_evidence(new)
    return ours in (theirs, [piece for piece in theirs if piece != KEPT_INSIDE])


def _note_missing_rows(
    project: Project,
    checklist: Checklist,
    findings: Mapping[str, Sequence[Finding]],
    met: Collection[str],
    refs: Collection[str] | None,
) -> list[Note]:
    """Return notes on items with records that the workbook has no row for."""
    told = []
    for item_id, (_, item) in checklist.items.items():
        ref = f"{checklist.id}:{item_id}"
        if ref in met or item.kind != "test" or (refs is not None and ref not in refs):
            continue
        if not project.record(ref).untouched or ref in findings:
            name = f"{item_id} ({one_line(item.code, 40)})" if item.code else item_id
            told.append(Note(name, "has no row in the workbook", "it was not written"))
    return told
