"""Times that cannot be right: history that runs backwards or ahead, work done in the future."""

from collections.abc import Iterator
from datetime import date, datetime, timedelta
from pathlib import Path

from fedcheck.doctor.defect import Defect
from fedcheck.doctor.histories import homes
from fedcheck.doctor.places import Places
from fedcheck.errors import FedcheckError
from fedcheck.model.record import Record
from fedcheck.model.text import one_line, plural
from fedcheck.session import Session
from fedcheck.store import files, history

SKEW = timedelta(minutes=5)
"""How far clocks may disagree before it is told."""

SINGLY = 5
"""Up to so many future dates of a checklist are told one by one; more are counted."""


def skew(root: Path, now: datetime) -> list[Defect]:
    """Return the first line of each history file that is earlier than the one before, or ahead."""
    found: list[Defect] = []
    for home in homes(root):
        try:
            paths = history.history_files(home)
        except FedcheckError:
            continue
        for path in paths:
            found += _skew_of(path, now)
    return found


def _skew_of(path: Path, now: datetime) -> Iterator[Defect]:
    latest: datetime | None = None
    backwards = ahead = False
    for number, at in _times(path):
        if not backwards and latest is not None and latest - at > SKEW:
            backwards = True
            text = f"the time runs backwards here: {_stamp(at)} follows {_stamp(latest)}"
            yield _clock(path, number, text, "the clock was set back: check that of its writer")
        if not ahead and at - now > SKEW:
            ahead = True
            text = f"this line is from the future: {_stamp(at)}; it is {_stamp(now)} now"
            yield _clock(path, number, text, "check the clock of this machine, and its writer's")
        latest = at if latest is None else max(latest, at)


def _times(path: Path) -> Iterator[tuple[int, datetime]]:
    try:
        raw = files.read_plain(path)
    except OSError:
        return
    for number, line in enumerate(raw.split(b"\n"), 1):
        entered = history.parse_line(line) if line else None
        if entered is not None:
            yield number, entered.at


def _stamp(at: datetime) -> str:
    return f"{at:%Y-%m-%d %H:%M} UTC"


def _clock(path: Path, line: int, message: str, remedy: str) -> Defect:
    return Defect("clock", "warning", message, remedy, path, line)


def future_dates(session: Session, places: Places) -> list[Defect]:
    """Return the records that were done, or whose evidence was collected, after today."""
    today = session.today()
    found = []
    for checklist, records in session.project.records.items():
        late = [(item, _ahead(record, today)) for item, record in records.items()]
        told = [(item, words) for item, words in late if words]
        file = places.progress_file(checklist)
        if len(told) > SINGLY:
            text = f"{plural(len(told), 'record')} with a date in the future, such as "
            text += f"{one_line(told[0][0], 60)}: {told[0][1]}"
            found.append(_future(file, 0, checklist, text))
            continue
        found += [
            _future(
                file,
                places.record(checklist, item),
                f"{checklist}:{item}",
                f"{one_line(item, 60)}: {words}, which is in the future",
            )
            for item, words in told
        ]
    return found


def _ahead(record: Record, today: date) -> str:
    if record.done and record.done > today:
        return f"done on {record.done}"
    days = [proof.collected for proof in record.evidence if proof.collected]
    newest = max(days, default=today)
    return f"evidence collected on {newest}" if newest > today else ""


def _future(file: Path, line: int, ref: str, message: str) -> Defect:
    return Defect("future-date", "note", message, "check the date", file, line, ref)
