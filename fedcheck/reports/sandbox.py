"""The room in which a template runs: it reads what it is given, and it cannot run away.

A template may come with somebody else's workspace. It sees plain data and a choice of filters, and
everything that could repeat or grow is charged to a budget before it happens: loops, macros,
included templates and blocks by a call that is put into the parsed template, text by what is
printed, joined or cut. The same template on the same data therefore always ends the same way.
"""

import time
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import is_dataclass
from datetime import date, timedelta
from functools import wraps
from types import CodeType
from typing import Any, TypeVar

from jinja2 import BaseLoader, StrictUndefined, Template, nodes
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
from jinja2.visitor import NodeTransformer

from fedcheck.reports.charts import bar, chart
from fedcheck.reports.markdown import Markdown, code, link, plain

N = TypeVar("N", bound=nodes.Node)

MAX_STEPS = 1_000_000
MAX_CHARACTERS = 16_000_000
MAX_SECONDS = 60.0
MAX_NUMBER = 10**15

# fmt: off
_FILTERS = frozenset((
    "abs", "capitalize", "count", "default", "dictsort", "first", "float", "groupby", "int",
    "items", "last", "length", "list", "lower", "map", "max", "min", "reject", "rejectattr",
    "select", "selectattr", "sort", "string", "title", "trim", "truncate", "unique", "upper",
    "wordcount",
))
_OF_TEXT = frozenset((
    "capitalize", "code", "e", "escape", "lower", "string", "title", "trim", "truncate", "upper",
    "wordcount",
))
_OF_MANY = frozenset((
    "groupby", "list", "map", "max", "min", "reject", "rejectattr", "select", "selectattr",
    "sort", "sum", "unique",
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


class TooMuchError(SecurityError):
    """A template that wants more than it may have."""


class Room(ImmutableSandboxedEnvironment):
    """The environment of one rendering."""

    intercepted_binops = frozenset(["+", "*", "**", "%"])

    def __init__(self, loader: BaseLoader) -> None:
        super().__init__(
            loader=loader,
            undefined=StrictUndefined,
            trim_blocks=True,
            lstrip_blocks=True,
            autoescape=False,  # text is marked before it comes here, see fedcheck.reports.markdown
            finalize=self._printed,
            auto_reload=False,
        )
        self.steps = 0
        self.characters = 0
        self._ends = time.monotonic() + MAX_SECONDS
        self._weights: dict[int, tuple[object, int]] = {}
        known = {name: self.filters[name] for name in _FILTERS} | {"d": self.filters["default"]}
        known |= {"code": _code, "escape": _same, "e": _same, "sum": _sum}
        self.filters = {name: self._metered(name, one) for name, one in known.items()}
        self.filters |= {"join": _join, "replace": self._replaced}
        self.globals = {"range": self._range, "namespace": Namespace, "link": _link}
        self.globals |= {"bar": bar, "chart": chart}

    def charge(self, characters: int = 0, steps: int = 1) -> bool:
        """Pay for a step and for text that will stand somewhere; raises TooMuchError."""
        self.steps += steps
        self.characters += characters
        if self.steps > MAX_STEPS:
            raise TooMuchError(f"more than {MAX_STEPS:,} steps; does a loop or a macro not end?")
        if self.characters > MAX_CHARACTERS:
            raise TooMuchError(f"more than {MAX_CHARACTERS:,} characters")
        if time.monotonic() > self._ends:
            raise TooMuchError(f"more than {MAX_SECONDS:.0f} seconds")
        return True

    def glue(self, *parts: Any) -> str:
        """Do the work of the operator `~`."""
        texts = [_text(part) for part in parts]
        self.charge(sum(map(len, texts)))
        return "".join(texts)

    def made(self, value: Any) -> Any:
        """Charge a list, a tuple or a table that was written down."""
        return self._paid(value)

    def cut(self, value: Any, start: Any, stop: Any, step: Any) -> Any:
        """Do the work of a slice."""
        return self._paid(value[start:stop:step])

    def call(self, context: Context, function: Any, /, *args: Any, **kwargs: Any) -> Any:
        """Call what the sandbox allows; what it makes is charged."""
        result = super().call(context, function, *args, **kwargs)
        return result if getattr(function, "__self__", None) is self else self._paid(result)

    def _metered(self, name: str, function: Callable[..., Any]) -> Callable[..., Any]:
        """Return a filter that charges what it takes, goes through and makes."""
        place = 1 if hasattr(function, "jinja_pass_arg") else 0

        @wraps(function)
        def metered(*args: Any, **kwargs: Any) -> Any:
            given = list(args)
            self._paid(given[place])
            if name in _OF_TEXT:
                _text(given[place])
            elif name in _OF_MANY:
                given[place] = self._each(given[place])
            if name in ("groupby", "map"):
                # What stands in for many values would be gone through as often, unseen by us.
                for extra in (*given[place + 1 :], *kwargs.values()):
                    _text(extra)
            return self._paid(function(*given, **kwargs))

        return metered

    def _each(self, values: Iterable[Any]) -> Iterator[Any]:
        """Yield values; a filter that goes through many is charged for each."""
        for value in values:
            self.charge(characters=1, steps=0)
            yield value

    def _paid(self, value: Any) -> Any:
        if isinstance(value, str):
            self.charge(len(value))
        elif isinstance(value, list | tuple | dict):
            self.charge(self._weight(value))
        elif isinstance(value, int) and abs(value) > MAX_NUMBER:
            raise TooMuchError(f"a number above {MAX_NUMBER:,}")
        return value

    def _weight(self, value: Any) -> int:
        """Return how much there is to go through in a value.

        A list that holds another one twice holds it twice: forty lines of a template can make one
        that nothing gets to the end of, though it takes no memory. What is weighed once is kept,
        with its weight: a template cannot change it any more.
        """
        if isinstance(value, str):
            return 1 + len(value) // 64
        if not isinstance(value, list | tuple | dict):
            return 1
        known = self._weights.get(id(value))
        if known is None:
            inside = [*value, *value.values()] if isinstance(value, dict) else value
            known = value, 1 + sum(map(self._weight, inside))
            self._weights[id(value)] = known
        return known[1]

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
            case _:
                return is_dataclass(obj) or isinstance(obj, _RUNTIME)

    def wrap_str_format(self, value: Any) -> None:
        """Offer no `format` method: a width in it can fill the memory."""

    def call_binop(self, context: Any, operator: str, left: Any, right: Any) -> Any:
        """Calculate with numbers of a sensible size, add texts and lists, and no more."""
        if operator == "+" and isinstance(left, str | list | tuple):
            if isinstance(left, str):
                self.charge(len(left) + len(right))
                return left + right
            return self._paid(left + right)
        numbers = isinstance(left, int | float) and isinstance(right, int | float)
        if not numbers and not (operator == "+" and isinstance(left, date)):
            raise SecurityError(f"the operator {operator} works on numbers only")
        if operator == "**":
            raise SecurityError("the operator ** is not available")
        return self._paid(super().call_binop(context, operator, left, right))

    def _printed(self, value: Any) -> str:
        """Return what stands for a value in the document; charged also where it is captured."""
        if isinstance(value, Undefined):
            return str(value)  # raises, and says what is undefined
        text = "" if value is None else _text(value)
        self.charge(len(text))
        return text

    def _range(self, *bounds: int) -> range:
        numbers = range(*bounds)
        try:
            self.charge(steps=len(numbers))
        except OverflowError:
            self.charge(steps=MAX_STEPS)
        return numbers

    def _replaced(self, text: str, old: str, new: str) -> str:
        self.charge(len(text) + len(text) * len(new) // max(len(old), 1))
        return text.replace(old, new) if old else text


def _text(value: Any) -> str:
    """Return a plain value as text. Raises TypeError for what holds others: that may have no end.

    What is undefined raises too, and says so.
    """
    if isinstance(value, str | int | float | date | timedelta | TemplateModule | Undefined | None):
        return str(value)
    kind = type(value).__name__.removesuffix("View").lower()
    raise TypeError(f"a {kind} cannot be printed; name one of its fields")


@pass_environment
def _join(
    environment: Environment, values: Iterable[Any], between: str = "", attribute: Any = None
) -> str:
    """Join texts; charged one by one, before the whole is made."""
    assert isinstance(environment, Room)
    get = make_attrgetter(environment, attribute) if attribute is not None else None
    texts = []
    for value in values:
        texts.append(_text(get(value) if get else value))
        environment.charge(len(texts[-1]) + len(between))
    return between.join(texts)


@pass_environment
def _sum(environment: Environment, values: Iterable[Any], attribute: Any = None) -> Any:
    """Add numbers up."""
    get = make_attrgetter(environment, attribute) if attribute is not None else None
    numbers = [get(value) if get else value for value in values]
    if not all(isinstance(number, int | float) for number in numbers):
        raise SecurityError("sum works on numbers only")
    return sum(numbers)


def _same(value: Any) -> Any:
    """Stand for `escape`, which people are used to writing, and which nothing needs here."""
    return value


def _code(text: str) -> Markdown:
    """Offer `code` to templates, whose texts are marked already."""
    return code(plain(str(text)))


def _link(label: str, target: str) -> Markdown:
    """Offer `link` to templates, whose texts are marked already."""
    return link(plain(str(label)), plain(str(target)))


MAX_COMPILED = 32
_COMPILED: dict[tuple[str, str, str], tuple[CodeType, int, int]] = {}
"""Compiled templates by text, name and file, with the steps and characters that compiling cost.

A report is made anew with each change while it is looked at; its template seldom changes.
"""


class MeteredLoader(BaseLoader):
    """Loads templates by name, with the calls that charge what they do.

    Args:
        read: returns text and file of a template; raises jinja2.TemplateNotFound.
    """

    def __init__(self, read: Callable[[str], tuple[str, str]]) -> None:
        self._read = read

    def load(self, environment: Environment, name: str, globals: Any = None) -> Template:  # noqa: A002
        """Return a compiled template."""
        assert isinstance(environment, Room)
        source, filename = self._read(name)
        key = (source, name, filename)
        if key in _COMPILED:
            compiled, steps, characters = _COMPILED[key]
            environment.charge(characters, steps)
        else:
            steps, characters = environment.steps, environment.characters
            tree = environment.parse(source, name, filename)
            tree = _Meter().visit(tree)
            tree.set_environment(environment)
            compiled = environment.compile(tree, name, filename)
            spent = environment.steps - steps, environment.characters - characters
            if len(_COMPILED) >= MAX_COMPILED:
                _COMPILED.clear()
            _COMPILED[key] = compiled, *spent
        return environment.template_class.from_code(environment, compiled, globals or {})


class _Meter(NodeTransformer):
    """Puts a charge at the head of everything that can be run more than once."""

    def visit_Template(self, node: nodes.Template) -> nodes.Template:  # noqa: N802
        return self._metered(node)

    def visit_For(self, node: nodes.For) -> nodes.For:  # noqa: N802
        node = self._metered(node)
        if node.test is not None:
            node.test = nodes.And(_charge(0, node.lineno), node.test, lineno=node.lineno)
        return node

    def visit_Macro(self, node: nodes.Macro) -> nodes.Macro:  # noqa: N802
        return self._metered(node)

    def visit_CallBlock(self, node: nodes.CallBlock) -> nodes.CallBlock:  # noqa: N802
        return self._metered(node)

    def visit_Block(self, node: nodes.Block) -> nodes.Block:  # noqa: N802
        return self._metered(node)

    def visit_Getitem(self, node: nodes.Getitem) -> nodes.Expr:  # noqa: N802
        self.generic_visit(node)
        if not isinstance(node.arg, nodes.Slice):
            return node
        bounds = [node.arg.start, node.arg.stop, node.arg.step]
        none = nodes.Const(None, lineno=node.lineno)
        return _call("cut", [node.node, *(bound or none for bound in bounds)], node.lineno)

    def visit_List(self, node: nodes.List) -> nodes.Expr:  # noqa: N802
        self.generic_visit(node)
        return _call("made", [node], node.lineno)

    def visit_Dict(self, node: nodes.Dict) -> nodes.Expr:  # noqa: N802
        self.generic_visit(node)
        return _call("made", [node], node.lineno)

    def visit_Tuple(self, node: nodes.Tuple) -> nodes.Expr:  # noqa: N802
        self.generic_visit(node)
        return node if node.ctx != "load" else _call("made", [node], node.lineno)

    def visit_Concat(self, node: nodes.Concat) -> nodes.Call:  # noqa: N802
        self.generic_visit(node)
        return _call("glue", node.nodes, node.lineno)

    def _metered(self, node: N) -> N:
        self.generic_visit(node)
        body: list[nodes.Node] = node.body  # type: ignore[attr-defined]
        characters = sum(len(data.data) for part in body for data in _texts(part))
        charge = _charge(characters, node.lineno or 1)
        body.insert(0, nodes.ExprStmt(charge, lineno=node.lineno or 1))
        return node


def _texts(part: nodes.Node) -> Iterable[nodes.TemplateData]:
    return [part] if isinstance(part, nodes.TemplateData) else part.find_all(nodes.TemplateData)


def _charge(characters: int, line: int) -> nodes.Call:
    return _call("charge", [nodes.Const(characters, lineno=line)], line)


def _call(name: str, arguments: list[nodes.Expr], line: int) -> nodes.Call:
    # An attribute of the environment is nothing that a template could set to something else.
    function = nodes.EnvironmentAttribute(name, lineno=line)
    return nodes.Call(function, arguments, [], None, None, lineno=line)
