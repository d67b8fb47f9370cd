"""What a person can set for an import or an export, declared once; and what a terminal asks.

The command line makes an option of each, with help and shell completion; the app makes a field of
each that has a label.
"""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, replace
from enum import StrEnum
from importlib import import_module
from typing import TYPE_CHECKING, Any

from fedcheck.domain.dates import parse_date

if TYPE_CHECKING:
    from fedcheck.domain.workspace import Project

Values = Mapping[str, Any]
"""The values of options by their names, in the type of their kind."""

Texts = Mapping[str, str]
"""What a person typed into a form, by the names of the options."""


class OptionKind(StrEnum):
    """What an option takes, and the type of its value."""

    TEXT = "text"  # str; empty where it is not given
    FLAG = "flag"  # bool
    DAY = "day"  # date | None
    NUMBER = "number"  # int | None
    MANY = "many"  # tuple[str, ...]; given several times on the command line


@dataclass(frozen=True, slots=True)
class Option:
    """One thing that a person can set.

    Attributes:
        name: the key of its value, and `--name` on the command line.
        help: its line in `--help`.
        kind: what it takes.
        choices: the only values that it may have; empty for any.
        suggest: returns the values that a workspace knows, for completion.
        default: the value while none is given, as a person would type it.
        metavar: the placeholder in `--help`.
        between: the least and the greatest number.
        label: the name of its field in the app; an option without one is not in the app.
        hint: what the field may hold.
        titles: what the app shows for each choice; given, nothing else can be entered there.
    """

    name: str
    help: str = ""
    kind: OptionKind = OptionKind.TEXT
    choices: tuple[str, ...] = ()
    suggest: "Callable[[Project], Iterable[str]] | None" = None
    default: str = ""
    metavar: str = ""
    between: tuple[int, int] | None = None
    label: str = ""
    hint: str = ""
    titles: tuple[str, ...] = ()

    def parse(self, text: str) -> Any:
        """Return the value of a text from a form. Raises ValueError for no date or number."""
        text = text.strip()
        match self.kind:
            case OptionKind.FLAG:
                return text.casefold() in ("yes", "y")
            case OptionKind.DAY:
                return parse_date(text) if text else None
            case OptionKind.NUMBER:
                return int(text) if text else None
            case OptionKind.MANY:
                return tuple(part.strip() for part in text.split(",") if part.strip())
        if self.choices:
            return text.casefold() if text.casefold() in self.choices else self.default
        return text


def parse_form(options: Iterable[Option], texts: Texts) -> dict[str, Any]:
    """Return the values of a form: parsed for declared options, as they are for other fields."""
    values: dict[str, Any] = dict(texts)
    return values | {one.name: one.parse(texts.get(one.name, one.default)) for one in options}


def form_fields(
    options: Iterable[Option], project: "Project", texts: Texts, defaults: Texts | None = None
) -> list[Option]:
    """Return the options of the app with their present values as defaults.

    Args:
        options: the declared options; those without a label are left out.
        project: gives the suggested values.
        texts: what the person has typed before.
        defaults: the values that hold for a file while nothing is typed, by name.
    """
    found = []
    for one in options:
        if not one.label:
            continue
        flag = one.kind is OptionKind.FLAG
        usual = (defaults or {}).get(one.name, one.default) or ("no" if flag else "")
        choices = ("yes", "no") if flag else one.choices
        if one.suggest is not None:
            choices = tuple(one.suggest(project))
        found.append(replace(one, choices=choices, default=texts.get(one.name, usual)))
    return found


def load_function(place: str) -> Any:
    """Import and return a function that is named as `package.module:function`."""
    module, _, name = place.partition(":")
    return getattr(import_module(module), name)


@dataclass(frozen=True, slots=True)
class Question:
    """A question, or a line to show.

    Attributes:
        text: what is asked.
        choices: the only answers; empty for any.
        default: the answer of somebody who only presses enter; None for none.
        shown: whether `text` is only shown; no answer is read, and an empty one is sent back.
    """

    text: str
    choices: tuple[str, ...] = ()
    default: str | None = None
    shown: bool = False
