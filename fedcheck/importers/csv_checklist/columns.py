"""What the columns of a list mean, by their headings and cells; its words for status and result.

An id tells rows apart, a title is a phrase that varies, a status has few values, a date parses. A
column whose cells cannot be what its heading states is not used, however well the heading fits.
"""

import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass

from fedcheck.domain.control_ids import find_controls
from fedcheck.importers.csv_checklist.synonyms import ENOUGH, score_heading
from fedcheck.spreadsheets.cells import AmbiguousDayError, parse_day
from fedcheck.spreadsheets.grid import GridRow
from fedcheck.spreadsheets.headings import normalize

FIELDS: Mapping[str, str] = {
    "id": "id of the row: its own id, a reference, or an official code",
    "title": "the task, in one line",
    "status": "the status",
    "owner": "the owner",
    "due": "the due date",
    "note": "notes",
    "reason": "why it is blocked or not applicable",
    "evidence": "links to evidence",
    "control": "controls",
    "section": "the section heading",
    "result": "the result of a test",
    "done": "the completion date",
    "guidance": "detailed instructions",
    "phase": "the phase",
    "role": "the role",
}
"""The fields that a column can mean, each with an explanation."""

STATUSES: Mapping[str, tuple[str, ...]] = {
    "todo": (
        "todo", "to do", "open", "not started", "new", "planned", "pending", "backlog", "no", "n",
        "false", "0", "0%", "☐", "□", "not complete", "incomplete", "not done", "unassigned",
    ),
    "doing": (
        "doing", "in progress", "started", "ongoing", "wip", "active", "working", "draft",
        "drafted", "in review", "under review", "review", "partial", "partially complete",
        "partially implemented", "in work", "underway", "◐", "inprogress",
    ),
    "blocked": (
        "blocked", "on hold", "hold", "waiting", "stuck", "impeded", "delayed", "■",
        "waiting for customer", "waiting on",
    ),
    "done": (
        "done", "complete", "completed", "closed", "finished", "yes", "y", "x", "true", "1",
        "100", "100%", "resolved", "implemented", "approved", "✓", "✔", "☑", "☒", "✅",
    ),
    "na": (
        "na", "n a", "not applicable", "out of scope", "wont do", "won t do", "declined",
        "not required", "cancelled", "canceled", "–",
    ),
}  # fmt: skip
"""The words that teams have for each status."""

RESULTS: Mapping[str, tuple[str, ...]] = {
    "satisfied": ("satisfied", "pass", "passed", "met", "yes", "y", "s", "compliant", "✓", "✔"),
    "other-than-satisfied": (
        "other than satisfied", "fail", "failed", "not met", "no", "n", "ots", "not satisfied",
        "o", "non compliant", "noncompliant", "finding", "✗", "other",
    ),
    "not-applicable": ("not applicable", "na", "n a"),
    "": ("", "not tested", "pending", "open", "tbd", "-", "–"),
}  # fmt: skip
"""The words that teams have for each result of a test."""


def parse_status(text: str, own: Mapping[str, str]) -> str | None:
    """Return the status that a word means; None where that is not known.

    Args:
        text: the cell.
        own: words of this list's own, in lower case, with the status of each.
    """
    return _look_up(text, own, STATUSES, _parse_percent)


def split_status(text: str, own: Mapping[str, str]) -> tuple[str, str] | None:
    """Return the status that a cell begins with, and the rest of it; None where it has none.

    `N/A - covered by the host` is not applicable, with a reason; `DONE 11/18` is done.
    """
    whole = parse_status(text, own)
    if whole is not None:
        return whole, ""
    for cut in _CUT.finditer(text):
        status = parse_status(text[: cut.start()], own)
        if status is not None and not re.fullmatch(r"[\d.]+|\w", text[: cut.start()].strip()):
            return status, text[cut.end() :].strip(" )]")
    return None


_CUT = re.compile(r"\s*[-–—:;,(\[]+\s*|\s+(?=\d)")
"""Where a word for a status may end and a remark begin."""


def understand_status(text: str, own: Mapping[str, str]) -> str | None:
    """Return the status that a cell gives, with or without a remark; None where unknown."""
    found = split_status(text, own)
    return found[0] if found else None


