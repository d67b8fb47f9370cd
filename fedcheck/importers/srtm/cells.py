"""Write a record and its findings as the cells of a test case workbook.

The export writes these texts and the import compares with them, so an exported workbook changes
nothing when it comes back.
"""

from collections.abc import Iterable, Mapping, Sequence

from fedcheck.domain.evidence import Evidence
from fedcheck.domain.finding import Finding, compute_exposure
from fedcheck.domain.record import UNSTATED_REASON, Record
from fedcheck.domain.text import one_line
from fedcheck.importers.evidence_cells import EvidenceForm, split_cell, write_line
from fedcheck.importers.srtm.columns import is_nothing, normalize_text

REASON = "Not applicable: "
"""How the reason of a test that is not applicable begins in the column of observations."""

RECORDED = ("observation", "result", "differential", "tester", "tested", "sample")
"""Columns that hold one field of a record, each under its name."""


def write_cells(record: Record, findings: Sequence[Finding]) -> dict[str, str]:
    """Return the cells of a test by field: dates in ISO, results and levels as we record them."""
    shown = {
        name: normalize_text(getattr(record, name) or "") for name in RECORDED if name != "tested"
    }
    if record.status == "na":
        shown["result"] = "not-applicable"
        shown["observation"] = write_reason(record)
    shown["tested"] = record.tested.isoformat() if record.tested else ""
    shown["evidence"] = "\n".join(write_evidence(one) for one in record.evidence)
    return shown | write_risk_cells(findings)


def write_reason(record: Record) -> str:
    """Return the observation of a test that is not applicable: why it is not, then what was seen.

    The workbook has no column for the reason, and reviewers reject a result without one.
    """
    seen, reason = normalize_text(record.observation), one_line(record.reason)
    if not reason or record.reason == UNSTATED_REASON or reason == one_line(seen, 200):
        return seen
    return f"{REASON}{reason}\n\n{seen}".rstrip()


def split_reason(text: str) -> tuple[str, str]:
    """Return the reason that a cell of observations begins with, and what was seen."""
    if not text.startswith(REASON):
        return "", text
    reason, _, seen = text.removeprefix(REASON).partition("\n\n")
    return (one_line(reason), seen.strip()) if reason.strip() else ("", text)


def write_risk_cells(findings: Sequence[Finding]) -> dict[str, str]:
    """Return the cells of a risk by field; of several risks the highest levels.

    The exposure follows from likelihood and impact, as the workbook computes it; without both of
    them it is the risk of the finding.
    """
    order = {"high": 0, "moderate": 1, "low": 2}
    ranked = sorted(findings, key=lambda one: order.get(one.risk, 3))
    first = ranked[0] if ranked else None
    return {
        "risk": _join(one.text or one.title for one in findings),
        "statement": _join(one.comment for one in findings),
        "likelihood": first.likelihood if first else "",
        "impact": first.impact if first else "",
        "exposure": (compute_exposure(first.likelihood, first.impact) or first.risk)
        if first
        else "",
        "recommendation": _join(one.recommendation for one in findings),
    }


def select_open(findings: Sequence[Finding]) -> list[Finding]:
    """Return the open findings."""
    return [one for one in findings if one.state == "open"]


def group_by_item(findings: Iterable[Finding]) -> Mapping[str, list[Finding]]:
    """Return the findings of each item, by its reference."""
    found: dict[str, list[Finding]] = {}
    for one in findings:
        for ref in one.items:
            found.setdefault(ref, []).append(one)
    return found


def _join(texts: Iterable[str]) -> str:
    return "\n\n".join(dict.fromkeys(text for one in texts if (text := normalize_text(one))))


def write_evidence(evidence: Evidence) -> str:
    """Return an evidence item as a line of the workbook."""
    return write_line(evidence, EvidenceForm.SHORT)


def split_evidence(text: str) -> list[str]:
    """Return the lines of a cell of evidence that name something, each once."""
    lines = (one_line(line) for line in split_cell(text))
    return list(dict.fromkeys(line for line in lines if not is_nothing(line)))
