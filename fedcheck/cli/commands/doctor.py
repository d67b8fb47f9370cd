"""The command that lists what is wrong with a workspace, and mends what needs no person."""

import os
import shlex
import textwrap
from datetime import datetime
from itertools import groupby
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from fedcheck.cli import output
from fedcheck.cli.options import (
    Settings,
    json_option,
    print_error,
    print_json,
    print_line,
    print_problems,
    style_text,
    workspace_option,
)
from fedcheck.domain.text import one_line, pluralize
from fedcheck.errors import FedcheckError

if TYPE_CHECKING:
    from fedcheck.doctor.defect import Defect
    from fedcheck.session import Session

BY_HAND = "compare both versions and correct these lines; the file was not changed"

COLORS = {"error": "red", "warning": "yellow", "note": None}


class ExaminedWorkspace:
    """The workspace as doctor meets it: open, or with the reason why it cannot be opened."""

    def __init__(self, workspace: str | None) -> None:
        from fedcheck.storage import config, paths

        settings = click.get_current_context().find_object(Settings)
        named = workspace or (settings.workspace if settings else None)
        self.folders = paths.find_user_folders()
        user, problems = config.load(self.folders)
        print_problems(problems)
        self.root: Path = paths.find_workspace(named, os.environ, paths.find_working_folder())
        self.extra = user.checklist_folders()
        self.who = config.resolve_user(user, os.environ)
        self.session: Session | None = None
        self.cause = FedcheckError("")

    def examine(self) -> "list[Defect]":
        """Open the workspace as it is on disk now, and return its defects."""
        from fedcheck.doctor.examine import examine, examine_closed
        from fedcheck.session import open_session, system_clock
        from fedcheck.storage.atomic_files import disk_error

        self.session = None
        try:
            self.session = open_session(self.root, self.folders, self.extra, self.who)
        except FedcheckError as error:
            self.cause = error
        except OSError as error:
            self.cause = disk_error("read", Path(error.filename or self.root), error)
        if self.session is not None:
            return examine(self.session)
        now: datetime = system_clock()
        user = (self.folders.checklists, *self.extra)
        return examine_closed(self.root, user, self.cause, now)


@click.command()
@click.option("--fix", is_flag=True, help="Fix what needs no decision, and list each fix.")
@click.option(
    "--move",
    metavar="OLD=NEW",
    help="Move the record OLD, whose item is gone, to the item NEW.",
)
@workspace_option
@json_option
@click.pass_context
def doctor(
    ctx: click.Context, fix: bool, move: str | None, workspace: str | None, as_json: bool
) -> None:
    """List the problems of the workspace, and how to fix each one.

    Exit status 1 if there are problems; notes do not count. --fix closes files that other users of
    this machine can read, removes temporary files that were left behind, adds missing lines to
    .gitignore and .gitattributes, and moves records to items that were renamed. It resolves what a
    merge left: conflict markers, and files that kept the lines of both sides. The latest value in
    the histories wins, texts of both sides are kept, and each decision is listed, as is anything
    that needs yours. Values that a merge or a hand edit dropped are set again. No record is ever
    deleted, and each file is copied to .fedcheck/backup/ before it changes; `fedcheck undo`
    reverses a move.

    \b
    Example:
      fedcheck doctor --fix
      fedcheck doctor --move old-item=rev5.readiness.csp:new-item
    """
    patient = ExaminedWorkspace(workspace)
    done: list[str] = []
    defects = patient.examine()
    if move is not None:
        done += _move_record(patient, move)
        defects = patient.examine()
    if fix:
        done += _apply_fixes(patient, defects)
        defects = patient.examine()
    if as_json:
        rows = [_row(defect) for defect in defects]
        print_json({"schema": "fedcheck/doctor@1", "problems": rows, "done": done})
    else:
        for line in done:
            print_line(line)
        if move is None or fix:
            _print(defects, bool(done))
    wrong = any(one.severity != "note" for one in defects)
    ctx.exit(1 if wrong and (move is None or fix) else 0)


def _move_record(patient: ExaminedWorkspace, text: str) -> list[str]:
    from fedcheck.doctor.fixes import describe_moves, move_records, parse_move

    if patient.session is None:
        raise patient.cause
    moved = move_records(patient.session, [parse_move(patient.session, text)])
    for error in moved.failed:
        raise error
    return [*describe_moves(moved), "undo it with: fedcheck undo"]


