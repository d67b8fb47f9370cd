"""Sandbox for report templates: read-only data, a fixed set of filters and functions.

The sandbox decides what a template can reach. It does not limit time or memory: a template of a
workspace runs in a child process for that (see `fedcheck.reports.child`).
"""

from collections.abc import Callable, Iterable, Mapping
from datetime import date, timedelta
from functools import wraps
from types import CodeType
from typing import Any

from jinja2 import BaseLoader, StrictUndefined, Template
from jinja2.environment import Environment, TemplateModule
from jinja2.exceptions import SecurityError
from jinja2.filters import make_attrgetter
from jinja2.runtime import (
    BlockReference,
    Context,
    LoopContext,
    Macro,
    TemplateReference,
    Undefined,
)
from jinja2.sandbox import ImmutableSandboxedEnvironment
from jinja2.utils import Namespace, pass_environment
from msgspec import Struct

from fedcheck.reports.charts import bar, chart
from fedcheck.reports.markdown import Markdown, code, link, unmark_text
from fedcheck.reports.view import LazyView, View, field_names

MAX_RANGE = 1_000_000
MAX_NUMBER = 10**15

# fmt: off
_FILTERS = frozenset((
    "abs", "capitalize", "count", "default", "dictsort", "first", "float", "groupby", "int",
    "items", "last", "length", "list", "lower", "map", "max", "min", "reject", "rejectattr",
    "replace", "select", "selectattr", "sort", "string", "title", "trim", "truncate", "unique",
    "upper", "wordcount",
))
_OF_TEXT = frozenset((
    "capitalize", "code", "e", "escape", "lower", "string", "title", "trim", "truncate", "upper",
    "wordcount",
))
_TEXT = frozenset((
    "endswith", "lower", "removeprefix", "removesuffix", "split", "startswith", "strip", "upper",
))
# fmt: on
_MAPPING = frozenset(["get", "items", "keys", "values"])
_DATE = frozenset(["day", "isoformat", "isoweekday", "month", "weekday", "year"])
_RUNTIME = (
    BlockReference,
    LoopContext,
    Macro,
    Namespace,
    TemplateModule,
    TemplateReference,
)


class _Namespace(Namespace):
    """Variables that a loop may set; they are not printed, as they may hold each other."""

    def __repr__(self) -> str:
        raise TypeError("a namespace cannot be printed; name one of its fields")


class LazyName(Struct, frozen=True):
    """A name of the context that is built when a template names it."""

    view: LazyView
    name: str

    def build(self) -> Any:
        """Return what the name stands for."""
        return getattr(self.view, self.name)


class _Context(Context):
    """The names of a template, of which only those that it names are built."""

    def resolve_or_missing(self, key: str) -> Any:
        found = super().resolve_or_missing(key)
        return found.build() if isinstance(found, LazyName) else found


class Sandbox(ImmutableSandboxedEnvironment):
    """Environment in which report templates run."""

    context_class = _Context
    intercepted_binops = frozenset(["+", "*", "**", "%"])

    def __init__(self, loader: BaseLoader | None = None) -> None:
        super().__init__(
            loader=loader,
            undefined=StrictUndefined,
            trim_blocks=True,
            lstrip_blocks=True,
            autoescape=False,  # text is marked before it comes here, see fedcheck.reports.markdown
            finalize=_format_printed,
            auto_reload=False,
        )
        known = {name: self.filters[name] for name in _FILTERS} | {"d": self.filters["default"]}
        known |= {"code": _code, "escape": _same, "e": _same, "sum": _sum, "join": _join}
        known |= {"int": _limit_result(known["int"])}
        self.filters = known | {name: _take_plain_values(known[name]) for name in _OF_TEXT}
        self.globals = {"range": _range, "namespace": _Namespace, "link": _link}
        self.globals |= {"bar": bar, "chart": chart}

    def getattr(self, obj: Any, attribute: str) -> Any:
        """Return a field of a view at once: templates read thousands of them."""
        if isinstance(obj, View | LazyView) and attribute in field_names(obj):
            return getattr(obj, attribute)
        return super().getattr(obj, attribute)

    def getitem(self, obj: Any, argument: Any) -> Any:
        """Return a field of a view at once, as filters such as `selectattr` ask for it."""
        if isinstance(obj, View | LazyView) and argument in field_names(obj):
            return getattr(obj, argument)
        return super().getitem(obj, argument)

    def is_safe_attribute(self, obj: Any, attr: str, value: Any) -> bool:
        """Allow the fields of views, and the few methods of plain values that can do no harm."""
        if not super().is_safe_attribute(obj, attr, value):
            return False
        match obj:
            case str():
                return attr in _TEXT
            case Mapping():
                return attr in _MAPPING
            case date():
                return attr in _DATE
            case timedelta():
                return attr == "days"
            case tuple():
                return attr in ("grouper", "list")
            case View() | LazyView():
                return attr in field_names(obj)
            case _:
                return isinstance(obj, _RUNTIME)

    def wrap_str_format(self, value: Any) -> None:
        """Offer no `format` method: a width in it can fill the memory."""

    def call_binop(self, context: Context, operator: str, left: Any, right: Any) -> Any:
        """Calculate with numbers of a sensible size, add texts and lists, and no more."""
        if operator == "+" and isinstance(left, str | list | tuple):
            return left + right
        numbers = isinstance(left, int | float) and isinstance(right, int | float)
        if not numbers and not (operator == "+" and isinstance(left, date)):
            raise SecurityError(f"the operator {operator} works on numbers only")
        if operator == "**":
            raise SecurityError("the operator ** is not available")
        return _check_number(super().call_binop(context, operator, left, right))


