"""One record merged three ways: fields that a rule couples move together, all others alone.

The groups are those of the table of fields. No date, name or clock decides between two sides: of
what both set to different values one stands, the same whichever side is called ours, and the other
is kept next to it (`domain.set_twice`) until the histories or a person settle it.
"""

from collections.abc import Callable, Mapping, Sequence
from typing import Any, Literal, TypeVar

from msgspec.structs import replace

from fedcheck.domain.alternatives import (
    as_key,
    group_of,
    is_standing,
    list_groups,
    make_alternative,
    make_unknown,
    with_alternative,
    with_tables,
)
from fedcheck.domain.coherence import is_coherent, repair
from fedcheck.domain.evidence import Evidence
from fedcheck.domain.field import Field, Kind
from fedcheck.domain.field_values import choices, history_form, printed
from fedcheck.domain.fields import FIELDS
from fedcheck.domain.finding import Finding
from fedcheck.domain.item_rules import REVIEW_FIELDS, is_agreement_outdated, take_back_review
from fedcheck.domain.record import Record
from fedcheck.domain.request import Request
from fedcheck.domain.set_twice import SET_TWICE, list_alternatives
from fedcheck.domain.text import one_line
from fedcheck.domain.text_versions import Version, join_versions
from fedcheck.sharing.order import merge_order, survivors
from fedcheck.sharing.remark import (
    AGREEMENT_DROPPED,
    BOTH_KEPT,
    BOTH_SET,
    CHANGE_STANDS,
    LATER_STANDS,
    Remark,
)
from fedcheck.storage.record_file import RecordFile

T = TypeVar("T")

Choice = Literal["ours", "theirs", ""]

Choose = Callable[[str, Sequence[Field], Any, Any], Choice]
"""Returns the side whose values of a group stand, by item, rows and both records; or nothing."""

_WRITERS: Mapping[str, tuple[str, str]] = {
    "observation": ("tester", "tested"),
    "differential": ("tester", "tested"),
    "summary": ("assessor", "assessed"),
}
"""The fields that state who wrote a text, and when."""

_COUPLED: Mapping[type, tuple[str, ...]] = {Finding: ("risk", "state")}
"""Groups that a rule couples too; each merges by itself as long as the outcome fits together."""


