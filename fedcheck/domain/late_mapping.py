"""Mappings that are read, or worked out, when somebody first asks: as a whole or by value."""

from collections.abc import Callable, Iterable, Iterator, Mapping
from typing import Any, TypeVar

K = TypeVar("K")
V = TypeVar("V")


class LateMapping(Mapping[str, V]):
    """Reads its values by a function, once. Raises what that raises."""

    __slots__ = ("_held", "_read")

    def __init__(self, read: Callable[[], Mapping[str, V]]) -> None:
        self._read: Callable[[], Mapping[str, V]] | None = read
        self._held: Mapping[str, V] = {}

    @property
    def is_read(self) -> bool:
        """Return whether somebody has asked."""
        return self._read is None

    def read(self) -> Mapping[str, V]:
        """Return the mapping that was read: quicker for one who asks for much of it."""
        if (read := self._read) is not None:
            self._held = read()
            self._read = None
        return self._held

    def __getitem__(self, name: str) -> V:
        return self.read()[name]

    def __iter__(self) -> Iterator[str]:
        return iter(self.read())

    def __len__(self) -> int:
        return len(self.read())


class LateValues(Mapping[str, V]):
    """Knows its names, and makes each value by a function at its first use."""

    __slots__ = ("_made", "_make", "_names")

    def __init__(
        self, names: Iterable[str], make: Callable[[str], V], made: Mapping[str, V] | None = None
    ) -> None:
        """Take the names in their order, what makes the value of one, and values made before."""
        self._names = dict.fromkeys(names)
        self._make = make
        self._made = dict(made or {})

    def __getitem__(self, name: str) -> V:
        if name not in self._made:
            if name not in self._names:
                raise KeyError(name)
            self._made[name] = self._make(name)
        return self._made[name]

    def get(self, name: str, default: Any = None) -> Any:
        """Return a value, or the default: what `Mapping` does by an exception, which takes long."""
        return self[name] if name in self._names else default

    def __contains__(self, name: object) -> bool:
        return name in self._names

    def __iter__(self) -> Iterator[str]:
        return iter(self._names)

    def __len__(self) -> int:
        return len(self._names)

    def with_value(self, name: str, value: V) -> "LateValues[V]":
        """Return the mapping with one value replaced or added."""
        return LateValues([*self._names, name], self._make, {**self._made, name: value})


class KeptAnswers(dict[K, V]):
    """Works out an answer by a function at the first question, and keeps it.

    Asked with `[]`, which is as quick as any dict once the answer is known: thousands of items ask
    a few questions.
    """

    __slots__ = ("_answer",)

    def __init__(self, answer: Callable[[K], V]) -> None:
        super().__init__()
        self._answer = answer

    def __missing__(self, question: K) -> V:
        found = self[question] = self._answer(question)
        return found
