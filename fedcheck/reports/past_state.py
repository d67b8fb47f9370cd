"""An earlier state of a workspace: on a day, at a revision of git, or when a report was made."""

import re
from collections.abc import Iterable, Sequence
from datetime import date, datetime, time, tzinfo
from pathlib import Path
from typing import Literal

from msgspec import Struct
from msgspec.structs import replace

from fedcheck.analysis.board import Board, build_board
from fedcheck.analysis.difference import Comparison
from fedcheck.analysis.past_state import keep_inside, rebuild_project
from fedcheck.domain.change import Change
from fedcheck.domain.checklist import Checklist
from fedcheck.domain.dates import DateRangeError, next_day, parse_date
from fedcheck.domain.reference import split_ref
from fedcheck.domain.text import one_line, pluralize
from fedcheck.domain.workspace import Project
from fedcheck.errors import ErrorKind, FedcheckError, InvalidFileError
from fedcheck.reports import fingerprint
from fedcheck.reports.fingerprint import Fingerprint
from fedcheck.session import Session
from fedcheck.storage import checklist_files, checklist_writer, git_snapshot, history, local_state
from fedcheck.storage.checklist_reader import load_list
from fedcheck.storage.git_snapshot import Revision
from fedcheck.storage.guidance_join import join_shipped_guidance
from fedcheck.storage.loaded_files import LoadedList
from fedcheck.storage.paths import expand_path, private_home
from fedcheck.storage.raw_files import read_bytes
from fedcheck.storage.reconcile import list_all_outside_changes
from fedcheck.storage.time_zones import find_zone
from fedcheck.storage.typed_files import temporary_folder, write_scratch_files
from fedcheck.storage.workspace_files import load

_LIKE_A_DAY = re.compile(r"[0-9]{4}-[0-9]{1,2}-[0-9]{1,2}")

GIT = "git:"
"""Begins what is a revision in any case."""


class PastState(Struct, frozen=True):
    """A workspace as it was.

    Attributes:
        board: that state, judged as of its day.
        words: what it is compared with, for a person: `since 2027-01-04`.
        private: whether what is under `private/` is known too.
        notes: what is not known of it, and what else a reader should know.
        file: the report that it is taken from.
        asked: what led to it, to find it again in another process.
    """

    board: Board
    kind: Literal["date", "revision", "report"]
    words: str
    private: bool
    notes: tuple[str, ...] = ()
    file: Path | None = None
    asked: "PastStateRequest | None" = None

    def shared(self, *, with_internal: bool = False) -> "PastState":
        """Return the state without what is private or internal: what may leave."""
        board = self.board.shared(with_internal=with_internal)
        return replace(self, board=board, private=False)


class PastStateRequest(Struct, frozen=True):
    """What a person typed for an earlier state, in which folder, and when."""

    spec: str
    here: Path
    now: datetime


def load_past_state(session: Session, spec: str, here: Path) -> PastState:
    """Return the state that a person means by a date, a revision of git or an earlier report.

    A date is a date in any case. A file that is a report of fedcheck goes before a revision of
    the same name, and any other file after it; `git:NAME` is a revision, `./NAME` a file. Where
    something could have meant another thing, a note states so.

    Args:
        session: the workspace as it is.
        spec: what was typed.
        here: the folder that the path of a report is taken from.

    Raises:
        FedcheckError: status 2 where nothing is meant by it, or a report is not of this
            workspace or of a history that was rewritten; 3 where a file cannot be read.
    """
    found = _resolve_spec(session, spec, here)
    board = keep_inside(found.board, session.project)
    asked = PastStateRequest(spec, here, session.clock())
    return replace(found, board=board, asked=asked)


