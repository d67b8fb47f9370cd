"""The way of a service as a report tells it: process, milestones, phases, and the pace."""

from collections.abc import Iterable
from datetime import timedelta

from fedcheck.insight.entries import Board
from fedcheck.insight.gates import Gate, lacking_by_phase
from fedcheck.insight.pace import pace as pace_of
from fedcheck.insight.progress import Count
from fedcheck.model.dates import distance
from fedcheck.model.entry import Entry
from fedcheck.model.process import ROLE_TITLES
from fedcheck.model.text import one_line
from fedcheck.report import view, words
from fedcheck.report.debts import gate_view


def service(board: Board) -> view.ServiceView:
    """Return the service offering."""
    config = board.project.config
    profile = ", ".join(f"{name} {value}" for name, value in (config.profile or {}).items())
    return view.ServiceView(
        name=words.title(config.name),
        provider=words.title(config.provider),
        profile=words.title(profile),
        role=config.role,
        marking=words.title(config.marking),
    )


def process(board: Board) -> view.ProcessView:
    """Return the authorization path."""
    found = board.project.process
    return view.ProcessView(
        id=found.id,
        title=words.title(found.title),
        summary=one_line(found.summary),
        historical=found.status == "historical",
        followed_by=one_line(found.followed_by),
        note=one_line(found.note),
        roles=tuple(role_view(role) for role in roles_of(board)),
    )


def roles_of(board: Board) -> list[str]:
    """Return the roles that owe anything, in the order of the process."""
    owing = {entry.role for entry in board.entries.values()}
    roles = [*board.project.process.roles, *ROLE_TITLES]
    return [role for role in dict.fromkeys(roles) if role in owing]


def milestone(board: Board, judged: Gate, reported: str) -> view.MilestoneView:
    """Return a milestone; `reported` is the id of the one that the report is for."""
    stone, today = judged.milestone, board.today
    return view.MilestoneView(
        id=stone.id,
        title=words.title(stone.title),
        question=words.title(stone.question or f"May we call: {stone.title}?"),
        date=judged.date,
        days=(judged.date - today).days if judged.date else None,
        away=distance(judged.date, today) if judged.date else "",
        when=words.when(judged.date, today),
        reported=stone.id == reported,
        gate=gate_view(board, judged) if stone.closes else None,
    )


def phases(board: Board, judged: list[Gate], reported: str) -> Iterable[view.PhaseView]:
    """Yield the phases that hold any item, told for a milestone."""
    lacks, roles = lacking_by_phase(board, judged, reported), roles_of(board)
    for phase in board.project.process.phases:
        entries = board.of_phase(phase.id)
        if not entries:
            continue
        lack = lacks[phase.id]
        yield view.PhaseView(
            id=phase.id,
            title=words.title(phase.title),
            purpose=one_line(phase.purpose),
            begun=any(entry.record.status != "todo" for entry in entries),
            counts=tuple(_count(role, entries) for role in roles),
            total=counted("", entries),
            gate="-" if lack is None else f"{lack[1]} missing" if lack[1] else "met",
        )


def pace(board: Board, towards: str) -> view.PaceView | None:
    """Return how fast the work goes towards a milestone; nothing where there is none."""
    if not towards:
        return None
    found = pace_of(board, towards)
    monday = board.today - timedelta(days=board.today.weekday())
    last = len(found.weeks) - 1
    return view.PaceView(
        weeks=tuple(
            view.WeekView(monday - timedelta(weeks=last - place), done)
            for place, done in enumerate(found.weeks)
        ),
        done=found.done,
        total=found.total,
        made=round(found.made, 1),
        needed=None if found.needed is None else round(found.needed, 1),
        late=found.late,
        text=found.words,
    )


def role_view(role: str) -> view.RoleView:
    """Return a role."""
    return view.RoleView(role, words.role_label(role), ROLE_TITLES.get(role, role))


def _count(role: str, entries: list[Entry]) -> view.CountView | None:
    own = [entry for entry in entries if entry.role == role]
    return counted(role, own) if own else None


def counted(role: str, entries: list[Entry]) -> view.CountView:
    """Return how many of the entries have which status; `role` says whose they are."""
    count = Count()
    for entry in entries:
        count.add(entry)
    return view.CountView(
        role=role,
        total=count.total,
        countable=count.countable,
        overdue=sum(entry.overdue for entry in entries),
        percent=count.percent,
        text=f"{count.text}, {count.share}",
        **count.by_status,
    )