def _apply_fixes(patient: ExaminedWorkspace, defects: "list[Defect]") -> list[str]:
    from fedcheck.doctor.fixes import apply_fixes

    said = _settle_conflicts(patient)
    mended = apply_fixes(defects, patient.root, patient.session)
    for error in mended.failed:
        print_error(str(error), error.hint)
    return [*said, *mended.done]


def _settle_conflicts(patient: ExaminedWorkspace) -> list[str]:
    """Settle what a merge left in files of the workspace; return what was done, as text."""
    from fedcheck.cli.settled_fields import settle_and_list
    from fedcheck.session import system_clock
    from fedcheck.sharing.conflicts import settle_conflicts
    from fedcheck.sharing.remark import BOTH_SET

    said: list[str] = []
    paths: list[Path] = []
    try:
        found = settle_conflicts(patient.root, system_clock())
    except FedcheckError as error:
        print_error(str(error), error.hint)
        return said
    for one in found:
        if one.copy is None:
            print_error(f"{_relative_path(one.path)}: not settled: {one.problem}", BY_HAND)
            continue
        paths.append(one.path)
        said.append(
            f"settled  {_relative_path(one.path)}; its former content is in "
            f"{_relative_path(one.copy)}"
        )
        decided = [remark for remark in one.remarks if remark.text != BOTH_SET]  # listed below
        said += [f"         {remark}" for remark in decided]
    if paths:
        patient.examine()  # what could not be read before can be read now
    if patient.session is None:
        return said
    from fedcheck.storage.record_files import path_of

    for book in settle_and_list(patient.session, in_between=True):
        path = path_of(patient.root, book)
        paths += [path] if path.is_file() and path not in paths else []
    if paths:
        # the outcome is noted, so that every clone sees it explained
        patient.session.reconcile(amid_merge=True)
        names = [_relative_path(one) for one in (*paths, patient.root / "history")]
        said.append(f"now: git add {shlex.join(names)}, and commit or continue")
    return said


def _row(defect: "Defect") -> dict[str, Any]:
    return {
        "kind": defect.kind,
        "severity": defect.severity,
        "file": str(defect.file) if defect.file else "",
        "line": defect.line,
        "ref": defect.ref,
        "message": defect.message,
        "remedy": defect.remedy,
        "fixable": defect.is_fixable,
    }


def _print(defects: "list[Defect]", after_mending: bool) -> None:
    from fedcheck.doctor.defect import KINDS

    if after_mending:
        print_line()
    for (severity, kind), group in groupby(defects, lambda one: (one.severity, one.kind)):
        heading = style_text(f"{severity}: {KINDS[kind]}", fg=COLORS[severity], bold=True)
        print_line(heading)
        for defect in group:
            _print_defect(defect)
        print_line()
    print_line(_count(defects, after_mending))


def _print_defect(defect: "Defect") -> None:
    place = ""
    if defect.file is not None:
        place = _relative_path(defect.file) + (f":{defect.line}" if defect.line else "") + ": "
    for line in _wrap_lines(one_line(place + defect.message), "  ", "    "):
        print_line(line)
    if defect.remedy:
        for line in _wrap_lines(one_line(defect.remedy), "    -> ", "       "):
            print_line(style_text(line, dim=True))


def _relative_path(path: Path) -> str:
    """Return a path from the working directory, where that is shorter."""
    try:
        return str(path.relative_to(Path.cwd()))
    except (ValueError, OSError):
        return str(path)


def _wrap_lines(text: str, first: str, rest: str) -> list[str]:
    """Return a text in lines that fit the terminal; elsewhere in one line, for grep."""
    room = output.terminal_width()
    if not room:
        return [first + text]
    return textwrap.wrap(
        text,
        min(max(room, 40), 100),
        initial_indent=first,
        subsequent_indent=rest,
        break_long_words=False,
        break_on_hyphens=False,
    )


def _count(defects: "list[Defect]", after_mending: bool) -> str:
    wrong = [one for one in defects if one.severity != "note"]
    notes = len(defects) - len(wrong)
    left = " left" if after_mending else ""
    if not wrong:
        said = style_text(f"No problems{left or ' found'}.", fg="green")
        return f"{said} {pluralize(notes, 'note')}." if notes else said
    parts = [f"{pluralize(len(wrong), 'problem')}{left}"]
    can = sum(one.is_fixable for one in wrong)
    if can:
        parts.append(f"{can} of them can be fixed with --fix")
    if notes:
        parts.append(pluralize(notes, "note"))
    return ", ".join(parts) + "."
