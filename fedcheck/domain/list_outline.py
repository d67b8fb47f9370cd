"""What is known of a checklist without its items, and lists whose items are read when asked for.

A command that changes one item reads its list alone; of all others the outline is enough.
"""

from collections.abc import Callable, Mapping

from msgspec import Struct

from fedcheck.domain.checklist import Checklist
from fedcheck.domain.control_ids import normalize_code
from fedcheck.domain.glossary import Audience
from fedcheck.domain.guidance import is_official
from fedcheck.domain.late_mapping import LateValues
from fedcheck.domain.reference import matches_tail


class ListOutline(Struct, frozen=True):
    """What counts of a checklist before anybody looks at its items.

    Attributes:
        process: the processes that it serves.
        phase: the phase that it belongs to; a process may have it in another one.
        guidance: the process whose words it asks for.
        has_words: whether it has words that other lists may ask for.
        item_ids: the ids of its items, in order.
        renamed: today's id for each earlier id of an item.
        codes: the official codes of items by their ids, in the one form of `normalize_code`.
    """

    id: str
    process: tuple[str, ...]
    phase: str
    role: str
    audience: Audience
    guidance: str
    has_words: bool
    item_ids: tuple[str, ...]
    renamed: Mapping[str, str]
    codes: Mapping[str, str]

    def find_tail(self, tail: str) -> list[str]:
        """Return the ids of items that a tail of their reference may mean."""
        return [one for one in self.item_ids if matches_tail(f"{self.id}:{one}", tail)]


def make_outline(checklist: Checklist) -> ListOutline:
    """Return what counts of a checklist before anybody looks at its items."""
    return ListOutline(
        checklist.id,
        checklist.process,
        checklist.phase,
        checklist.role,
        checklist.audience,
        checklist.guidance,
        any(is_official(item) for _, item in checklist.items.values()),
        tuple(checklist.items),
        checklist.renamed,
        {
            name: normalize_code(item.code)
            for name, (_, item) in checklist.items.items()
            if item.code
        },
    )


class LateLists(LateValues[Checklist]):
    """Checklists by id: their outlines are known, and each list is made at its first use."""

    __slots__ = ("outlines",)

    def __init__(
        self, outlines: Mapping[str, ListOutline], make: Callable[[str], Checklist]
    ) -> None:
        """Take the outlines in their order, and what makes the list of an id among them."""
        super().__init__(outlines, make)
        self.outlines = outlines

    def only(self, is_wanted: Callable[[ListOutline], bool]) -> "LateLists":
        """Return those whose outlines are wanted."""
        wanted = {name: one for name, one in self.outlines.items() if is_wanted(one)}
        return LateLists(wanted, self.__getitem__)

    def changed(self, change: Callable[[Checklist], Checklist]) -> "LateLists":
        """Return the lists, each with a change that leaves its outline alone."""
        return LateLists(self.outlines, lambda name: change(self[name]))


def list_outlines(lists: Mapping[str, Checklist]) -> Mapping[str, ListOutline]:
    """Return the outlines of lists by id, without a look at what was not read yet."""
    if isinstance(lists, LateLists):
        return lists.outlines
    return {name: make_outline(one) for name, one in lists.items()}
