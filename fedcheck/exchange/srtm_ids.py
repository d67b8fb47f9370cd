"""Ids of items for the test steps of a workbook: the same ones each time, whatever moves."""

import hashlib
import re
import unicodedata
from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Sequence

from fedcheck.exchange.plan import Note
from fedcheck.exchange.srtm_rows import Step, code_key
from fedcheck.exchange.srtm_words import plain
from fedcheck.model.checklist import Checklist, Item
from fedcheck.model.text import one_line

LONGEST = 80
"""The longest id that is made of an official one, in characters."""


def slug(code: str) -> str:
    """Return an official id as an id of ours: `ac-01a.01-02` for `AC-01a.[01][02]`."""
    text = unicodedata.normalize("NFKD", code).casefold()
    text = re.sub(r"[^a-z0-9.]+", "-", text.encode("ascii", "ignore").decode())
    text = re.sub(r"[.-]*\.[.-]*", ".", text).strip(".-")
    return text[:LONGEST].rstrip(".-")


def item_ids(steps: Sequence[Step], old: Checklist | None) -> tuple[list[str], list[Note]]:
    """Return the id of the item of each step, and what had to be decided.

    An item that is there already is found by the official id and the control, else by the official
    id alone, else by the control and the text of the objective: its id, and so its record, stays.
    """
    found: dict[int, str] = {}
    notes: list[Note] = []
    items = [item for _, item in old.items.values()] if old else []
    _match(found, steps, items, _full_key_of_step, _full_keys_of_items(items))
    left = [item for item in items if item.id not in found.values()]
    by_code = [(code_key(item.code),) if item.code else None for item in left]
    _match(found, steps, left, lambda s: (code_key(s.code),) if s.code else None, by_code)
    left = [item for item in left if item.id not in found.values()]
    by_text = [(item.controls[:1], plain(item.statement)) for item in left]
    renamed = _match(
        found, steps, left, lambda s: (s.controls[:1], plain(s.objective)) if s.objective else None,
        by_text,
    )  # fmt: skip
    before = {item.id: item for item in items}
    for place in renamed:
        step, item = steps[place], before[found[place]]
        what = f'"{one_line(item.code, 40)}" is called "{one_line(step.code, 40)}" now'
        notes.append(Note(step.place("procedure"), what, f"it stays the item {item.id}"))
    taken = {*(item.id for item in items), *found.values()}
    _new_ids(found, steps, taken)
    return [found[place] for place in range(len(steps))], notes


def _full_key_of_step(step: Step) -> object:
    return step.key


def _full_keys_of_items(items: Iterable[Item]) -> list[object]:
    """Return the keys of items as those of steps, numbered where several are alike."""
    seen: Counter[object] = Counter()
    keys: list[object] = []
    for item in items:
        key = (code_key(item.code or item.statement), item.controls[:1])
        seen[key] += 1
        keys.append((*key, seen[key]))
    return keys


def _match(
    found: dict[int, str],
    steps: Sequence[Step],
    items: Sequence[Item],
    key_of: Callable[[Step], object],
    keys: Sequence[object],
) -> list[int]:
    """Find the items of steps by a key that just one of each has; return the steps' places."""
    counts = Counter(keys)
    by_key = {key: item for key, item in zip(keys, items, strict=True) if counts[key] == 1}
    wanted = {
        place: key
        for place, step in enumerate(steps)
        if place not in found and (key := key_of(step)) is not None and key in by_key
    }
    times = Counter(wanted.values())
    made = [place for place, key in wanted.items() if times[key] == 1]
    found |= {place: by_key[wanted[place]].id for place in made}
    return made


def _new_ids(found: dict[int, str], steps: Sequence[Step], taken: set[str]) -> None:
    """Give ids to steps that are new; of several with one slug the first in the alphabet has it."""
    groups: dict[str, list[int]] = defaultdict(list)
    for place, step in enumerate(steps):
        if place not in found:
            groups[_base(step)].append(place)
    for base, places in groups.items():
        order = sorted(places, key=lambda p: (steps[p].occurrence, steps[p].code, p))
        for place in order:
            step = steps[place]
            wanted = base if step.occurrence == 1 else f"{base}-{step.occurrence}"
            if wanted in taken:
                wanted = f"{wanted}-{_digest(step)}"
            count, name = 1, wanted
            while name in taken:
                count += 1
                name = f"{wanted}-{count}"
            taken.add(name)
            found[place] = name


def _base(step: Step) -> str:
    if made := slug(step.code):
        return made
    control = slug(step.controls[0]) if step.controls else "step"
    return f"{control}.{_digest(step)}"


def _digest(step: Step) -> str:
    return short_digest(code_key(step.code), *step.controls, plain(step.objective))


def short_digest(*texts: str) -> str:
    """Return six characters that are the same for the same texts, wherever they are made."""
    return hashlib.sha256("\n".join(texts).encode("utf-8", "replace")).hexdigest()[:6]
