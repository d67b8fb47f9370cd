"""The lines of home on gates, milestones and what is lost: each leads to what it is about."""

from collections.abc import Sequence
from datetime import date

from rich.cells import cell_len
from textual.content import Content

from fedcheck.analysis.board import Board
from fedcheck.analysis.deadlines import list_ruleset_deadlines
from fedcheck.analysis.gate_scope import count_before_each
from fedcheck.analysis.gates import Gate
from fedcheck.analysis.outstanding import NOBODY, count_by_owner
from fedcheck.domain.dates import format_distance
from fedcheck.domain.text import one_line
from fedcheck.errors import FedcheckError
from fedcheck.storage.paths import HANDOVERS_FOLDER
from fedcheck.tui.app_protocol import ProjectApp
from fedcheck.tui.widgets.attention import list_loss_doors
from fedcheck.tui.widgets.doors import Door

BESIDE_TITLE = 10 + 12 + 2
"""The cells next to a milestone's title: its date, the distance, a gap; then what is missing."""


def gate_line(board: Board, found: Sequence[Gate]) -> Door:
    """Return what the next gate lacks, and who owes it."""
    gate = next((g for g in found if g.milestone.id == board.next_milestone), None)
    if gate is None:
        return Door(Content("This process has no gates."))
    name = one_line(gate.milestone.title)
    when = (
        f" {gate.date.isoformat()}, {format_distance(gate.date, board.today)}" if gate.date else ""
    )
    if gate.ready:
        text = Content.assemble((f"{name}{when}: ", "bold"), ("ready", "$text-success"))
    else:
        owed: dict[str, int] = {}
        for role, person, count in count_by_owner(board.project, gate.counted):
            who = one_line(role or person, 30) or NOBODY
            owed[who] = owed.get(who, 0) + count
        owers = ", ".join(f"{who} {number}" for who, number in owed.items())
        text = Content.assemble(
            (f"{name}{when}: ", "bold"),
            (f"{len(gate.counted)} outstanding", "$text-warning"),
            (f"   {owers}", "$foreground-muted"),
        )
    return Door(text, f"gate:{gate.milestone.id}")


def date_lines(board: Board, found: list[Gate], role: str, width: int) -> list[Door]:
    """Return the milestone that passed last, and what comes next: milestones and rulesets.

    Args:
        board: the project as it stands.
        found: its gates.
        role: whose rulesets are shown.
        width: the cells of a line.
    """
    shown = [(gate.date, gate) for gate in found if gate.date]
    passed = sorted((one for one in shown if one[0] < board.today), key=by_day)[-1:]
    before = dict(zip((gate.milestone.id for gate in found), count_before_each(found), strict=True))
    verdicts = {gate.milestone.id: _verdict(gate, before[gate.milestone.id]) for _, gate in shown}
    beside = max((len(words) for words, _ in verdicts.values()), default=0)
    room = min(max(width - BESIDE_TITLE - beside, 12), 40)

    def show(day: date, gate: Gate) -> Door:
        title = gate.milestone.title
        text = fill(title, room) if gate.milestone.closes else one_line(title, width - 22)
        line = _dated(board, day, text, verdicts[gate.milestone.id])
        return Door(line, f"gate:{gate.milestone.id}")

    rows = [(day, show(day, gate)) for day, gate in passed]
    coming = [(day, show(day, gate)) for day, gate in shown if day >= board.today]
    for one in list_ruleset_deadlines(board, role):
        if one.day:
            line = _dated(board, one.day, one_line(one.what, width - 22), ("", ""))
            coming.append((one.day, Door(line, "calendar:")))
    return [door for _, door in [*rows, *sorted(coming, key=by_day)]]


def _dated(board: Board, day: date, text: str, verdict: tuple[str, str]) -> Content:
    """Return a line: the day, the distance, a title, what is missing."""
    return Content.assemble(
        day.isoformat(),
        (f"{format_distance(day, board.today):>10}  ", "$foreground-muted"),
        text,
        "  ",
        verdict,
    )


def _verdict(gate: Gate, before: int) -> tuple[str, str]:
    """Return what a gate lacks, and its color; what earlier gates lack besides is shown too."""
    if not gate.milestone.closes:
        return "", ""
    more = f" (+{before} earlier)" if before else ""
    if gate.ready:
        return f"ready{more}", "$text-warning" if before else "$text-success"
    return f"{len(gate.counted)} outstanding{more}", "$text-warning"


def list_troubles(app: ProjectApp, found: Sequence[Door]) -> list[Door]:
    """Return what is lost, proposals of hand-overs, and then what else needs attention."""
    first = list_loss_doors(app.others.losses, app.signs) + _list_proposal_doors(app)
    return [*first, *(door for door in found if door.target or not first)]


def _list_proposal_doors(app: ProjectApp) -> list[Door]:
    """Return a line that leads to the open proposals; none where there are no such."""
    if not (app.session.root / HANDOVERS_FOLDER).is_dir():
        return []  # nothing was ever handed over: what reads hand-overs is not loaded
    from fedcheck.sharing.proposals import list_open

    try:
        count = len(list_open(app.session))
    except FedcheckError:
        return []  # fedcheck handover lists what cannot be read
    if not count:
        return []
    noun = "proposal" if count == 1 else "proposals"
    text = f"? {count:>3} {noun} to accept or reject"
    return [Door(Content.styled(text, "$text-warning"), "proposals:")]


def by_day(dated: tuple[date, object]) -> date:
    """Return the day of a pair, to sort by."""
    return dated[0]


def fill(text: str, width: int) -> str:
    """Return a text cut or filled to a width in cells."""
    text = one_line(text, width)
    return text + " " * max(width - cell_len(text), 0)