def parse_result(text: str, own: Mapping[str, str]) -> str | None:
    """Return the result that a word means, empty for none yet; None where it is not known."""
    return _look_up(text, own, RESULTS, lambda _: None)


def _look_up(
    text: str, own: Mapping[str, str], known: Mapping[str, Iterable[str]], otherwise: object
) -> str | None:
    word = " ".join(text.casefold().split())
    if word in own:
        return own[word]
    for meaning, words in known.items():
        if word in words or (normalize(word) and normalize(word) in words):
            return meaning
    return otherwise(word) if callable(otherwise) else None


def _parse_percent(word: str) -> str | None:
    """Return the status of a share that is done: 40 %, or 0.4 as a spreadsheet keeps it."""
    found = re.fullmatch(r"(\d{1,3}(?:\.\d+)?)\s*(%?)", word)
    if not found:
        return None
    share = float(found[1]) / (1 if not found[2] and float(found[1]) <= 1 else 100)
    if share > 1:
        return None
    return "todo" if share == 0 else "done" if share == 1 else "doing"


SAMPLED = 300
"""How many rows are looked at to check a column."""

_LINK = re.compile(r"https?://|[\w./\\-]+\.(?:pdf|docx?|xlsx?|png|txt|csv|zip|md|pptx?)\b", re.I)


@dataclass(frozen=True, slots=True)
class _Cells:
    """What the filled cells of a column look like; shares are of the filled ones."""

    rows: int
    filled: int
    distinct: int
    length: float
    spaced: float
    numbers: float
    dates: float
    statuses: float
    results: float
    links: float
    controls: float

    @property
    def constant(self) -> bool:
        return self.filled > 1 and self.distinct == 1

    @property
    def variety(self) -> float:
        return self.distinct / self.filled if self.filled else 0.0


def guess_columns(header: Sequence[str], lines: Sequence[GridRow] = ()) -> dict[str, str]:
    """Return the heading for each field that can be shown, in the order of the fields.

    Args:
        header: the headings.
        lines: the rows below; without any the headings alone decide.
    """
    sample = lines[:SAMPLED]
    ranked = []
    for place, heading in enumerate(header):
        scores = score_heading(heading) if heading else {}
        if not scores:
            continue
        cells = _measure(sample, place) if sample else None
        for order, field in enumerate(FIELDS):
            if field in scores:
                score = scores[field] * (_fit(field, cells) if cells else 1)
                if score >= ENOUGH:
                    ranked.append((-score, place, order, field, heading))
    found: dict[str, str] = {}
    used: set[int] = set()
    for _, place, _, field, heading in sorted(ranked):
        if field not in found and place not in used:
            found[field] = heading
            used.add(place)
    if sample and "status" not in found:
        place = _find_status_by_cells(header, sample, used)
        if place >= 0:
            found["status"] = header[place]
    return {field: found[field] for field in FIELDS if field in found}


def _find_status_by_cells(header: Sequence[str], lines: Sequence[GridRow], used: set[int]) -> int:
    """Return the column whose cells are words for a status, whatever its heading; -1 for none."""
    best, found = 0.0, -1
    for place, heading in enumerate(header):
        if not heading or place in used:
            continue
        texts = [text for line in lines if (text := line.text(place).strip())]
        words = {text.casefold() for text in texts}
        plain = sum(understand_status(text, {}) is not None and len(text) > 3 for text in texts)
        share = plain / len(texts) if texts else 0.0
        if len(texts) >= _FEW and len(words) > 1 and share >= 0.6 and share > best:
            best, found = share, place
    return found


_FEW = 4
"""Fewer cells than this do not show that a column is one of statuses."""


def score_header(cells: Sequence[str]) -> int:
    """Return how much a row looks like the header of a list; 0 for not at all.

    Numbers and days name no column.
    """
    texts = [cell for cell in cells if cell and not re.fullmatch(r"[-\d./%,$:]+", cell)]
    if not texts or len(set(texts)) * 2 <= len(texts):
        return 0
    known = len(guess_columns(cells))
    numbers = sum(bool(cell) for cell in cells) - len(texts)
    if len(texts) == 1:
        return min(known, 1) if not numbers else 0
    return max(10 * known + min(len(texts), 9) - 10 * numbers, 0)


