"""Options that commands share, the open session, and printing."""

import os
import sys
from collections.abc import Callable, Iterable, Mapping
from datetime import date, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from fedcheck.cli import completion
from fedcheck.cli.invocation import F
from fedcheck.cli.invocation import Settings as Settings
from fedcheck.cli.invocation import print_error as print_error
from fedcheck.cli.invocation import workspace_option as workspace_option
from fedcheck.domain.dates import parse_date
from fedcheck.domain.text import clean
from fedcheck.errors import ErrorKind, FedcheckError, Problem

if TYPE_CHECKING:
    from fedcheck.domain.dates import DateOrder
    from fedcheck.domain.field import Field
    from fedcheck.domain.typed_dates import Lean
    from fedcheck.session import Session

_OURS = f"\x1b[{os.urandom(8).hex()}"
"""Stands for the beginning of a color until it is printed; no text from a file can guess it."""


_opened: "list[Session]" = []
"""The workspace of this command, kept until the process ends, and its last board with it: to give
back their objects one by one when the command returns takes 3% of its time."""


class DateType(click.ParamType):  # type: ignore[type-arg]
    """A date option, as people write dates: `2027-02-01`, `12/15/2026`, `Dec 15`, `yesterday`.

    Words count from --as-of, else from today on this machine. Where the date may be read another
    way, stderr states how it was read.
    """

    name = "date"

    def __init__(self, lean: "Lean" = "past") -> None:
        self.lean = lean

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> date:
        """Parse a date or fail with what to write."""
        if isinstance(value, date):
            return value
        from fedcheck.domain.typed_dates import read_typed_date

        today = ctx.params.get("as_of") if ctx else None
        if not isinstance(today, date):  # click has a mark of its own for an option not given
            today = datetime.now().astimezone().date()
        try:
            if value.isascii() and value[:4].isdigit() and len(value) == 10:
                return parse_date(value)
            day, note = read_typed_date(value, today, load_date_order(), self.lean)
        except ValueError as error:
            self.fail(str(error), param, ctx)
        if day is None:
            self.fail("the date is empty; write 2027-02-01", param, ctx)
        print_reading(note)
        return day


def load_date_order() -> "DateOrder":
    """Return what 2/1/2027 means where this person types it."""
    from fedcheck.storage import config, paths

    return config.load(paths.find_user_folders())[0].typed_dates


def print_reading(note: str) -> None:
    """Report on stderr how a date was read that may be read another way."""
    if note:
        print_error(f"note: {note}")


def choice_of(words: Iterable[str]) -> click.Choice[str]:
    """Return an option type for a closed vocabulary (click shows enums by name)."""
    return click.Choice([str(word) for word in words])


class ResultType(click.Choice[str]):
    """A result of a test, also in the words of workbooks: `OTS`, `N/A`, `Not Satisfied`."""

    def __init__(self) -> None:
        from fedcheck.domain.glossary import RESULTS

        super().__init__([*map(str, RESULTS), ""])

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> str:
        """Return the result that words mean or fail with those that there are."""
        from fedcheck.importers.srtm.columns import parse_result

        return super().convert(parse_result(str(value)) or value, param, ctx)


def as_of_option(command: F) -> F:
    """Add `--as-of DATE`."""
    return click.option(
        "--as-of", type=DateType("future"), is_eager=True, help="Treat DATE as today."
    )(command)


def json_option(command: F) -> F:
    """Add `--json`."""
    return click.option("--json", "as_json", is_flag=True, help="Print JSON.")(command)


def open_workspace(
    workspace: str | None, as_of: date | None = None, *, settles: bool = True
) -> "Session":
    """Open the workspace that is meant, and report broken files on stderr.

    `settles`: settle what a merge left open; without it, nothing of the workspace changes.
    """
    from fedcheck.session import open_session
    from fedcheck.storage import config, paths

    settings = click.get_current_context().find_object(Settings)
    named = workspace or (settings.workspace if settings else None)
    folders = paths.find_user_folders()
    user, problems = config.load(folders)
    root = paths.find_workspace(named, os.environ, paths.find_working_folder())
    extra = user.checklist_folders()
    by, cache = config.resolve_user(user, os.environ), config.open_cache(user, folders)
    session = open_session(root, folders, extra, by, cache=cache)
    session.as_of, session.date_order = as_of, user.typed_dates
    _opened[:] = [session]
    print_problems([*problems, *session.problems])
    if settles and session.store.has_unsettled():
        from fedcheck.cli.settled_fields import settle_and_list

        settle_and_list(session)
    return session


def read_text(text: str) -> str:
    """Return a text from the command line; `-` stands for what comes on stdin."""
    return sys.stdin.read() if text == "-" else text


def read_texts(*texts: str | None) -> tuple[str | None, ...]:
    """Return texts from the command line, of which one may come on stdin.

    Raises FedcheckError where several are `-`.
    """
    if texts.count("-") > 1:
        raise FedcheckError(
            "only one text can come from stdin", "write out the others", ErrorKind.USAGE
        )
    return tuple(text if text is None else read_text(text) for text in texts)