def _resolve_spec(session: Session, spec: str, here: Path) -> PastState:
    text = spec.strip()
    shown = one_line(text, 60)
    if text.startswith(GIT):
        return _at_revision(
            session, git_snapshot.find_revision(session.root, text.removeprefix(GIT))
        )
    (day, read), path = _read_day(session, text), _find_report_file(session.root, here, text)
    if day:
        found = _on_day(session, day)
        found = _with_note(found, f"{read}.") if read else found
        if path or git_snapshot.is_revision(session.root, text):
            other = f"a file: ./{shown}" if path else f"a revision: {GIT}{shown}"
            return _with_note(found, f"{shown} is read as a date, but also names {other}.")
        return found
    like_a_file = "/" in text or text.endswith((".md", ".html"))
    if path is None and like_a_file and not git_snapshot.is_revision(session.root, text):
        raise FedcheckError(
            f"{shown}: no such file", "name a report that fedcheck wrote", ErrorKind.USAGE
        )
    if path is not None:
        seen = fingerprint.find(read_bytes(path).decode("utf-8", "replace"))
        known = not text.startswith(".") and git_snapshot.is_revision(session.root, text)
        if seen is not None:
            found = _at_report(session, path, seen)
            said = (
                f"{shown} is read as a report, but a git revision has the same name: {GIT}{shown}"
            )
            return _with_note(found, said) if known else found
        if not known:
            hint = "name a complete report that fedcheck wrote, including its last lines"
            raise FedcheckError(f"{shown}: is not a fedcheck report", hint, ErrorKind.USAGE)
        found = _at_revision(session, git_snapshot.find_revision(session.root, text))
        return _with_note(
            found, f"{shown} is read as a git revision, because the file is not a report."
        )
    try:
        return _at_revision(session, git_snapshot.find_revision(session.root, text))
    except FedcheckError as error:
        if error.kind is not ErrorKind.USAGE:
            raise
        hint = "write a date as 2027-01-04, or name a report that fedcheck wrote"
        wrong = _what_is_wrong_with_day(text)
        said = f"{wrong}, and {error}" if wrong else str(error)
        raise FedcheckError(f'since "{shown}": {said}', hint, ErrorKind.USAGE) from None


def list_remarks(found: PastState, new: Board, comparison: Comparison) -> tuple[str, ...]:
    """Return what a reader should know of a comparison: what is unknown about the earlier state.

    Args:
        found: the earlier state.
        new: the later one.
        comparison: what is different.
    """
    said = list(found.notes)
    if any(one.kind in ("evidence-missing", "evidence-changed") for one in comparison.differences):
        said.append(
            "The earlier state of evidence files is unknown: files missing or changed now are "
            "listed as lost since then."
        )
    both = [
        ref
        for ref, row in new.rows.items()
        if row.changed and ref in found.board.rows and found.board.rows[ref].changed
    ]
    if both:
        said.append(
            f"{pluralize(len(both), 'item')} changed upstream on an unknown date and not reviewed "
            f"yet: {', '.join(both)}."
        )
    return tuple(said)


def _with_note(found: PastState, note: str) -> PastState:
    return replace(found, notes=(note, *found.notes))


def _what_is_wrong_with_day(text: str) -> str:
    """State why a text that looks like a day is none; empty for any other text."""
    if not _LIKE_A_DAY.fullmatch(text):
        return ""
    try:
        parse_date(text)
    except DateRangeError as error:
        return str(error)
    except ValueError:
        pass
    return "this is not a date"


def _read_day(session: Session, text: str) -> tuple[date | None, str]:
    """Return the day that a text means, and how it was read; none for a name of anything else.

    Words are of the past here: `1234d` is the beginning of a revision rather than a day to come.
    """
    try:
        return parse_date(text), ""
    except ValueError:
        pass
    today = session.today()
    try:
        from fedcheck.domain.typed_dates import read_typed_date  # few reports compare

        day, note = read_typed_date(text, today, session.date_order, "past")
    except ValueError:
        return None, ""
    return (day, note) if day and day <= today else (None, "")


