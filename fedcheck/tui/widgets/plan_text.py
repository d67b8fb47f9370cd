"""Text of an import plan: its facts, changes, replaced work and remarks."""

from collections.abc import Iterator, Sequence

from textual.content import Content

from fedcheck.domain.text import one_line, pluralize
from fedcheck.importers.plan import Plan

SHOWN = 400
"""How many remarks are shown before the rest is counted."""

SAMPLE = 12
"""How many changes are shown one by one."""


def _first_rows(plan: Plan) -> Iterator[str | tuple[str, str]]:
    if plan.first_rows and not plan.empty:
        head, *below = plan.format_first_rows()
        yield ("\nThe first rows as they would become\n", "bold")
        yield (f"  {head}\n", "$foreground-muted")
        yield from (f"  {line}\n" for line in below)


def plan_text(plan: Plan, replaced: Sequence[str] = ()) -> Content:
    """Return what a plan would do: facts, what is written, remarks, and some of the changes.

    `replaced` is what it takes the place of, a line for each item.
    """
    parts: list[Content | str | tuple[str, str]] = []
    for fact in plan.facts:
        parts.append(one_line(fact, 400) + "\n")
    if not plan.empty:
        parts.append(("\nTo be written  ", "bold"))
        parts.append(plan.summary + "\n")
    if replaced:
        parts.append(("\nTo be replaced; you are asked first\n", "bold $text-warning"))
    parts += [f"  {one_line(line, 200)}\n" for line in replaced[:SAMPLE]]
    if len(replaced) > SAMPLE:
        parts.append(f"  and {len(replaced) - SAMPLE} more\n")
    # Of a new list the rows say most; of one that comes again, what was not taken from it.
    first = list(_first_rows(plan))
    parts += first if plan.checklists else []
    if plan.notes:
        parts.append((f"\n{pluralize(len(plan.notes), 'remark')}\n", "bold $text-warning"))
    for note in plan.notes[:SHOWN]:
        # What a command line can say is said with a key here.
        remedy = f"; {note.remedy}" if note.remedy and "--" not in note.remedy else ""
        parts.append((f"  {one_line(note.where, 60)}  ", "$foreground-muted"))
        parts.append(one_line(note.what + remedy, 400) + "\n")
    if len(plan.notes) > SHOWN:
        parts.append(f"  and {pluralize(len(plan.notes) - SHOWN, 'more remark')}\n")
    parts += [] if plan.checklists else first
    if plan.changes:
        parts.append(("\nChanges\n", "bold"))
    for change in plan.changes[:SAMPLE]:
        value = change.new.get("link", "") if isinstance(change.new, dict) else change.new
        name = change.field.partition(".")[0]
        parts.append((f"  {one_line(change.ref, 60)}  ", "$foreground-muted"))
        parts.append(f"{name}: {one_line(str(value or 'nothing'), 120)}\n")
    if len(plan.changes) > SAMPLE:
        parts.append(f"  and {pluralize(len(plan.changes) - SAMPLE, 'more change')}\n")
    return Content.assemble(*parts)