def read_due_option(session: "Session", text: str | None) -> str | None:
    """Return the due date that somebody typed: a date or a due expression; None for nothing given.

    States on stderr how a date was read that may be read another way. Raises FedcheckError.
    """
    if text is None:
        return None
    from fedcheck.domain.typed_dates import read_typed_due

    try:
        found = read_typed_due(text, session.today(), session.date_order)
        if found.due:
            session.board().calendar.day_of(found.due)
    except ValueError as error:
        raise FedcheckError(
            str(error), "or 12/15/2026, Dec 15, next friday, +2w", ErrorKind.USAGE
        ) from None
    print_reading(found.note)
    return found.due


def print_problems(problems: list[Problem]) -> None:
    """Report problems on stderr, each with file, line and remedy."""
    for problem in problems[:20]:
        print_error(f"warning: {_format_relative(problem)}")
    if len(problems) > 20:
        print_error(f"warning: and {len(problems) - 20} more problems")


def _format_relative(problem: Problem) -> str:
    """Return a problem with its path from the working directory, where that is shorter."""
    try:
        path = problem.file.relative_to(Path.cwd())
    except (ValueError, OSError):  # elsewhere, or the working directory is gone
        path = problem.file
    return str(Problem(path, problem.line, problem.message, problem.hint))


def print_line(text: str = "") -> None:
    """Print a line of the answer; control characters in it become visible."""
    print_lines((text,))


def print_lines(lines: Iterable[str]) -> None:
    """Print lines of the answer in one write; see `print_line`."""
    listed = list(lines)
    if listed:
        click.echo(_make_printable("\n".join(listed)))


def _make_printable(text: str) -> str:
    """Return a text with our colors, and with control characters of anything else visible."""
    if _OURS not in text:
        return clean(text)
    return "\x1b[".join(clean(part) for part in text.split(_OURS))


def style_text(text: str, **style: Any) -> str:
    """Color a text where color is wanted: on a terminal, and never with NO_COLOR."""
    if not has_color():
        return text
    return click.style(clean(text), **style).replace("\x1b[", _OURS)


def has_color() -> bool:
    """Return whether stdout takes color."""
    return (
        sys.stdout.isatty() and not os.environ.get("NO_COLOR") and os.environ.get("TERM") != "dumb"
    )


def print_json(data: Any) -> None:
    """Print data as JSON, in ASCII: no control character in it reaches a terminal."""
    click.echo(json_text(data))


def json_text(data: Any) -> str:
    """Return data as JSON in ASCII; dates as ISO 8601."""
    import json

    import msgspec

    try:
        # What C writes and msgspec indents takes a third of the time that `indent` takes.
        return msgspec.json.format(json.dumps(data, default=_to_json_value), indent=2)
    except msgspec.DecodeError:  # half of a surrogate pair, as in the name of a file
        return json.dumps(data, indent=2, default=_to_json_value)


def _to_json_value(value: Any) -> str:
    if isinstance(value, date):
        return value.isoformat()
    raise TypeError(type(value).__name__)


Command = Callable[..., None]


def field_options(
    cls: type, rows: "Iterable[Field]", more: Mapping[str, str] | None = None
) -> Callable[[Command], Command]:
    """Return a decorator that adds the option of each field that has one.

    Args:
        cls: the class of the fields, for the values that they may have.
        rows: the rows of the table of fields.
        more: what the help of an option states after the sentence of its field.
    """
    from fedcheck.domain.field import Kind  # loaded here: what only reads has no fields to set

    chosen = [row for row in rows if row.option]

    def add(command: Command) -> Command:
        for row in reversed(chosen):
            many = row.kind in (Kind.LINES, Kind.REFS)
            text = row.doc + (more or {}).get(row.name, "") + "."
            command = click.option(
                row.option,
                row.name,
                type=_option_type(cls, row),
                multiple=many,
                help=text + (" Repeatable." if many else ""),
                shell_complete=completion.complete_people if row.kind is Kind.PERSON else None,
            )(command)
        return command

    return add


def _option_type(cls: type, row: "Field") -> click.ParamType:  # type: ignore[type-arg]
    from fedcheck.domain.field import Kind
    from fedcheck.domain.field_values import choices
    from fedcheck.domain.glossary import RESULTS

    values = [str(value) for value in choices(cls, row.name) if value]
    if values == [*RESULTS]:
        return ResultType()
    if values:
        return click.Choice([*values, ""])
    return (
        DateType("future" if "due" in row.name else "past")
        if row.kind is Kind.DAY
        else click.STRING
    )


def collect_given(details: Mapping[str, Any]) -> dict[str, Any]:
    """Return the details that were given; an empty text in a list of one clears that list."""
    found = {name: value for name, value in details.items() if value is not None and value != ()}
    return {
        name: [one for one in value if one] if isinstance(value, tuple) else value
        for name, value in found.items()
    }