def _measure(lines: Sequence[GridRow], place: int) -> _Cells:
    pairs = [(line.text(place).strip(), line.cell(place)) for line in lines]
    texts = [text for text, _ in pairs if text]
    count = max(len(texts), 1)
    dates = sum(_is_day(cell) for text, cell in pairs if text)
    return _Cells(
        len(lines),
        len(texts),
        len({text.casefold() for text in texts}),
        sum(map(len, texts)) / count,
        sum(" " in text for text in texts) / count,
        sum(bool(re.fullmatch(r"[-+]?[\d.,]+%?", text)) for text in texts) / count,
        dates / count,
        sum(parse_status(text, {}) is not None for text in texts) / count,
        sum(bool(parse_result(text, {})) for text in texts) / count,
        sum(bool(_LINK.search(text)) for text in texts) / count,
        sum(bool(find_controls(text)) for text in texts) / count,
    )


def _is_day(cell: object) -> bool:
    if isinstance(cell, int | float):
        return False
    try:
        return parse_day(cell) is not None
    except AmbiguousDayError:
        return True
    except ValueError:
        return False


def _fit(field: str, cells: _Cells) -> float:
    """Return by how much the cells of a column speak for a field, or against it: 1 is neither."""
    if not cells.filled:
        return 0.5
    if field in ("due", "done"):
        if cells.dates >= 0.5:
            return 1.2
        return 1.0 if cells.dates else 0.35 if cells.length <= 20 else 0.0
    if cells.dates > 0.5:
        return 0.3 if field in ("note", "reason", "evidence") else 0.0
    return _CHECKS[field](cells) if field in _CHECKS else 1.0


def _fit_id(cells: _Cells) -> float:
    if cells.constant or cells.variety < 0.5 or cells.length > 60:
        return 0.0
    whole = 1.0 if cells.filled * 2 >= cells.rows else 0.5
    phrases = 0.6 if cells.spaced > 0.5 else 1.0
    return (1.0 if cells.variety >= 0.9 else 0.4) * whole * phrases


def _fit_title(cells: _Cells) -> float:
    if cells.constant or (cells.numbers > 0.8 and cells.filled > 1):
        return 0.0
    if cells.filled >= 4 and cells.variety < 0.3:
        return 0.3
    return (1.0 if cells.spaced > 0.3 else 0.85) * (1 if cells.length <= 300 else 0.7)


def _fit_status(cells: _Cells) -> float:
    if cells.length > 40:
        return 0.2
    if cells.statuses >= 0.5:
        return 1.2
    return 0.3 if cells.filled > 8 and cells.variety > 0.5 else 0.9


def _fit_owner(cells: _Cells) -> float:
    return 0.2 if cells.length > 60 or cells.numbers > 0.8 else 1.0


def _fit_result(cells: _Cells) -> float:
    return 1.2 if cells.results >= 0.3 else 0.2 if cells.length > 40 else 0.8


def _fit_section(cells: _Cells) -> float:
    return 0.6 if cells.filled >= 4 and cells.variety > 0.95 else 1.0


def _fit_short(cells: _Cells) -> float:
    if cells.statuses >= 0.6 and cells.distinct > 1:
        return 0.0  # a stage of `Done`, `Open` and `Blocked` is how far the row is
    return 0.2 if cells.length > 30 or (cells.filled >= 5 and cells.variety > 0.8) else 1.0


_CHECKS: Mapping[str, Callable[[_Cells], float]] = {
    "id": _fit_id,
    "title": _fit_title,
    "status": _fit_status,
    "owner": _fit_owner,
    "result": _fit_result,
    "section": _fit_section,
    "control": lambda cells: 1.2 if cells.controls >= 0.5 else 1.0 if cells.controls else 0.6,
    "evidence": lambda cells: 1.2 if cells.links else 0.9,
    "guidance": lambda cells: 0.3 if cells.constant else 1.0,
    "phase": _fit_short,
    "role": _fit_short,
}
