"""One record merged three ways: fields that a rule couples move together, all others alone.

The groups are those of the table of fields. No date, name or clock decides between two sides; what
both set to different values is a conflict, and it is up to a person or to the histories.
"""

from collections.abc import Callable, Mapping, Sequence
from typing import Any, Literal, TypeVar

from msgspec.structs import replace

from fedcheck.domain.evidence import Evidence
from fedcheck.domain.field import Field, Kind
from fedcheck.domain.field_values import choices, history_form, printed
from fedcheck.domain.fields import FIELDS
from fedcheck.domain.text import one_line
from fedcheck.sharing.coherence import is_coherent, repair
from fedcheck.sharing.order import merge_order, survivors
from fedcheck.sharing.remark import BOTH_KEPT, BOTH_SET, CHANGE_STANDS, LATER_STANDS, Remark
from fedcheck.sharing.texts import Version, join_versions

T = TypeVar("T")

Side = Literal["ours", "theirs"]

Choice = Literal["ours", "theirs", ""]

Choose = Callable[[str, Sequence[Field], Any, Any], Choice]
"""Returns the side whose values of a group stand, by item, rows and both records; or nothing."""

_WRITERS: Mapping[str, tuple[str, str]] = {
    "observation": ("tester", "tested"),
    "differential": ("tester", "tested"),
    "summary": ("assessor", "assessed"),
}
"""The fields that say who wrote a text, and when."""


class Merger:
    """Merges records of one file, and collects what is to be listed.

    Attributes:
        prefer: the side whose values stand in a conflict; both are written for its markers.
        choose: decides where the sides differ, before the common ancestor does.
        remarks: what was decided, and the conflicts.
    """

    def __init__(self, prefer: Side, choose: Choose | None = None) -> None:
        self.prefer = prefer
        self.choose = choose
        self._item = ""
        self.remarks: list[Remark] = []

    def merge(self, base: T, ours: T, theirs: T, empty: T, where: str) -> T:
        """Return one record of three; `empty` has the default of each field."""
        if ours == theirs or (theirs == base and self.choose is None):
            return ours
        if ours == base and self.choose is None:
            return theirs
        before = len(self.remarks)
        values: dict[str, Any] = {}
        raw: dict[str, Any] = {}
        for rows in _list_groups(type(ours)):
            chosen = self._merge_group(rows, (base, ours, theirs, empty), where)
            for row, (value, kept) in zip(rows, chosen, strict=True):
                values[row.name] = value
                raw |= {row.key: kept} if kept is not None else {}
        if hasattr(ours, "evidence"):
            values["evidence"] = self._merge_evidence(base, ours, theirs, where)
        extra = {**self._merge_extra(base, ours, theirs, where), **raw}
        merged = replace(ours, **values, extra=extra)  # type: ignore[type-var]
        told = [] if any(one.is_conflict for one in self.remarks[before:]) else self.remarks
        return self._make_coherent(merged, ours, theirs, where, told)

    def _make_coherent(self, merged: T, ours: T, theirs: T, where: str, remarks: list[Remark]) -> T:
        """Return the merged record so that no rule is broken that both sides kept.

        What that takes is noted among `remarks`.
        """
        if is_coherent(merged) or not (is_coherent(ours) and is_coherent(theirs)):
            return merged
        mended = repair(merged, ours, theirs)
        if is_coherent(mended):
            if len(mended.evidence) > len(merged.evidence):  # type: ignore[attr-defined]
                remarks.append(Remark(f"{where}, evidence", CHANGE_STANDS))
            return mended
        remarks.append(Remark(where, BOTH_SET, is_conflict=True))
        return ours if self.prefer == "ours" else theirs

    def _merge_group(
        self, rows: Sequence[Field], sides: tuple[Any, Any, Any, Any], where: str
    ) -> Sequence[tuple[Any, Any]]:
        was, ours, theirs, nothing = ([_value(one, row) for row in rows] for one in sides)
        place = f"{where}, {', '.join(_different_words(rows, ours, theirs))}"
        if self.choose is not None and ours != theirs and not isinstance(sides[1], Evidence):
            choice = self.choose(self._item, rows, sides[1], sides[2])
            if choice:
                chosen, other = (ours, theirs) if choice == "ours" else (theirs, ours)
                values = _printed_pair(rows, chosen, other)
                self.remarks.append(Remark(place, f"{LATER_STANDS}{values}"))
                return chosen
        if ours == theirs or theirs == was:
            return ours
        if ours == was:
            return theirs
        if nothing in (ours, theirs):
            self.remarks.append(Remark(place, CHANGE_STANDS))
            return theirs if ours == nothing else ours
        if len(rows) == 1:
            joined = self._join(rows[0], sides, place)
            if joined is not None:
                return [(joined, None)]
        leading = [at for at, row in enumerate(rows) if not row.follows]
        if all(ours[at] == theirs[at] for at in leading):
            return min(ours, theirs, key=_as_texts)  # done twice, on two days
        self.remarks.append(Remark(place, BOTH_SET, is_conflict=True))
        return ours if self.prefer == "ours" else theirs

    def _join(self, row: Field, sides: tuple[Any, Any, Any, Any], place: str) -> Any:
        """Return what holds the values of both sides; None where a field can only hold one."""
        was, ours, theirs = (getattr(one, row.name) for one in sides[:3])
        if row.kind is Kind.TEXT:
            _, first, second, _ = sides
            self.remarks.append(Remark(place, BOTH_KEPT))
            return join_versions(_version(first, row.name), _version(second, row.name))
        if row.kind in (Kind.LINES, Kind.REFS):
            if any(len(set(one)) < len(one) for one in (was, ours, theirs)):
                return None
            kept = survivors(was, ours, theirs)
            merged = [one for one in merge_order(was, ours, theirs) if one in kept]
            known = choices(type(sides[1]), row.name)
            return tuple(sorted(merged, key=known.index) if known else merged)
        return None

    def _merge_evidence(
        self, base: Any, ours: Any, theirs: Any, where: str
    ) -> tuple[Evidence, ...]:
        was, mine, other = ({one.id: one for one in side.evidence} for side in (base, ours, theirs))
        merged = self.merge_by_id(was, mine, other, lambda name: Evidence(name, ""), where)
        return tuple(merged.values())

    def merge_by_id(
        self,
        base: Mapping[str, T],
        ours: Mapping[str, T],
        theirs: Mapping[str, T],
        make_empty: Any,
        where: str,
    ) -> dict[str, T]:
        """Return the records of two sides by id: what either added, without what either removed.

        What one side removed and the other one changed stays, and is listed.
        """
        merged: dict[str, T] = {}
        for name in merge_order(tuple(base), tuple(ours), tuple(theirs)):
            place = f"{where}, evidence {_short(name)}" if where else _short(name)
            self._item = self._item if where else name
            if name in ours and name in theirs:
                was = base.get(name) or make_empty(name)
                merged[name] = self.merge(was, ours[name], theirs[name], make_empty(name), place)
                continue
            one = ours[name] if name in ours else theirs[name]
            if name not in base:
                merged[name] = one
            elif one != base[name]:
                merged[name] = one
                self.remarks.append(Remark(place, CHANGE_STANDS))
        return merged

    def _merge_extra(self, base: Any, ours: Any, theirs: Any, where: str) -> dict[str, Any]:
        known = {row.key for row in FIELDS[type(ours)]}
        was, mine, other = (
            {key: value for key, value in side.extra.items() if key not in known}
            for side in (base, ours, theirs)
        )
        return self.merge_keys(was, mine, other, where)

    def merge_keys(
        self,
        base: Mapping[str, Any],
        ours: Mapping[str, Any],
        theirs: Mapping[str, Any],
        where: str,
    ) -> dict[str, Any]:
        """Return the keys of two sides that this version does not know, each as a whole."""
        merged: dict[str, Any] = {}
        for key in merge_order(tuple(base), tuple(ours), tuple(theirs)):
            was, mine, other = (side.get(key) for side in (base, ours, theirs))
            place = ", ".join(part for part in (where, _short(key)) if part)
            value = mine
            if mine == was and mine != other:
                value = other
            elif other not in (was, mine):
                if None in (mine, other):
                    value = other if mine is None else mine
                    self.remarks.append(Remark(place, CHANGE_STANDS))
                else:
                    self.remarks.append(Remark(place, BOTH_SET, is_conflict=True))
                    value = mine if self.prefer == "ours" else other
            if value is not None:
                merged[key] = value
        return merged


