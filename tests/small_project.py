"""Projects in memory, for tests of what the facts add up to."""

from collections.abc import Iterable, Mapping, Sequence
from datetime import date
from typing import Any

from msgspec.structs import replace

from fedcheck.analysis.board import Board, board
from fedcheck.domain.change import Change, Thing
from fedcheck.domain.checklist import Checklist, Item, Section
from fedcheck.domain.field_values import with_field
from fedcheck.domain.finding import Finding
from fedcheck.domain.process import Milestone, Phase, Process, Role
from fedcheck.domain.record import Record
from fedcheck.domain.request import Request
from fedcheck.domain.workspace import BrokenFile, Project, WorkspaceConfig

TODAY = date(2027, 1, 11)
KICK_OFF = date(2027, 2, 1)

PROCESS = Process(
    format=1,
    id="jab",
    title="JAB P-ATO",
    roles=("csp", "3pao"),
    role_tables=tuple(Role(name, optional=True) for name in ("pmo", "jab", "agency", "advisor")),
    blocking_risks=("high",),
    phases=tuple(Phase(name, name, "") for name in ("readiness", "full-assessment", "review")),
    milestones=(
        Milestone("ready", "Ready", closes=("readiness",)),
        Milestone(
            "package", "Package", closes=("readiness", "full-assessment"), default="kick-off - 14d"
        ),
        Milestone("kick-off", "Kick-off", closes=("readiness", "full-assessment")),
        Milestone("ato", "P-ATO", closes=("readiness", "full-assessment", "review")),
        Milestone("anniversary", "Anniversary", default="ato + 1y"),
    ),
)

SECTION = Section("s", "Section")


def item(item_id: str, **fields: Any) -> Item:
    """Return an item with a title."""
    return Item(id=item_id, title=fields.pop("title", item_id.title()), **fields)


def checklist(
    checklist_id: str, *items: Item, phase: str = "readiness", role: str = "csp"
) -> Checklist:
    """Return a checklist of one section."""
    section = replace(SECTION, items=items)
    return Checklist(1, checklist_id, ("jab",), phase, role, checklist_id, sections=(section,))


def project(
    *items: Item,
    records: Mapping[str, Record] | None = None,
    lists: Sequence[Checklist] = (),
    milestones: Mapping[str, date] | None = None,
    requests: Sequence[Request] = (),
    findings: Sequence[Finding] = (),
    broken: Sequence[BrokenFile] = (),
    process: Process = PROCESS,
    profile: Mapping[str, str] | None = None,
    files: Mapping[str, str] | None = None,
) -> Project:
    """Return a project; `items` are those of the list `r.csp`, in the phase readiness."""
    all_lists = (*((checklist("r.csp", *items),) if items else ()), *lists)
    by_list: dict[str, dict[str, Record]] = {}
    for ref, record in (records or {}).items():
        owner, _, name = ref.rpartition(":")
        by_list.setdefault(owner or "r.csp", {})[name] = record
    stones = {"kick-off": KICK_OFF} if milestones is None else milestones
    config = WorkspaceConfig(1, "Test", process.id, "csp", milestones=stones, profile=profile)
    return Project(
        root="/nowhere",
        config=config,
        process=process,
        checklists={one.id: one for one in all_lists},
        records=by_list,
        requests=tuple(requests),
        findings=tuple(findings),
        file_states=files,
        broken=tuple(broken),
    )


def small_board(*items: Item, today: date = TODAY, **about: Any) -> Board:
    """Return the board of a project on a day."""
    return board(project(*items, **about), today)


def applied(record: Thing, changes: Iterable[Change]) -> Thing:
    """Return a record after changes, whatever it held before."""
    for change in changes:
        record = with_field(record, change.field, change.new)
    return record
