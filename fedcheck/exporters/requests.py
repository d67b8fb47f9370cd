"""The table of requests that others fill in: a comment matrix, an evidence request list."""

import re
from datetime import date
from pathlib import Path

from fedcheck.analysis.issue_queries import build_request_language
from fedcheck.domain.reference import did_you_mean
from fedcheck.errors import ErrorKind, FedcheckError
from fedcheck.exporters.registry import Export
from fedcheck.importers import request_rows
from fedcheck.importers.option import Values
from fedcheck.session import Session
from fedcheck.spreadsheets import xlsx_writer
from fedcheck.storage.record_file import REQUESTS


def _number_key(text: str) -> tuple[tuple[int, str], ...]:
    """Return what sorts numbers as people do: R-2 before R-10."""
    parts = re.split(r"(\d{1,9})", text.casefold())
    return tuple((int(part), "") if place % 2 else (0, part) for place, part in enumerate(parts))


def write(session: Session, values: Values) -> Export:
    """Return the requests of a query as CSV, as a workbook or as Markdown.

    Raises FedcheckError, status 3 where the file of requests is broken, 2 for an unknown person.
    """
    for broken in session.project.broken:
        if not broken.private and Path(broken.path) == session.root / f"{REQUESTS}.toml":
            raise FedcheckError(f"{REQUESTS}.toml cannot be used", "fix it: fedcheck doctor")
    board = session.board().shared()
    project, to, kind = board.project, values["to"], values["kind"]
    found = (
        build_request_language(project).parse(values["query"]).select(project.requests, board.today)
    )
    if to:
        used = (request.to for request in project.requests)
        known = {*project.people(), *project.process.roles, *used}
        if to.casefold() not in {name.casefold() for name in known}:
            raise FedcheckError(
                f'nobody is named "{to[:60]}"', did_you_mean(to, known), ErrorKind.USAGE
            )
    found = request_rows.select_requests(project, found, to, kind)
    found.sort(key=lambda one: (one.due or date.max, _number_key(one.id)))
    match values["format"] or values["output"].rpartition(".")[2].lower():
        case "md":
            from fedcheck.reports.request_table import render_request_table

            return Export(render_request_table(board, found, to, kind).encode())
        case "xlsx":
            return Export(xlsx_writer.write_xlsx([request_rows.build_sheet(project, found)]))
    return Export(xlsx_writer.write_csv(request_rows.build_rows(project, found)))
