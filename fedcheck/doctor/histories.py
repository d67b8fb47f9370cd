"""Damaged histories, unexplained values, and times that cannot be right."""

import os
import stat
from collections.abc import Iterator, Sequence
from datetime import date, datetime, timedelta
from pathlib import Path

from fedcheck.doctor.defect import Defect, RestoreLosses
from fedcheck.doctor.files import Places
from fedcheck.doctor.losses import describe_loss, find_losses
from fedcheck.domain.change import Change, HistoryLine
from fedcheck.domain.record import Record
from fedcheck.domain.reference import split_ref
from fedcheck.domain.text import one_line, pluralize
from fedcheck.errors import FedcheckError
from fedcheck.session import Session
from fedcheck.storage import (
    atomic_files,
    history,
    history_check,
    history_lines,
    local_state,
    record_files,
)
from fedcheck.storage.losses import Loss
from fedcheck.storage.paths import private_home
from fedcheck.storage.reconcile import list_all_outside_changes

PERMISSION_HINT = "check its permissions, or move it away"


def list_history_homes(root: Path) -> tuple[Path, Path]:
    """Return the folders that have a history: the workspace, and what is private in it."""
    return root, private_home(root)


def find_special_files(root: Path) -> list[Defect]:
    """Return the history files that must not even be opened: pipes and devices would never end."""
    found = []
    for home in list_history_homes(root):
        for path in history.list_history_files(home):
            try:
                mode = path.stat().st_mode
            except OSError:
                continue  # `find_damaged_lines` tells that it cannot be read
            if not stat.S_ISREG(mode) and not stat.S_ISDIR(mode):
                message = "a device or a pipe, not a file; no history was checked"
                found.append(Defect("history", "error", message, "move it away", path))
    return found


def find_damaged_lines(root: Path) -> list[Defect]:
    """Return the first damaged line of each history file, and the files that cannot be read."""
    return [
        Defect(
            "history",
            "error",
            f"this line {_describe_damage(one)}",
            _remedy(one),
            one.path,
            one.line,
        )
        if one.line
        else Defect("history", "error", one.message, PERMISSION_HINT, one.path)
        for home in list_history_homes(root)
        for one in history_check.verify(home)
    ]


def _describe_damage(damage: history_check.Damage) -> str:
    return f"is {damage.message}" if damage.message.startswith("an ") else damage.message


def _remedy(damage: history_check.Damage) -> str:
    if damage.message == "is cut off":
        return "caused by a crash; its writer's next save repairs it after making a copy"
    remedy = "restore the file from a copy or from git; fedcheck never rewrites history"
    if damage.missing:
        remedy += f". To accept that a line is missing: fedcheck history confirm {damage.missing}"
    return remedy


def find_outside_changes(session: Session) -> list[Defect]:
    """Return for each progress file how much of it no history line explains yet."""
    renamed = session.project.renamed
    found = []
    for home in list_history_homes(session.root):
        try:
            state = list_all_outside_changes(home, renamed, local_state.load_notes(home))
        except FedcheckError:
            continue  # `find_damaged_lines` tells of a history that cannot be read
        by_list: dict[str, list[Change]] = {}
        for one in state.found:
            owner = split_ref(one.change.ref)[0]
            # What removes a value is listed as lost; for a file that is gone, both are listed.
            if not one.lost or not os.path.lexists(record_files.path_of(home, owner)):
                by_list.setdefault(owner, []).append(one.change)
        found += [_outside_defect(home, name, some) for name, some in by_list.items()]
    return found


def _outside_defect(home: Path, checklist: str, changes: list[Change]) -> Defect:
    path = record_files.path_of(home, checklist)
    if not os.path.lexists(path):
        count = len({change.ref for change in changes})
        message = f"the file is missing; the history lists {pluralize(count, 'record')} of it"
        remedy = "restore it from a copy or from git, unless it was removed on purpose"
        return Defect("outside-change", "warning", message, remedy, path, 0, checklist)
    first = changes[0]
    message = (
        f"{pluralize(len(changes), 'value')} changed outside fedcheck, such as the "
        f"{first.field.partition('.')[0]} of {one_line(split_ref(first.ref)[1], 60)}"
    )
    remedy = 'the next save records it in the history as made "outside fedcheck"'
    return Defect("outside-change", "note", message, remedy, path, 0, checklist)


MAX_SINGLE_LOSSES = 20
"""Up to so many losses of a file are listed one by one; of more the first is, with their count."""


def find_lost_values(session: Session) -> list[Defect]:
    """Return what people set and what is not in the files; apart from it what never was in them."""
    try:
        losses = find_losses(session)
    except FedcheckError:
        return []  # `find_damaged_lines` tells of a history that cannot be read
    found = []
    by_file: dict[Path, list[Loss]] = {}
    for loss in losses:
        path = record_files.path_of(loss.home, split_ref(loss.ref)[0])
        if loss.branch:
            found.append(_foreign_defect(session, path, loss))
        else:
            by_file.setdefault(path, []).append(loss)
    for path, some in by_file.items():
        singly = [[one] for one in some] if len(some) <= MAX_SINGLE_LOSSES else [some]
        found += [_lost_defect(session, path, losses) for losses in singly]
    return found


