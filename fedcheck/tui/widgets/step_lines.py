"""The steps that home lists: each with its title whole, on two lines if it needs them."""

import textwrap

from rich.cells import cell_len
from textual.content import Content

from fedcheck.analysis.agenda import Step
from fedcheck.domain.text import one_line
from fedcheck.tui.signs import Signs

WHY = 16
"""The cells that the reason of a step takes."""

INDENT = 5
"""The cells before the title: number, mark and gaps."""


def step_line(
    signs: Signs, step: Step, number: int, width: int, most: int = 2
) -> tuple[Content, int]:
    """Return what is shown of a step, and on how many lines.

    Args:
        signs: the marks of the app.
        step: the step.
        number: its place in the list.
        width: the cells of a line.
        most: the most lines that it can take; a title that needs more is cut.
    """
    title = one_line(step.row.item.title)
    room = max(width - INDENT - WHY - 3, 16)
    warn = step.row.overdue or step.row.unsound
    why = (one_line(step.why, WHY), "$text-warning" if warn else "$foreground-muted")
    lines = [title]
    if most == 1:
        lines = [one_line(title, room)]
    elif cell_len(title) > room:
        whole = textwrap.wrap(title, max(width - INDENT - 2, room))
        lines = (whole if len(whole) > 1 else textwrap.wrap(title, room))[:most]
        lines[-1] = one_line(lines[-1], room)
    last = lines[-1] + " " * max(room - cell_len(lines[-1]), 0)
    text = f"\n{' ' * INDENT}".join((*lines[:-1], last))
    head = (f"{number:>2} ", "$foreground-muted")
    mark = (signs.mark(step.row), "$text-warning")
    gap = " " * max(INDENT - 3 - cell_len(mark[0]), 1)
    return Content.assemble(head, mark, gap, text, " ", why), len(lines)
