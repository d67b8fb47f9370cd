"""Requests, findings, sent reports: files with a table for each, such as `[[request]]`."""

from collections.abc import Sequence
from pathlib import Path
from typing import Any

from fedcheck.domain.checklist import FORMAT
from fedcheck.domain.finding import Finding, Findings
from fedcheck.domain.request import Request, Requests
from fedcheck.domain.text import one_line
from fedcheck.domain.workspace import SentReport, SentReports
from fedcheck.storage.decoder import decode
from fedcheck.storage.problems import Collector, list_warnings
from fedcheck.storage.record_file import FINDINGS, REQUESTS, SENT, RecordFile
from fedcheck.storage.toml_io import collect_toml_values, dumps, format_table, parse

_ARRAYS = {REQUESTS: "request", FINDINGS: "finding", SENT: "sent"}


def load(path: Path, raw: bytes, name: str) -> RecordFile:
    """Read a ledger from its bytes. Raises InvalidFileError where it cannot be used as a whole."""
    document = parse(path, raw)
    problems = document.collector()
    things: Sequence[Request | Finding | SentReport] = ()
    extra: dict[str, Any] = {}
    if name == REQUESTS:
        asked = decode(Requests, document.data, (), problems)
        if asked:
            things, extra = asked.requests, asked.extra
    elif name == SENT:
        reports = decode(SentReports, document.data, (), problems)
        if reports:
            things, extra = reports.sent, reports.extra
    else:
        gaps = decode(Findings, document.data, (), problems)
        if gaps:
            things, extra = gaps.findings, gaps.extra
    _check(_ARRAYS[name], things, problems)
    warnings = list_warnings(problems)
    records = {one.id: one for one in things}
    return RecordFile(name, records, extra, document.sha256, warnings=warnings)


def _check(
    array: str, things: Sequence[Request | Finding | SentReport], problems: Collector
) -> None:
    seen: set[str] = set()
    for index, one in enumerate(things):
        if one.id in seen:
            text = f'the id "{one_line(one.id, 60)}" appears twice'
            problems.add((array, index, "id"), text, "give one a new id")
        seen.add(one.id)
        if not one.id or ":" in one.id:
            problems.add(
                (array, index, "id"), "this is not an id", "write a short one, such as 2b5354"
            )
        if not one.title:
            problems.add((array, index), 'the key "title" is missing', "add a one-line title")


def dump(book: RecordFile) -> bytes:
    """Return the bytes of a ledger; its records keep their order, new ones come last."""
    array = _ARRAYS[book.name]
    plain = {k: v for k, v in book.extra.items() if not isinstance(v, dict)}
    nested = {k: v for k, v in book.extra.items() if isinstance(v, dict)}
    parts = [dumps({"format": FORMAT, **plain})]
    for one in book.records.values():
        data = {k: v for k, v in collect_toml_values(one).items() if k != "evidence"}
        text = format_table(f"[[{array}]]", array, data)
        for evidence_item in one.evidence:
            inner = f"{array}.evidence"
            text += "\n" + format_table(f"[[{inner}]]", inner, collect_toml_values(evidence_item))
        parts.append(text)
    if nested:
        parts.append(dumps(nested))
    return "\n".join(parts).encode("utf-8", "replace")
