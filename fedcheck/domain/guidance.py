"""Our own words on official rules: joined by official id to lists that hold the rules alone."""

from collections.abc import Iterable, Mapping

from msgspec import Struct
from msgspec.structs import replace

from fedcheck.domain.checklist import Checklist, Item
from fedcheck.domain.glossary import Level


class Words(Struct, frozen=True):
    """What we state about a rule.

    Attributes:
        title: a fact that can be ticked.
        guidance: what to do, in Markdown.
        expects: the evidence to keep, a short phrase each.
    """

    title: str
    guidance: str = ""
    expects: tuple[str, ...] = ()


def collect_words(lists: Iterable[Checklist]) -> dict[str, Words]:
    """Return our words by official id, from lists that have them."""
    return {
        item.code: Words(item.title, item.guidance, item.expects)
        for one in lists
        for _, item in one.items.values()
        if is_official(item)
    }


def join_guidance(checklist: Checklist, words: Mapping[str, Words]) -> Checklist:
    """Return a list with our words where it states nothing of its own.

    A title counts as its own unless it is the official name; expected evidence is added to ours.
    Items without an official id and a basis of their own stay as they are: what was recorded about
    them would be flagged because of our words.
    """
    sections = tuple(
        replace(one, items=tuple(_join(item, words) for item in one.items))
        for one in checklist.sections
    )
    return replace(checklist, sections=sections)


def is_official(item: Item) -> bool:
    """Return whether an item is an official rule: it has an id and a basis of its own."""
    return bool(item.code and item.own_basis)


def _join(item: Item, words: Mapping[str, Words]) -> Item:
    ours = words.get(item.code)
    if not is_official(item):
        return item
    if ours is None:
        is_forbidden = item.level in (Level.MUST_NOT, Level.SHOULD_NOT)
        if is_forbidden and item.title == item.official_name:
            # The official name of what is forbidden names the deed: a tick would say it is done.
            return replace(item, title=f"Prohibition observed: {item.title}")
        return item
    return replace(
        item,
        title=ours.title if item.title == item.official_name else item.title,
        guidance=item.guidance or ours.guidance,
        expects=_merge(ours.expects, item.expects),
        when=tuple(
            one if one.expects is None else replace(one, expects=_merge(ours.expects, one.expects))
            for one in item.when
        ),
    )


def _merge(ours: tuple[str, ...], theirs: tuple[str, ...]) -> tuple[str, ...]:
    return tuple(dict.fromkeys((*ours, *theirs))) if theirs else ours
