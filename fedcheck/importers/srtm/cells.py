"""What a record and its findings put into the cells of a test case workbook.

The import compares with this, the export writes it: what was exported is therefore nothing new
when it comes back.
"""

import re
from collections.abc import Iterable, Mapping, Sequence

from fedcheck.domain.evidence import Evidence
from fedcheck.domain.finding import Finding, exposure
from fedcheck.domain.record import Record
from fedcheck.domain.text import one_line
from fedcheck.importers.evidence_cells import KEPT_INSIDE, is_private
from fedcheck.importers.srtm.columns import says_nothing, settled

RECORDED = ("observation", "result", "differential", "tester", "tested", "sample")
"""Columns that hold one field of a record, each under its name."""

_URL = re.compile(r"https?://[^\s<>\"]+", re.I)
_TICKET = re.compile(r"(?:[A-Z][A-Z0-9]{1,9}-\d{1,7}|#\d{1,7}|(?:INC|CHG|RITM|REQ|TASK)\d{4,9})")
_FILE = re.compile(
    r"[^\\/:*?\"<>|\s][^\\:*?\"<>|]{0,200}\.(?:pdf|docx?|xlsx?|xlsm|csv|pptx?|vsdx?|txt|md|rtf|log|png|"
    r"jpe?g|gif|bmp|tiff?|mp4|zip|7z|gz|tar|tgz|json|xml|ya?ml|html?|msg|eml|nessus|nbe|pcap|ckl|cklb)",
    re.I,
)
_BULLET = re.compile(r"^(?:[-*•·–o]\s+|\(?\d{1,2}[.)]\s+)")


def cells_of(record: Record, findings: Sequence[Finding]) -> dict[str, str]:
    """Return what stands in the columns of a test, days in ISO, results and levels by our words."""
    shown = {name: settled(getattr(record, name) or "") for name in RECORDED if name != "tested"}
    shown["tested"] = record.tested.isoformat() if record.tested else ""
    shown["evidence"] = "\n".join(piece_text(proof) for proof in record.evidence)
    return shown | risk_cells(findings)


def risk_cells(findings: Sequence[Finding]) -> dict[str, str]:
    """Return what stands in the columns of a risk; of several the highest levels.

    The exposure follows from likelihood and impact, as the workbook computes it; without both of
    them it is the risk of the finding.
    """
    order = {"high": 0, "moderate": 1, "low": 2}
    ranked = sorted(findings, key=lambda one: order.get(one.risk, 3))
    first = ranked[0] if ranked else None
    return {
        "risk": _joined(one.text or one.title for one in findings),
        "statement": _joined(one.comment for one in findings),
        "likelihood": first.likelihood if first else "",
        "impact": first.impact if first else "",
        "exposure": (exposure(first.likelihood, first.impact) or first.risk) if first else "",
        "recommendation": _joined(one.recommendation for one in findings),
    }


def live(findings: Sequence[Finding]) -> list[Finding]:
    """Return the findings that stand: the open ones; what was corrected is no risk any more."""
    return [one for one in findings if one.state == "open"]


def by_item(findings: Iterable[Finding]) -> Mapping[str, list[Finding]]:
    """Return the findings of each item, by its reference."""
    found: dict[str, list[Finding]] = {}
    for one in findings:
        for ref in one.items:
            found.setdefault(ref, []).append(one)
    return found


def _joined(texts: Iterable[str]) -> str:
    return "\n\n".join(dict.fromkeys(text for one in texts if (text := settled(one))))


def piece_text(proof: Evidence) -> str:
    """Return a piece of evidence in a line: its label and its link; nothing private."""
    if is_private(proof.link):
        return KEPT_INSIDE
    label, link = re.sub(r";(?=\s|$)", ",", one_line(proof.label)), one_line(proof.link)
    if not label or label == link:
        return link
    return label if link in label or link.rpartition("/")[2] in label else f"{label}: {link}"


def pieces_in(text: str) -> list[str]:
    """Return the pieces that a cell of evidence names: one a line, or after a semicolon."""
    pieces = []
    for line in text.split("\n"):
        parts = [line] if _URL.fullmatch(line.strip()) else re.split(r";(?=\s|$)", line)
        pieces += [one_line(part) for part in parts]
    return list(dict.fromkeys(piece for piece in pieces if piece and not says_nothing(piece)))


def parsed_piece(text: str) -> tuple[str, str, str]:
    """Return kind, link and label of a piece: `file` where it is named like one.

    `Label: link` comes apart, as `piece_text` puts it together; any other text is kept whole.
    """
    head, colon, tail = text.rpartition(": ")
    bare = _BULLET.sub("", text)
    urls = _URL.findall(text)
    if len(urls) == 1:
        link = urls[0].rstrip(".,;)")
        if bare == link:
            return "url", link, text if bare != text else ""
        return "url", link, head if colon and tail == link else text
    if colon and head and (_TICKET.fullmatch(tail) or _FILE.fullmatch(tail)):
        return "file" if _FILE.fullmatch(tail) else "ticket", tail, head
    if _FILE.fullmatch(bare):
        return "file", bare, text if bare != text else ""
    return "ticket", text, ""
