"""Evidence in a cell of a table, written and read: one line for each evidence item.

Tables differ in the form of a line, as their readers expect it; whether a link may leave, how lines
are distinguished and how labels are found again is the same for all. Nothing under `private/` goes
out or comes in, and no file outside the workspace.
"""

import re
from dataclasses import dataclass
from enum import StrEnum
from pathlib import PurePath

from fedcheck.domain.evidence import Evidence
from fedcheck.domain.glossary import EvidenceKind
from fedcheck.domain.text import one_line
from fedcheck.errors import FedcheckError
from fedcheck.importers.plan import Note
from fedcheck.session import Session
from fedcheck.storage.paths import PRIVATE_FOLDER

KEPT_INSIDE = "kept inside"
"""What is in place of evidence under `private/`."""


class EvidenceForm(StrEnum):
    """How a table writes the label and the link of an evidence item."""

    ANGLES = "Label <link>"
    COLON = "Label: link"
    SHORT = "Label: link, or the label alone where it names the link"
    NAME = "Label (link); of a file its name without its folder"


@dataclass(frozen=True, slots=True)
class CellEvidence:
    """What a line of a cell states about an evidence item.

    Attributes:
        kind: None where the form of the line does not show.
    """

    link: str
    label: str = ""
    kind: EvidenceKind | None = None


_ANGLES = re.compile(r"(.*\S)\s*<([^<>]+)>")
_URL = re.compile(r"https?://[^\s<>\"]+", re.I)
_TICKET = re.compile(r"(?:[A-Z][A-Z0-9]{1,9}-\d{1,7}|#\d{1,7}|(?:INC|CHG|RITM|REQ|TASK)\d{4,9})")
_FILE = re.compile(
    r"[^\\/:*?\"<>|\s][^\\:*?\"<>|]{0,200}\.(?:pdf|docx?|xlsx?|xlsm|csv|pptx?|vsdx?|txt|md|rtf|log|png|"
    r"jpe?g|gif|bmp|tiff?|mp4|zip|7z|gz|tar|tgz|json|xml|ya?ml|html?|msg|eml|nessus|nbe|pcap|ckl|cklb)",
    re.I,
)
_BULLET = re.compile(r"^(?:[-*•·–o]\s+|\(?\d{1,2}[.)]\s+)")
_SEPARATOR = re.compile(r";(?=\s|$)")


def is_private(link: str) -> bool:
    """Return whether a link leads under `private/`."""
    return link.replace("\\", "/").removeprefix("./").split("/")[0] == PRIVATE_FOLDER


def write_line(evidence: Evidence, form: EvidenceForm) -> str:
    """Return an evidence item as a line of a cell; nothing of a private one."""
    link, label = evidence.link, evidence.label
    if is_private(link):
        return KEPT_INSIDE
    match form:
        case EvidenceForm.ANGLES:
            label = " ".join(label.split())
            return f"{label} <{link}>" if label else link
        case EvidenceForm.COLON:
            return f"{label}: {link}" if label else link
        case EvidenceForm.NAME:
            name = PurePath(link).name if evidence.kind == EvidenceKind.FILE else link
            return f"{label} ({name})" if label else name
    label, link = _SEPARATOR.sub(",", one_line(label)), one_line(link)
    if not label or label == link:
        return link
    return label if link in label or link.rpartition("/")[2] in label else f"{label}: {link}"


def split_cell(text: str) -> list[str]:
    """Return the lines of a cell: one a line, or after a semicolon that a blank follows."""
    parts = (part.strip() for line in text.split("\n") for part in _SEPARATOR.split(line))
    return [part for part in parts if part]


def read_line(text: str, form: EvidenceForm) -> CellEvidence:
    """Return what a line states, as `write_line` puts it together; any other text is a link.

    In the form SHORT, a text that is no address and no name of a file is a ticket.
    """
    if form is not EvidenceForm.SHORT:
        found = _ANGLES.fullmatch(text)
        return CellEvidence(found[2].strip(), found[1].strip()) if found else CellEvidence(text)
    label, colon, tail = text.rpartition(": ")
    bare = _BULLET.sub("", text)
    urls = _URL.findall(text)
    if len(urls) == 1:
        link = urls[0].rstrip(".,;)")
        if bare == link:
            return CellEvidence(link, text if bare != text else "", EvidenceKind.URL)
        return CellEvidence(link, label if colon and tail == link else text, EvidenceKind.URL)
    if colon and label and (_TICKET.fullmatch(tail) or _FILE.fullmatch(tail)):
        kind = EvidenceKind.FILE if _FILE.fullmatch(tail) else EvidenceKind.TICKET
        return CellEvidence(tail, label, kind)
    if _FILE.fullmatch(bare):
        return CellEvidence(bare, text if bare != text else "", EvidenceKind.FILE)
    return CellEvidence(text, kind=EvidenceKind.TICKET)


def make_evidence(session: Session, found: CellEvidence) -> Evidence | Note:
    """Return an evidence item, or why it is none; nothing private and nothing outside."""
    if is_private(found.link):
        return Note("", f"{one_line(found.link, 80)}: is under private/ and would be revealed")
    try:
        return session.new_evidence(found.link, here=session.root, label=found.label)
    except FedcheckError as error:
        return Note("", f"evidence not added: {one_line(str(error), 160)}", error.hint)
