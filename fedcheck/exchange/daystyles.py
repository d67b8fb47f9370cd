"""Cell formats of a workbook that show a number as a day, and new ones where there are none."""

from dataclasses import dataclass, field

from fedcheck.exchange.outline import Outline, day_styles
from fedcheck.exchange.package import Package
from fedcheck.exchange.places import (
    Edit,
    Element,
    as_utf8,
    elements_of,
    spliced,
    tag_end,
    with_attributes,
)

_DAY, _MOMENT = "14", "22"
"""Built-in number formats: a day, and a day with its time, as the reader's system shows them."""


@dataclass(slots=True)
class DayStyles:
    """The formats of a workbook, and those that were added for days."""

    package: Package
    outline: Outline
    _added: dict[tuple[int, str], int] = field(default_factory=dict)
    _data: bytes = b""
    _days: frozenset[int] = frozenset()
    _formats: list[Element] = field(default_factory=list)
    _group: Element | None = None

    def showing(self, style: str, moment: bool) -> str:
        """Return a format that shows a day (or a moment) and else is like the one given.

        Empty where the workbook has no formats at all.
        """
        self._load()
        if self._group is None:
            return ""
        base = int(style) if style.isdigit() and int(style) < len(self._formats) else 0
        if style and base in self._days:
            return style
        wanted = (base, _MOMENT if moment else _DAY)
        if wanted not in self._added:
            self._added[wanted] = len(self._formats) + len(self._added)
        return str(self._added[wanted])

    def changed(self) -> dict[str, bytes | None]:
        """Return the part with the formats that were added; nothing where none was."""
        if not self._added or self._group is None:
            return {}
        new = []
        for base, number in self._added:
            raw = self._formats[base].raw(self._data)
            head = tag_end(raw, 0)
            tag = with_attributes(raw[:head], {"numFmtId": number, "applyNumberFormat": "1"})
            new.append(tag + raw[head:])
        group = self._group
        end = tag_end(self._data, group.start)
        count = str(len(self._formats) + len(new))
        tag = with_attributes(self._data[group.start : end], {"count": count})
        edits = [Edit(group.start, end, tag), Edit(group.last, group.last, b"".join(new))]
        return {self.outline.related["styles"]: spliced(self._data, edits)}

    def _load(self) -> None:
        part = self.outline.related.get("styles", "")
        if self._data or not self.package.has(part):
            return
        self._data = as_utf8(self.package.read(part))
        self._days = day_styles(self.package, self.outline)
        groups, formats = elements_of(self.package.path, part, self._data, ("cellXfs", "xf"))
        if not groups or groups[0].empty:
            return
        within = range(groups[0].start, groups[0].last)
        self._formats = [one for one in formats if one.start in within]
        self._group = groups[0] if self._formats else None
