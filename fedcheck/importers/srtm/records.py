"""Turn the filled cells of a test case workbook into edits of records and findings.

Nothing recorded is lost: an empty cell changes nothing, and where both sides differ ours stays,
unless the person prefers the workbook's.
"""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path
from typing import Any

from msgspec.structs import replace

from fedcheck.domain.change import Change, diff_records
from fedcheck.domain.checklist import Item
from fedcheck.domain.evidence import Evidence
from fedcheck.domain.evidence_edit import apply_evidence_edit, attach_evidence
from fedcheck.domain.finding import Finding, compute_exposure
from fedcheck.domain.finding_rules import FindingEdit, apply_finding_edit
from fedcheck.domain.item_rules import ItemEdit, TestEdit, apply_item_edit
from fedcheck.domain.record import UNSTATED_REASON, Record
from fedcheck.domain.text import one_line
from fedcheck.errors import FedcheckError, RuleError
from fedcheck.importers.evidence_cells import KEPT_INSIDE, EvidenceForm, read_line
from fedcheck.importers.merge import merge
from fedcheck.importers.plan import Note
from fedcheck.importers.srtm import cells
from fedcheck.importers.srtm.checklist import short_digest
from fedcheck.importers.srtm.columns import (
    LEVEL_WORDS,
    RESULT_WORDS,
    is_nothing,
    normalize_text,
    normalize_words,
    parse_level,
    parse_levels,
    parse_result,
)
from fedcheck.importers.srtm.rows import Step
from fedcheck.session import Session
from fedcheck.spreadsheets.cells import AmbiguousDayError, parse_day
from fedcheck.spreadsheets.xlsx_writer import cut_text
from fedcheck.storage.record_file import FINDINGS

TITLE = 100
"""The longest title that is made of a risk, in cells."""

_LABELS = {
    "observation": "observations", "result": "assessment result", "differential": "differential",
    "tester": "assessor", "tested": "day of the test", "sample": "sample",
    "risk": "identified risk", "statement": "risk statement", "likelihood": "likelihood",
    "impact": "impact", "recommendation": "recommendation", "exposure": "risk exposure",
}  # fmt: skip
_FINDING_FIELDS = {"risk": "text", "statement": "comment"}
_PLACEHOLDERS = (
    "select",
    "choose",
    "tbd",
    "to be determined",
    "pending",
    "not tested",
    "in progress",
)


