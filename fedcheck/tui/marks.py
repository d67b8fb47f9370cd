"""The rows that a person marked for one change, and the range that grows with the cursor."""

from collections.abc import Collection, Iterable
from dataclasses import dataclass, field


@dataclass(slots=True)
class Marks:
    """Marked items by reference.

    Attributes:
        anchor: the item on which a range began that is still open; empty without one.
    """

    refs: set[str] = field(default_factory=set)
    anchor: str = ""
    _before: frozenset[str] = frozenset()

    def toggle(self, ref: str) -> None:
        """Mark an item, or take its mark away; an open range ends."""
        self.end()
        self.refs ^= {ref}

    def begin(self, ref: str) -> None:
        """Begin a range."""
        self._before = frozenset(self.refs)
        self.anchor = ref
        self.refs.add(ref)

    def stretch(self, refs: Iterable[str]) -> None:
        """Let the open range be these items, besides what was marked before it."""
        self.refs = {*self._before, *refs}

    def end(self) -> None:
        """End the range; what it marked stays marked."""
        self.anchor = ""

    def add(self, refs: Iterable[str]) -> None:
        """Mark items."""
        self.end()
        self.refs.update(refs)

    def drop(self, refs: Iterable[str]) -> None:
        """Take the marks of items away."""
        self.end()
        self.refs.difference_update(refs)

    def keep(self, known: Collection[str]) -> None:
        """Forget items that are there no more."""
        gone = [ref for ref in self.refs if ref not in known]
        if gone:
            self.drop(gone)