def _find_report_file(root: Path, here: Path, text: str) -> Path | None:
    """Return the file that is named, from the working directory, the workspace or its reports."""
    for folder in (here, root, root / "reports"):
        path = folder / expand_path(text)
        try:
            if path.is_file():
                return path
        except (OSError, ValueError):  # a name that no file can have
            return None
    return None


def _on_day(session: Session, day: date) -> PastState:
    """Return the state at the end of a day in the time zone of the workspace."""
    today = session.today()
    if day > today:
        text = f"{day} is in the future: today is {today}"
        raise FedcheckError(text, "name an earlier date", ErrorKind.USAGE)
    zone = find_zone(session.project.config.timezone)
    end = datetime.combine(next_day(day), time.min, zone)
    now_counts = day >= today
    shared, private = (
        _list_later_changes(home, day, end, zone)
        + ([] if now_counts else _list_unrecorded_changes(session, home))
        for home in session.store.homes
    )
    notes = []
    begin = history.find_first_day(session.root, zone)
    if begin is None:
        notes.append("There is no history yet, so the earlier state is unknown.")
    elif begin > day:
        notes.append(f"The history begins on {begin}; earlier states are unknown.")
    if now_counts:
        notes.append("That day is not over, so it is compared with the current state.")
    board, more = _rebuild_board(session, shared, private, day)
    return PastState(board, "date", f"since the end of {day}", True, (*notes, *more))


def _list_later_changes(home: Path, day: date, end: datetime, zone: tzinfo) -> list[Change]:
    """Return what leads from the state at the end of a day to that of now.

    Args:
        home: the folder of the history.
        day: the day; a line that names a day of its own (`for`) counts on that.
        end: the moment at which it ends.
        zone: the time zone that decides what day it was.
    """
    if not history.names_days(home):
        return [one.change for one in history.read_since([home], end)]
    graph = history.read_graph(home)
    fields: dict[tuple[str, str], list[tuple[date, Change]]] = {}
    for line in graph.lines:
        counts = line.day or graph.moment(line).astimezone(zone).date()
        place = (line.change.ref, line.change.field)
        fields.setdefault(place, []).append((counts, line.change))
    found = []
    for (ref, field), steps in fields.items():
        until = [(counts, change) for counts, change in steps if counts <= day]
        if len(until) < len(steps):
            # the latest by its day; of one day, the one that was entered last
            last = sorted(until, key=lambda one: one[0])[-1:]
            value = last[0][1].new if last else steps[0][1].old
            found.append(Change(ref, field, value, steps[-1][1].new))
    return found


def _at_report(session: Session, path: Path, seen: Fingerprint) -> PastState:
    """Return the state that a report was made from."""
    known = [digest for digests in seen.hashes.values() for digest in digests]
    after, lost = history.read_after(session.root, known)
    shown = one_line(path.name, 60)
    if known and len(lost) == len(set(known)):
        text = f"{shown}: is from another workspace, or its whole history was rewritten"
        raise FedcheckError(text, "name a report that was made here", ErrorKind.USAGE)
    if lost:
        names = [one_line(name, 60) for name, of in seen.hashes.items() if lost.intersection(of)]
        text = f"{shown}: the history it was made from was rewritten: {', '.join(names)}"
        raise FedcheckError(
            text, f"see: fedcheck history --verify --against {shown}", ErrorKind.USAGE
        )
    notes = [] if known else ["The report was made before the history began."]
    if seen.as_of > session.today():
        notes.append(f"The report looks ahead to {seen.as_of}.")
    shared = [*(one.change for one in after), *_list_unrecorded_changes(session, session.root)]
    board, more = _rebuild_board(session, shared, (), seen.as_of)
    words = f"since the report {shown} of {seen.as_of}"
    return PastState(board, "report", words, False, (*notes, *more), path)


def _list_unrecorded_changes(session: Session, home: Path) -> list[Change]:
    """Return what was done outside fedcheck and is in no history yet."""
    renamed = session.project.renamed
    return list_all_outside_changes(home, renamed, local_state.load_notes(home)).changes