@dataclass(slots=True)
class Recording:
    """Reads the filled cells of steps into changes.

    Attributes:
        theirs: where both sides state something else, take the workbook's.
        counts: results and findings that the workbook gives, for people.
        kept: how many cells state something else than what is recorded here.
    """

    session: Session
    theirs: bool = False
    changes: list[Change] = field(default_factory=list)
    notes: list[Note] = field(default_factory=list)
    counts: Counter[str] = field(default_factory=Counter)
    kept: int = 0
    _raised: dict[tuple[str, str], tuple[FindingEdit, str]] = field(default_factory=dict)
    _new: dict[str, Finding] = field(default_factory=dict)
    _ids: frozenset[str] = frozenset()
    _off: frozenset[tuple[str, str]] | None = None

    def __post_init__(self) -> None:
        """Note the ids that findings have already."""
        self._ids = frozenset(one.id for one in self.session.project.findings)

    def close(self) -> None:
        """Put the findings that were raised into the changes, once all of their tests are known."""
        for new in self._new.values():
            self.changes += diff_records(f"{FINDINGS}:{new.id}", Finding(new.id), new)

    def read(self, ref: str, item: Item, step: Step, findings: Sequence[Finding]) -> None:
        """Take over what a step states, next to what is recorded of its item."""
        said = self._said(step)
        if not any(said.values()):
            return
        old = self.session.project.record(ref)
        edit = self._edit(step, said, old, cells.write_cells(old, cells.select_open(findings)))
        new = self._apply(item, step, edit, old) if edit else old
        added = self._evidence(ref, step, said["evidence"], new)
        if added:
            new = apply_evidence_edit(new, attach_evidence(*added))
        if new != old:  # a test of which something is known is no longer to do
            started = ItemEdit(status="doing" if new.status == "todo" else None)
            new = apply_item_edit(item, new, started, self.session.today())
            self.changes += diff_records(ref, old, new)
        self._risk(ref, step, said, findings, new)

    def _said(self, step: Step) -> dict[str, str]:
        """Return what the cells state, in our words; what cannot be understood is a note."""
        said = {name: step.cells.get(name, "") for name in (*_LABELS, "evidence")}
        result = parse_result(said["result"])
        if result is None:
            words = normalize_words(said["result"])
            waits = words.startswith(_PLACEHOLDERS)
            hint = "" if waits else "use one of " + ", ".join(RESULT_WORDS.values())
            self._note(step, "result", f'not a result: "{one_line(said["result"], 60)}"', hint)
        said["result"] = result or ""
        for name in ("likelihood", "impact", "exposure"):
            level = parse_level(said[name])
            if len(parse_levels(said[name]) or ()) > 1:
                what = f'several levels: "{one_line(said[name], 60)}"'
                self._note(step, name, what, f"the highest is used: {level}")
            if level is None and not normalize_words(said[name]).startswith(_PLACEHOLDERS):
                what = f'not a level: "{one_line(said[name], 60)}"'
                hint = "use one of " + ", ".join(LEVEL_WORDS.values())
                self._note(step, name, what, hint)
            said[name] = level or ""
        for name in ("risk", "statement", "recommendation", "differential"):
            if said[name] and is_nothing(said[name]):
                said[name] = ""
        if normalize_words(said["differential"]) == "no":
            said["differential"] = ""
        said["tested"] = self._day(step) if said["tested"] else ""
        if said["result"]:
            self.counts[said["result"]] += 1
            self.counts["unobserved"] += not said["observation"]
        return said

    def _day(self, step: Step) -> str:
        try:
            day = parse_day(step.raw.get("tested"), "mdy")
        except (AmbiguousDayError, ValueError) as error:
            self._note(step, "tested", str(error), "write it as 2027-02-01")
            return ""
        return day.isoformat() if day else ""

    def _note(self, step: Step, column: str, what: str, remedy: str = "") -> None:
        self.notes.append(Note(step.place(column), what, remedy))

    def _takes(self, step: Step, column: str, said: str, ours: str) -> bool:
        """Return whether a cell changes what is recorded; note a difference that stays."""
        merged = merge(
            ours,
            said,
            is_base=lambda value: not value,
            prefer_theirs=self.theirs,
            # The export cuts a text that is too long for a cell.
            same=lambda ours, theirs: theirs in (ours, normalize_text(cut_text(ours))),
        )
        if merged.taken or not merged.conflict:
            return merged.taken
        self.kept += 1
        what = f'{_LABELS[column]}: the workbook has "{one_line(said, 60)}"'
        remedy = f'ours is kept: "{one_line(ours, 60)}"; use --theirs to take the workbook\'s'
        self._note(step, column, what, remedy)
        return False

    def _edit(
        self, step: Step, said: dict[str, str], old: Record, ours: dict[str, str]
    ) -> ItemEdit | None:
        """Return the edit that texts and result of a step make; none where ours all stand."""
        texts: dict[str, Any] = {}
        for name in ("observation", "differential", "tester", "tested", "sample"):
            if self._takes(step, name, said[name], ours[name]):
                texts[name] = date.fromisoformat(said[name]) if name == "tested" else said[name]
        result = self._result(step, said, old)
        if result and old.result:  # another result than the one that was tested again
            texts["retest"] = ""
        reason: str | None = None
        if "observation" in texts and "not-applicable" in (result, old.result):
            reason, texts["observation"] = cells.split_reason(texts["observation"])
            reason = reason or None
        testing = TestEdit(**texts) if texts else None
        if result == "not-applicable":
            reason = reason or self._reason(said, old)
        if result:
            return ItemEdit(result=result, reason=reason or "", testing=testing, undated=True)
        return ItemEdit(reason=reason, testing=testing, undated=True) if testing else None

    def _result(self, step: Step, said: dict[str, str], old: Record) -> str:
        """Return the result to take over; empty where ours stands."""
        result = said["result"]
        ours = old.result or ("not-applicable" if old.status == "na" else "")
        return result if self._takes(step, "result", result, ours) else ""

    def _reason(self, said: dict[str, str], old: Record) -> str:
        """Return why a test is not applicable: our reason, else what was observed."""
        if old.status == "na" and old.reason:
            return old.reason
        return one_line(said["observation"], 200) or UNSTATED_REASON

    def _apply(self, item: Item, step: Step, edit: ItemEdit, old: Record) -> Record:
        """Return the record after an edit; what the rules refuse is noted.

        Where that is the day of the test alone, all else is taken over.
        """
        today = self.session.today()
        try:
            return apply_item_edit(item, old, edit, today)
        except RuleError as error:
            self._note(step, "tested" if edit.testing else "result", str(error), error.hint)
        if edit.testing is None or edit.testing.tested is None:
            return old
        edit = replace(edit, testing=replace(edit.testing, tested=None))
        return self._apply(item, step, edit, old)

    def _evidence(self, ref: str, step: Step, text: str, old: Record) -> list[Evidence]:
        """Return the evidence that a cell adds to what is there."""
        if text and is_nothing(text):
            self._note(step, "evidence", f'evidence: "{one_line(text, 40)}"', "read as none")
            return []
        ours = "\n".join(cells.write_evidence(evidence_item) for evidence_item in old.evidence)
        known = {KEPT_INSIDE, *ours.split("\n"), *cells.split_evidence(ours)}
        added: list[Evidence] = []
        taken = {evidence_item.id for evidence_item in old.evidence}
        for piece in cells.split_evidence(text):
            if piece not in known:
                same = short_digest(ref, piece)  # in every clone that brings the workbook in
                if not self.theirs and (ref, f"evidence.{same}") in self._taken_off():
                    what = f'evidence "{one_line(piece, 60)}" was removed here'
                    self._note(
                        step, "evidence", what, "it stays removed; use --theirs to add it again"
                    )
                    continue
                evidence_item = self._piece(piece, old.tested)
                added.append(evidence_item if same in taken else replace(evidence_item, id=same))
                taken.add(same)
        self.counts["evidence"] += len(added)
        return added

    def _taken_off(self) -> frozenset[tuple[str, str]]:
        """Return the pieces that somebody took off, as references and fields of the history."""
        if self._off is None:
            off: set[tuple[str, str]] = set()
            for one in self.session.history():
                where = (one.change.ref, one.change.field)
                if one.change.new is None and not one.undoes:
                    off.add(where)
                else:
                    off.discard(where)
            self._off = frozenset(off)
        return self._off

    def _piece(self, text: str, collected: date | None) -> Evidence:
        """Return a piece of evidence; a name is a file where the workspace has such a file."""
        found = read_line(text, EvidenceForm.SHORT)
        kind, link, label = found.kind or "", found.link, found.label
        root = self.session.root
        if kind == "file":
            named = link.replace("\\", "/")
            places = (root / named, root / "evidence" / named)
            there = next((p for p in places if _is_there(p, named)), None)
            kind, link = ("file", str(there)) if there else ("ticket", link)
        try:
            evidence_item = self.session.new_evidence(link, here=root, kind=kind, label=label)
        except FedcheckError:  # an address or a file that may not be linked: the text stays
            evidence_item = self.session.new_evidence(text, here=root, kind="ticket")
        if (
            cells.write_evidence(evidence_item) != text
        ):  # the link is another now: a file in a folder
            evidence_item = replace(evidence_item, label=text)
        return replace(evidence_item, collected=collected)

    def _risk(
        self,
        ref: str,
        step: Step,
        said: dict[str, str],
        findings: Sequence[Finding],
        record: Record,
    ) -> None:
        levels = compute_exposure(said["likelihood"], said["impact"])
        if levels and said["exposure"] and said["exposure"] != levels:
            what = f"risk exposure {said['exposure']}, and likelihood and impact give {levels}"
            self._note(step, "exposure", what, f"{levels} is used")
        names = ("risk", "statement", "likelihood", "impact", "recommendation")
        if not any(said[name] for name in names):
            failed = said["result"] == "other-than-satisfied" == record.result
            if failed and not findings:
                what = "other than satisfied without an identified risk"
                self._note(step, "risk", what, "describe the risk, or: fedcheck finding add")
            return
        self.counts["findings"] += 1
        standing = cells.select_open(findings)
        if not findings:
            self._raise(ref, step, said, record)
        elif len(standing) == 1:
            self._change(step, said, standing[0], names)
        else:
            ours = cells.write_risk_cells(standing or findings)
            for name in names:
                if said[name] and said[name] != ours[name]:
                    self.kept += 1
                    what = f'{_LABELS[name]}: the workbook has "{one_line(said[name], 60)}"'
                    remedy = (
                        f"{len(findings)} findings list this test, and not exactly one of them is "
                        "open"
                    )
                    self._note(step, name, what, remedy + "; see: fedcheck finding list")

    def _raise(self, ref: str, step: Step, said: dict[str, str], record: Record) -> None:
        risk = compute_exposure(said["likelihood"], said["impact"]) or said["exposure"]
        if not risk:
            what = "a risk without likelihood and impact"
            self._note(step, "likelihood", what, "treated as high until it is rated")
        found = record.tested or self.session.today()
        if said["result"] == "satisfied":
            self._note(
                step, "risk", "has a risk, but the test is satisfied", "check which is right"
            )
        first = (said["risk"] or said["statement"]).split("\n")[0]
        title = one_line(first, TITLE) or f"{step.code}: other than satisfied"
        names = ("likelihood", "impact", "recommendation")
        details = {name: said[name] for name in names} | {"comment": said["statement"]}
        edit = FindingEdit(
            new=True,
            title=title,
            text=said["risk"],
            risk=risk or "high",
            found=found,
            details=details,
        )
        area = (step.sheet, step.merged.get("risk", ""))
        before = self._raised.get(area)
        if before is not None and edit == before[0]:  # one risk, merged over several tests
            start, link = self._new[before[1]], FindingEdit(link=(ref,))
            new = apply_finding_edit(start, link, self.session.today())
        else:
            blank = Finding(self._free_id(ref, title))
            new = apply_finding_edit(blank, replace(edit, link=(ref,)), self.session.today())
        if area[1]:
            self._raised[area] = edit, new.id
        self._new[new.id] = new

    def _free_id(self, ref: str, title: str) -> str:
        """Return an id for a finding: the same one in every clone that brings the workbook in."""
        same = short_digest(ref, title)
        taken = same in self._ids or same in self._new
        return self.session.new_ref(FINDINGS).partition(":")[2] if taken else same

    def _change(self, step: Step, said: dict[str, str], old: Finding, names: Sequence[str]) -> None:
        """Take over what a step states about a finding that stands."""
        ours = cells.write_risk_cells([old])
        taken = {
            _FINDING_FIELDS.get(name, name): said[name]
            for name in names
            if self._takes(step, name, said[name], ours[name])
        }
        edit = FindingEdit(text=taken.pop("text", None), details=taken)
        new = apply_finding_edit(old, edit, self.session.today())
        self.changes += diff_records(f"{FINDINGS}:{old.id}", old, new)


def _is_there(path: Path, named: str) -> bool:
    """Return whether the workspace has a file of that name inside it."""
    try:
        return ".." not in named.split("/") and path.is_file()
    except (OSError, ValueError):  # a name that no disk takes
        return False
