"""Days that a person types in a dialog, and the words that state which day each is."""

from datetime import date

from fedcheck.domain.dates import format_distance
from fedcheck.domain.typed_dates import Lean, TypedDay, read_typed_date, read_typed_due
from fedcheck.tui.app_protocol import ProjectApp


def read_due(app: ProjectApp, text: str) -> TypedDay:
    """Return the due date that a text means, as this person writes dates. Raises ValueError."""
    return read_typed_due(text, app.board.today, app.session.date_order)


def read_day(app: ProjectApp, text: str, lean: Lean = "future") -> date | None:
    """Return the day that a text means; None for an empty one. Raises ValueError."""
    return read_typed_date(text, app.session.today(), app.session.date_order, lean)[0]


def describe_typed(app: ProjectApp, text: str, lean: Lean = "future") -> str:
    """Return which day a text means, and how it was read; nothing for an empty text.

    Raises ValueError where it means none.
    """
    today = app.session.today()
    day, note = read_typed_date(text, today, app.session.date_order, lean)
    return describe_day(day, today, note) if day else ""


def describe_day(day: date, today: date, note: str = "") -> str:
    """Return a day with its name and how far it is: `Fri 2026-12-11, in 13 d`."""
    said = f"{day:%a} {day.isoformat()}, {format_distance(day, today)}"
    return f"{said}; {note}" if note else said