def _list_groups(cls: type) -> list[list[Field]]:
    """Return the rows of a class in groups that merge together; without id and evidence."""
    groups: dict[str, list[Field]] = {}
    for row in FIELDS[cls]:
        if row.kind not in (Kind.ID, Kind.EVIDENCE):
            groups.setdefault(row.merge or f"={row.name}", []).append(row)
    return list(groups.values())


def _value(thing: Any, row: Field) -> tuple[Any, Any]:
    """Return what a record holds of a field, and the raw date that only its file has."""
    return getattr(thing, row.name), thing.extra.get(row.key)


def _as_texts(values: Sequence[tuple[Any, Any]]) -> list[str]:
    return [str(value) for value, _ in values]


def _version(thing: Any, name: str) -> Version:
    text = getattr(thing, name)
    if name not in _WRITERS:
        return Version(text)
    who, day = _WRITERS[name]
    return Version(text, one_line(getattr(thing, who), 60), getattr(thing, day))


def _different_words(rows: Sequence[Field], ours: Any, theirs: Any) -> list[str]:
    """Return the labels of the fields of a group in which the sides differ."""
    different = [row for row, mine, other in zip(rows, ours, theirs, strict=True) if mine != other]
    told = [row for row in different if not row.follows] or different
    return [row.word for row in told]


def _printed_pair(
    rows: Sequence[Field], chosen: Sequence[tuple[Any, Any]], other: Sequence[tuple[Any, Any]]
) -> str:
    """Return in words what stands and what does not, of the first fields in which sides differ."""
    pairs = [
        (printed(row, history_form(one)), printed(row, history_form(two)))
        for row, (one, _), (two, _) in zip(rows, chosen, other, strict=True)
        if one != two and not row.follows
    ]
    if not pairs:
        return ""
    kept, gone = (
        ", ".join(value or "nothing" for value in side) for side in zip(*pairs, strict=True)
    )
    return f" ({kept}; the other side has {gone})"


def _short(name: str) -> str:
    return one_line(name, 60)
