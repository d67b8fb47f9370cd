"""What templates see is made of: views, whose texts are marked before a template reads them."""

from collections.abc import Callable
from functools import cached_property
from typing import Any, ClassVar, TypeVar

from msgspec import Struct

from fedcheck.errors import FedcheckError
from fedcheck.reports.markdown import mark_text

T = TypeVar("T")


class View(Struct, frozen=True):
    """Plain data for templates: texts, numbers, dates, and other views. All fields can be read."""


class BuildError(BaseException):
    """A view could not be built: a fault of ours, which no template is to be blamed for."""


def _build(build: Callable[[Any], T], view: Any) -> T:
    """Return a field. Raises BuildError from what is wrong, unless a template can cause it."""
    try:
        return build(view)
    except (FedcheckError, MemoryError, RecursionError):
        raise
    except Exception as error:
        raise BuildError(str(error)) from error


class Shown(cached_property[T]):
    """A field of a lazy view: built when it is first read, and its texts are marked then."""

    def __init__(self, build: Callable[[Any], T]) -> None:
        super().__init__(lambda view: mark_texts(_build(build, view)))


class LazyView:
    """A view of which only what a template reads is built: its `Shown` fields.

    Most templates read a few fields of a few items, and a workspace may have thousands.
    """

    FIELDS: ClassVar[tuple[str, ...]] = ()
    """The names of what a template may read."""

    def __init_subclass__(cls) -> None:
        cls.FIELDS = tuple(name for name, value in vars(cls).items() if isinstance(value, Shown))


def field_names(view: View | LazyView) -> tuple[str, ...]:
    """Return the names of what a template may read of a view."""
    return view.FIELDS if isinstance(view, LazyView) else view.__struct_fields__


def mark_texts(value: T) -> T:
    """Return a view in which every text has been marked; what is marked stays as it is."""
    found: Any = value
    if isinstance(value, str):
        found = mark_text(value)
    elif isinstance(value, tuple):
        found = tuple([mark_texts(one) for one in value])
    elif isinstance(value, View):
        found = type(value)(*[mark_texts(getattr(value, name)) for name in value.__struct_fields__])
    return found  # type: ignore[no-any-return]
