"""The command that tells who changed what, and whether the history is whole."""

from pathlib import Path
from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo

import click

from fedcheck.analysis import activity
from fedcheck.cli import completion, json_documents, output
from fedcheck.cli.commands import issues
from fedcheck.cli.options import (
    complain,
    json_option,
    open_workspace,
    paint,
    print_json,
    say,
    workspace_option,
)
from fedcheck.domain.change_text import describe
from fedcheck.domain.text import plural
from fedcheck.errors import FedcheckError
from fedcheck.storage.paths import private_home
from fedcheck.storage.toml_io import read_bytes

if TYPE_CHECKING:
    from fedcheck.domain.change import Change
    from fedcheck.session import Session
    from fedcheck.storage.history import Damage


@click.command()
@click.argument("item", required=False, shell_complete=completion.items)
@click.option("-n", "count", type=click.IntRange(1), default=50, show_default=True, help="Actions.")
@click.option("--verify", is_flag=True, help="Check that no line was damaged.")
@click.option(
    "--against",
    metavar="REPORT",
    type=click.Path(path_type=Path, exists=True, dir_okay=False),
    help="Check too that what this report saw is still there.",
)
@workspace_option
@json_option
@click.pass_context
def history(
    ctx: click.Context,
    item: str | None,
    count: int,
    verify: bool,
    against: Path | None,
    workspace: str | None,
    as_json: bool,
) -> None:
    """Tell who changed what, the newest action last; of one ITEM or of all.

    requests:q7wd and findings:f3k9 name a request and a finding.

    Times are those of the workspace's time zone. What was changed by hand or by git is noted first
    as done outside fedcheck.

    \b
    Example:
      fedcheck history abd
      fedcheck history --verify --against reports/status.md
    """
    session = open_workspace(workspace)
    if verify or against:
        ctx.exit(_verify(session, against))
    pending = _note_the_outside(session)
    ref = issues.any_ref(session, item) if item else ""
    entered = session.history(ref)
    if as_json:
        print_json([json_documents.history_row(one) for one in entered])
        return
    told = activity.story(entered, ZoneInfo(session.project.config.timezone))
    kept = list(dict.fromkeys(deed.tx for deed in told))[-count:]
    _print_story([deed for deed in told if deed.tx in kept], one_item=bool(ref))
    for change in pending:
        if ref in ("", change.ref):
            say(f"not noted yet  {change.ref}  {describe([change])}")
    if not told and not pending:
        say("Nothing was changed yet.")


def _note_the_outside(session: "Session") -> "list[Change]":
    """Note what was done outside fedcheck; return it where that could not be written."""
    try:
        session.reconcile()
    except FedcheckError as error:
        complain(f"warning: {error}")
        return session.list_outside()
    return []


def _print_story(deeds: "list[activity.HistoryRow]", one_item: bool) -> None:
    """Print one line for each deed, under its day; what repeats is not said again."""
    day, said = "", ""
    rows = [[f"{d.at:%H:%M}", d.by, *([] if one_item else [d.ref]), d.what] for d in deeds]
    for deed, line in zip(deeds, output.table(rows, flexible=2 if one_item else 3), strict=True):
        if deed.at.date().isoformat() != day:
            day = deed.at.date().isoformat()
            say(("\n" if said else "") + paint(f"{day} {deed.at:%a} {deed.at:%Z}", bold=True))
        told = f"{deed.at:%H:%M}  {deed.by}"
        repeats = deed.tx == said and line.startswith(told)
        say("  " + (" " * len(told) + line[len(told) :] if repeats else line))
        said = deed.tx


def _verify(session: "Session", against: Path | None) -> int:
    from fedcheck.storage import history as histories

    damage = histories.verify(session.root) + histories.verify(private_home(session.root))
    if against:
        damage += _missing(session.root, against)
    for found in damage:
        place = f"{found.path}:{found.line}" if found.line else str(found.path)
        complain(f"{place}: {found.message}")
    files = plural(len(histories.history_files(session.root)), "file")
    if not damage:
        say(paint(f"The history is whole: {files} checked.", fg="green"))
    return 1 if damage else 0


def _missing(root: Path, report: Path) -> "list[Damage]":
    """Return the history files that no longer hold the line that a report saw last."""
    from fedcheck.reports import fingerprint
    from fedcheck.storage import history as histories
    from fedcheck.storage.history import Damage

    seen = fingerprint.find(read_bytes(report).decode("utf-8", "replace"))
    if seen is None:
        raise FedcheckError(f"{report}: no fingerprint of a history in it", "name a report")
    lost = []
    for name, wanted in seen.hashes.items():
        plain = Path(name.replace("\0", "")).name  # a report may come from a stranger
        path = root / histories.FOLDER / plain
        if not path.exists():  # a report without names tells the end of a file's name only
            ends = (p for p in histories.history_files(root) if p.name.endswith(f"-{plain}"))
            path = next(ends, path)
        if wanted not in histories.line_hashes(path):
            lost.append(Damage(path, 0, "does not hold what the report saw: it was rewritten"))
    return lost