def _check_number(value: Any) -> Any:
    if isinstance(value, int) and abs(value) > MAX_NUMBER:
        raise SecurityError(f"a number above {MAX_NUMBER:,}")
    return value


def _limit_result(function: Callable[..., Any]) -> Callable[..., Any]:
    """Return a filter that makes no number above MAX_NUMBER."""

    @wraps(function)
    def bounded(*args: Any, **kwargs: Any) -> Any:
        return _check_number(function(*args, **kwargs))

    return bounded


def _take_plain_values(function: Callable[..., Any]) -> Callable[..., Any]:
    """Return a filter that takes plain values only, never the inside of a view as text."""
    place = 1 if hasattr(function, "jinja_pass_arg") else 0

    @wraps(function)
    def of_text(*args: Any, **kwargs: Any) -> Any:
        _text(args[place])
        return function(*args, **kwargs)

    return of_text


def _format_printed(value: Any) -> str:
    """Return the text of a printed expression; an undefined one raises and names itself."""
    return "" if value is None else _text(value)


def _text(value: Any) -> str:
    """Return a plain value as text. Raise TypeError for a view or a collection."""
    if isinstance(value, str | int | float | date | timedelta | TemplateModule | Undefined | None):
        return str(value)
    kind = type(value).__name__.removesuffix("View").lower()
    raise TypeError(f"a {kind} cannot be printed; name one of its fields")


def _range(*bounds: int) -> range:
    numbers = range(*bounds)
    # len() fails above the size of a machine word; slicing does not.
    if numbers[MAX_RANGE : MAX_RANGE + 1]:
        raise SecurityError(f"a range of more than {MAX_RANGE:,} numbers")
    return numbers


@pass_environment
def _join(
    environment: Environment, values: Iterable[Any], between: str = "", attribute: Any = None
) -> str:
    """Join texts."""
    get = make_attrgetter(environment, attribute) if attribute is not None else None
    return str(between).join(_text(get(value) if get else value) for value in values)


@pass_environment
def _sum(environment: Environment, values: Iterable[Any], attribute: Any = None) -> Any:
    """Add numbers up."""
    get = make_attrgetter(environment, attribute) if attribute is not None else None
    numbers = [get(value) if get else value for value in values]
    if not all(isinstance(number, int | float) for number in numbers):
        raise SecurityError("sum works on numbers only")
    return sum(numbers)


def _same(value: Any) -> Any:
    """Return the value: everything is escaped already, but people are used to writing `escape`."""
    return value


def _code(text: str) -> Markdown:
    """Offer `code` to templates, whose texts are marked already."""
    return code(unmark_text(str(text)))


def _link(label: str, target: str) -> Markdown:
    """Offer `link` to templates, whose texts are marked already."""
    return link(unmark_text(str(label)), unmark_text(str(target)))


MAX_COMPILED = 32
_COMPILED: dict[tuple[str, str, str], CodeType] = {}
"""Compiled templates by text, name and file.

The app renders a report again after each change while it is on screen; its template seldom
changes.
"""


class CachingLoader(BaseLoader):
    """Loads templates by name, and compiles each text once in a process.

    Args:
        read: returns text and file of a template; raises jinja2.TemplateNotFound.
        find: returns the code of a text that was compiled before, with the name of its file.
    """

    def __init__(
        self,
        read: Callable[[str], tuple[str, str]],
        find: Callable[[str, str], CodeType | None] = lambda text, filename: None,
    ) -> None:
        self._read = read
        self._find = find

    def load(self, environment: Environment, name: str, globals: Any = None) -> Template:  # noqa: A002
        """Return a compiled template."""
        source, filename = self._read(name)
        key = (source, name, filename)
        if key not in _COMPILED:
            compiled = self._find(source, filename) or environment.compile(source, name, filename)
            if len(_COMPILED) >= MAX_COMPILED:
                _COMPILED.clear()
            _COMPILED[key] = compiled
        return environment.template_class.from_code(environment, _COMPILED[key], globals or {})