class Merger:
    """Merges records of one file, and collects what is to be listed.

    Attributes:
        choose: decides where the sides differ, before the common ancestor does.
        remarks: what was decided, and what was set on both sides.
    """

    def __init__(self, choose: Choose | None = None) -> None:
        self.choose = choose
        self._item = ""
        self._evidence = ""
        self._kept: list[dict[str, Any]] = []
        self.remarks: list[Remark] = []

    def merge(self, base: T, ours: T, theirs: T, empty: T, where: str) -> T:
        """Return one record of three; `empty` has the default of each field."""
        if ours == theirs or (theirs == base and self.choose is None):
            return ours
        if ours == base and self.choose is None:
            return theirs
        if isinstance(ours, Evidence):
            return self._merge_fields(base, ours, theirs, empty, where)
        self._kept = []
        merged = self._merge_fields(base, ours, theirs, empty, where)
        merged = self._make_coherent(merged, ours, theirs, where)
        if isinstance(merged, Record):
            merged = self._drop_agreement(merged, ours, theirs, where)
        return self._with_kept(merged, base, ours, theirs)

    def _merge_fields(self, base: T, ours: T, theirs: T, empty: T, where: str) -> T:
        values: dict[str, Any] = {}
        raw: dict[str, Any] = {}
        for rows in list_groups(type(ours)).values():
            chosen = self._merge_group(rows, (base, ours, theirs, empty), where)
            for row, (value, kept) in zip(rows, chosen, strict=True):
                values[row.name] = value
                raw |= {row.key: kept} if kept is not None else {}
        if hasattr(ours, "evidence"):
            values["evidence"] = self._merge_evidence(base, ours, theirs, where)
        extra = {**self._merge_extra(base, ours, theirs, where), **raw}
        return replace(ours, **values, extra=extra)  # type: ignore[type-var]

    def _with_kept(self, merged: T, base: T, ours: T, theirs: T) -> T:
        """Return a record with what is kept of other sides: from this merge and earlier ones."""
        sides = [
            {as_key(one): one for one in found} if isinstance(found, list) else {}
            for found in (one.extra.get(SET_TWICE) for one in (base, ours, theirs))  # type: ignore[attr-defined]
        ]
        stay = survivors(*sides)
        known = {**sides[1], **sides[2]}
        tables = [*(known[key] for key in stay), *self._kept]
        return with_tables(merged, (one for one in tables if not is_standing(merged, one)))

    def keep_in_file(
        self,
        merged: RecordFile,
        base: RecordFile,
        ours: RecordFile,
        theirs: RecordFile,
        tables: list[dict[str, Any]],
    ) -> RecordFile:
        """Return a file with what is kept of other sides under keys that fedcheck does not know."""
        self._kept = tables
        return self._with_kept(merged, base, ours, theirs)

    def _make_coherent(self, merged: T, ours: T, theirs: T, where: str) -> T:
        """Return the merged record so that no rule is broken that both sides kept.

        What that takes is noted.
        """
        if not (is_coherent(ours) and is_coherent(theirs)):
            return merged
        mended = merged if is_coherent(merged) else repair(merged, ours, theirs)
        if not all(
            is_coherent(one) for one in (mended, *self._list_outcomes(mended, ours, theirs))
        ):
            mended = self._keep_coupled(mended, ours, theirs, where)
            mended = mended if is_coherent(mended) else repair(mended, ours, theirs)
        for one in self._list_outcomes(mended, ours, theirs):
            if isinstance(one, Request | Finding):  # an outcome may rely on what one side removed
                has = {item.id for item in mended.evidence}  # type: ignore[attr-defined]
                more = tuple(item for item in one.evidence if item.id not in has)
                mended = replace(mended, evidence=(*mended.evidence, *more))  # type: ignore
        if len(mended.evidence) > len(merged.evidence):  # type: ignore[attr-defined]
            self.remarks.append(Remark(f"{where}, evidence", CHANGE_STANDS))
        return mended

    def _drop_agreement(self, merged: Any, ours: Any, theirs: Any, where: str) -> Any:
        """Return a record without "agreed" to an observation that the second assessor never saw."""
        sides = (ours, theirs)
        if is_agreement_outdated(merged, sides):
            self.remarks.append(Remark(f"{where}, Review", AGREEMENT_DROPPED))
            merged = take_back_review(merged)
        for table in self._kept:
            outcome = [
                with_alternative(merged, one)
                for one in list_alternatives({SET_TWICE: [table]})
                if "status" in one.groups and not one.is_joined
            ]
            if outcome and is_agreement_outdated(outcome[0], sides):
                for name in REVIEW_FIELDS:
                    table.pop(name, None)
        return merged

    def _list_outcomes(self, merged: T, ours: T, theirs: T) -> list[T]:
        """Return what the record would be if what is kept of the other side counted in the end."""
        found = [
            with_alternative(merged, one)
            for one in list_alternatives({SET_TWICE: self._kept})
            if not (one.evidence or one.key or one.is_joined)
        ]
        return [one if is_coherent(one) else repair(one, ours, theirs) for one in found]

    def _keep_coupled(self, merged: T, ours: T, theirs: T, where: str) -> T:
        """Return the merged record with coupled groups of one side, and note those of the other."""
        groups = _COUPLED.get(type(ours), tuple(list_groups(type(ours))))
        rows = [row for group in groups for row in list_groups(type(ours))[group]]
        first, second = (
            (ours, theirs)
            if _rank([_value(ours, row) for row in rows])
            <= _rank([_value(theirs, row) for row in rows])
            else (theirs, ours)
        )
        self._kept = [
            one for one in self._kept if "evidence" in one or set(one.get("groups", ())) - {*groups}
        ]
        self._kept.append(make_alternative(second, groups))
        self.remarks.append(Remark(where, BOTH_SET))
        values = {row.name: getattr(first, row.name) for row in rows}
        raw = {row.key: first.extra[row.key] for row in rows if row.key in first.extra}  # type: ignore[attr-defined]
        extra = {k: v for k, v in merged.extra.items() if k not in {row.key for row in rows}}  # type: ignore[attr-defined]
        return replace(merged, **values, extra={**extra, **raw})  # type: ignore[type-var]

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
            return min(ours, theirs, key=_rank)  # done twice, on two days
        self.remarks.append(Remark(place, BOTH_SET))
        is_ours = _rank(ours) <= _rank(theirs)
        other = sides[2] if is_ours else sides[1]
        self._kept.append(make_alternative(other, [group_of(rows[0])], self._place_of(other)))
        return ours if is_ours else theirs

    def _place_of(self, thing: Any) -> str:
        """Return the id of the evidence item that is merged; empty for the record itself."""
        return self._evidence if isinstance(thing, Evidence) else ""

    def _join(self, row: Field, sides: tuple[Any, Any, Any, Any], place: str) -> Any:
        """Return what holds the values of both sides; None where a field can only hold one."""
        was, ours, theirs = (getattr(one, row.name) for one in sides[:3])
        if row.kind is Kind.TEXT:
            _, first, second, _ = sides
            self.remarks.append(Remark(place, BOTH_KEPT))
            joined = join_versions(_version(first, row.name), _version(second, row.name))
            if joined not in (ours, theirs):
                where = self._place_of(first)
                table = make_alternative(first, [group_of(row)], where, is_joined=True)
                self._kept.append(table)
            return joined
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
            self._item, self._evidence = (self._item, name) if where else (name, "")
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
        known = {SET_TWICE, *(row.key for row in FIELDS[type(ours)])}
        was, mine, other = (
            {key: value for key, value in side.extra.items() if key not in known}
            for side in (base, ours, theirs)
        )
        merged, kept = self.merge_keys(was, mine, other, where, self._place_of(ours))
        self._kept += kept
        return merged

    def merge_keys(
        self,
        base: Mapping[str, Any],
        ours: Mapping[str, Any],
        theirs: Mapping[str, Any],
        where: str,
        evidence: str = "",
    ) -> tuple[dict[str, Any], list[dict[str, Any]]]:
        """Return the keys of two sides that this version does not know, each as a whole.

        With them come the tables for those that both sides set to different values.
        """
        merged: dict[str, Any] = {}
        kept: list[dict[str, Any]] = []
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
                    self.remarks.append(Remark(place, BOTH_SET))
                    value, left = sorted((mine, other), key=as_key)
                    kept.append(make_unknown(key, left, evidence))
            if value is not None:
                merged[key] = value
        return merged, kept


def _value(thing: Any, row: Field) -> tuple[Any, Any]:
    """Return what a record holds of a field, and the raw date that only its file has."""
    return getattr(thing, row.name), thing.extra.get(row.key)


def _rank(values: Sequence[tuple[Any, Any]]) -> list[str]:
    """Return what decides which of two values stands for now: nothing but the values."""
    return [repr(value) for value in values]


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
    """Return as text what stands and what does not, of the first fields in which sides differ."""
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