def _rebuild_board(
    session: Session, shared: Sequence[Change], private: Iterable[Change], day: date
) -> tuple[Board, list[str]]:
    """Return the board of a day before changes, and what is not known of it."""
    then, notes = _rebuild_checklists(session, shared)
    return build_board(rebuild_project(session.project, shared, private, then), day), notes


def _rebuild_checklists(
    session: Session, after: Iterable[Change]
) -> tuple[dict[str, Checklist], list[str]]:
    """Return the lists as they were before changes of them, as far as what they held is kept."""
    held: dict[str, str | None] = {}
    for change in after:
        if checklist_writer.is_list(change):
            held.setdefault(split_ref(change.ref)[1], change.old)
    if not held:
        return dict(session.project.checklists), []
    notes, then = [], []
    for name, digest in held.items():
        if digest is None:
            continue  # there was no such list of the workspace's own
        try:
            kept = checklist_writer.back(
                session.root, [Change(f"{checklist_writer.LISTS}:{name}", "file", None, digest)]
            )
            then.append(_parse_list(name, kept[0].data or b""))
        except FedcheckError:
            notes.append(
                f"The earlier content of checklist {one_line(name, 60)} is not on this machine; "
                "its current content is used."
            )
            then += [one for one in session.catalog.lists if _is_workspace_list(one, {name})]
    others = [one for one in session.catalog.lists if not _is_workspace_list(one, held)]
    join_shipped_guidance(then, others)
    catalog = replace(session.catalog, lists=[*then, *others])
    lists = catalog.checklists_for(session.project.process)
    skipped, facts = session.project.skipped, session.project.facts
    now = {name: one for name, one in lists.items() if one.phase not in skipped}
    return {name: one.resolved(facts) for name, one in now.items()}, notes


def _is_workspace_list(loaded: LoadedList, names: Iterable[str]) -> bool:
    return loaded.layer == "workspace" and loaded.id in names


def _parse_list(name: str, data: bytes) -> LoadedList:
    """Return a list of the workspace's own from the bytes of its file."""
    with temporary_folder() as folder:
        write_scratch_files(folder, {f"{name}.toml": data})
        return load_list(folder / f"{name}.toml", "workspace")


def _at_revision(session: Session, found: Revision) -> PastState:
    """Return the state that was committed, judged as of the day of the commit."""
    zone = find_zone(session.project.config.timezone)
    day = found.committed.astimezone(zone).date()
    with temporary_folder() as folder:
        private = git_snapshot.extract_files(session.root, found, folder)
        project = _load_project(session, found, folder)
    notes = []
    if project.broken:
        count = pluralize(len(project.broken), "file")
        notes.append(f"{count} of that revision cannot be read: {project.broken[0].message}.")
    inside = private or not private_home(session.root).exists()
    if not inside:
        notes.append("Records under private/ are not in git and are left out.")
    if day > session.today():
        notes.append(f"The revision was committed on {day}, which is in the future.")
    words = f"since the revision {one_line(found.name, 40)} ({found.short}) of {day}"
    return PastState(build_board(project, day), "revision", words, inside, tuple(notes))


def _load_project(session: Session, found: Revision, folder: Path) -> Project:
    """Return the project of a folder with the files of a revision, as if it lay here."""
    try:
        project = load(
            folder,
            checklist_files.reloaded(session.catalog, folder, session.store.cache),
            cache=session.store.cache,
        ).project
    except InvalidFileError as error:
        first = error.problems[0]
        text = f"{found.short}:{first.file.name}:{first.line}: {first.message}"
        raise FedcheckError(text, "name another revision") from None
    except FedcheckError as error:
        text = str(error).replace(f"{folder}/", f"{found.short}:")
        raise FedcheckError(text, error.hint, error.kind) from None
    here = tuple(
        replace(one, path=one.path.replace(str(folder), str(session.root)))
        for one in project.broken
    )
    return replace(project, root=str(session.root), broken=here, file_states={}, private_notes=None)