def _lost_defect(session: Session, path: Path, losses: Sequence[Loss]) -> Defect:
    first = losses[0]
    remedy = (
        f"doctor --fix sets it again; to accept the loss: fedcheck history confirm {first.name}"
    )
    text = describe_loss(session, first)
    if len(losses) > 1:
        text += f"; so {'are' if len(losses) > 2 else 'is'} {len(losses) - 1} more of this file"
        remedy = "doctor --fix sets all of it again; fedcheck history --verify lists them"
    fix = RestoreLosses(first.name, tuple(losses))
    return Defect("lost-value", "warning", text, remedy, path, 0, first.ref, fix)


def _foreign_defect(session: Session, path: Path, loss: Loss) -> Defect:
    remedy = (
        f"merging that branch brings it; to set it now: fedcheck history restore {loss.name}; "
        f"to leave it there: fedcheck history confirm {loss.name}"
    )
    text = describe_loss(session, loss)
    return Defect("foreign-value", "note", text, remedy, path, 0, loss.ref)


MAX_SKEW = timedelta(minutes=5)
"""How far clocks may disagree before it is shown."""

MAX_SINGLE_DEFECTS = 5
"""Up to so many future dates of a checklist are shown one by one; more are counted."""


def find_clock_skew(root: Path, now: datetime) -> list[Defect]:
    """Return the first line of each history file that is earlier than the one before, or ahead."""
    found: list[Defect] = []
    for home in list_history_homes(root):
        try:
            paths = history.list_history_files(home)
        except FedcheckError:
            continue
        for path in paths:
            found += _find_skewed_lines(path, now)
    return found


def _find_skewed_lines(path: Path, now: datetime) -> Iterator[Defect]:
    """Yield the first line that is earlier than the one it follows, and the first one ahead."""
    times: dict[str, datetime] = {}
    backwards = ahead = False
    for number, entered in _read_numbered(path):
        before = times.get(entered.prev)
        if not backwards and before is not None and before - entered.at > MAX_SKEW:
            backwards = True
            text = (
                f"the time goes backward here: {_format_time(entered.at)} follows "
                f"{_format_time(before)}"
            )
            yield _skew_defect(
                path, number, text, "the clock was set back; check its writer's clock"
            )
        if not ahead and entered.at - now > MAX_SKEW:
            ahead = True
            text = (
                f"this line is from the future: {_format_time(entered.at)}; it is "
                f"{_format_time(now)} now"
            )
            yield _skew_defect(
                path, number, text, "check the clock of this machine, and its writer's"
            )
        times[entered.hash] = entered.at if before is None else max(before, entered.at)


def _read_numbered(path: Path) -> Iterator[tuple[int, HistoryLine]]:
    try:
        raw = atomic_files.read_plain(path)
    except OSError:
        return
    for number, text in enumerate(raw.split(b"\n"), 1):
        for line in history_lines.split_lines(text):
            entered = history_lines.parse_line(line)
            if entered is not None:
                yield number, entered


def _format_time(at: datetime) -> str:
    return f"{at:%Y-%m-%d %H:%M} UTC"


def _skew_defect(path: Path, line: int, message: str, remedy: str) -> Defect:
    return Defect("clock", "warning", message, remedy, path, line)


def find_future_dates(session: Session, places: Places) -> list[Defect]:
    """Return the records that were done, or whose evidence was collected, after today."""
    today = session.today()
    found = []
    for checklist, records in session.project.records.items():
        late = [(item, _describe_future_date(record, today)) for item, record in records.items()]
        told = [(item, words) for item, words in late if words]
        file = places.progress_file(checklist)
        if len(told) > MAX_SINGLE_DEFECTS:
            text = f"{pluralize(len(told), 'record')} with a date in the future, such as "
            text += f"{one_line(told[0][0], 60)}: {told[0][1]}"
            found.append(_future_defect(file, 0, checklist, text))
            continue
        found += [
            _future_defect(
                file,
                places.record(checklist, item),
                f"{checklist}:{item}",
                f"{one_line(item, 60)}: {words}, which is in the future",
            )
            for item, words in told
        ]
    return found


def _describe_future_date(record: Record, today: date) -> str:
    if record.done and record.done > today:
        return f"done on {record.done}"
    days = [evidence_item.collected for evidence_item in record.evidence if evidence_item.collected]
    newest = max(days, default=today)
    return f"evidence collected on {newest}" if newest > today else ""


def _future_defect(file: Path, line: int, ref: str, message: str) -> Defect:
    return Defect("future-date", "note", message, "correct the date", file, line, ref)
