"""Fill the summary tabs of a test case workbook with the results of their formulas.

A program that does not compute formulas then shows the right numbers too.
"""

import re
from collections import Counter, defaultdict
from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass

from fedcheck.analysis.test_progress import roll_up
from fedcheck.domain.control_ids import find_controls
from fedcheck.domain.query_fields import parse_family
from fedcheck.importers.srtm.columns import (
    LEVEL_WORDS,
    TABLE,
    WITHIN,
    find_summary_columns,
    highest_level,
    normalize_words,
)
from fedcheck.spreadsheets.xlsx_filler import ComputedValue
from fedcheck.spreadsheets.xlsx_reader import Cell, Sheet, column_letters

ROLLED_UP = {
    "other-than-satisfied": "Other Than Satisfied",
    "satisfied": "Satisfied",
    "not-applicable": "Not Applicable",
}
"""How the formulas of the official tab "Control Summary" word a result."""

Setter = Callable[[str, str, Cell | ComputedValue], None]
"""Sets a cell: title of the sheet, place, value."""

_BOX = re.compile(r"([a-z]{2}) summary")


@dataclass(frozen=True, slots=True)
class Outcome:
    """The result of a filled row for its controls."""

    controls: tuple[str, ...]
    result: str
    exposure: str
    differential: str


@dataclass(frozen=True, slots=True)
class Sum:
    """What is stated about one control: result and level in our words, differentials counted."""

    control: str
    result: str
    exposure: str
    differentials: int


def sum_by_control(outcomes: Iterable[Outcome]) -> dict[str, Sum]:
    """Return the sum of each control, as the official tab "Control Summary" computes it.

    One test that is other than satisfied makes the control so; it is not applicable where all of
    its tests are; the level is the highest one.
    """
    by_control: dict[str, list[Outcome]] = {}
    for one in outcomes:
        for control in one.controls[:1]:
            by_control.setdefault(control, []).append(one)
    found = {}
    for control, tests in by_control.items():
        result = roll_up([test.result for test in tests])
        level = highest_level([test.exposure for test in tests])
        found[control] = Sum(control, result, level, sum(bool(t.differential) for t in tests))
    return found


def fill_summaries(
    sheets: Sequence[Sheet],
    tested: Collection[str],
    outcomes: Iterable[Outcome],
    formulas: Mapping[str, Collection[str]],
    put: Setter,
) -> None:
    """Set the cells of the tabs that sum up, where they show something else.

    Args:
        sheets: the workbook as it was read.
        tested: titles of the sheets that hold tests, which are left alone.
        outcomes: what the tests state.
        formulas: places of the cells with a formula, by title of the sheet.
        put: sets a cell.
    """
    sums = sum_by_control(outcomes)
    listed: list[Sum] = []
    others = [sheet for sheet in sheets if sheet.title not in tested]
    for sheet in others:
        listed += _fill_control_summary(sheet, sums, formulas.get(sheet.title, frozenset()), put)
    for sheet in others:
        _fill_counts(sheet, listed, formulas.get(sheet.title, frozenset()), put)


def _fill_control_summary(
    sheet: Sheet, sums: Mapping[str, Sum], formulas: Collection[str], put: Setter
) -> list[Sum]:
    """Set result, level and differentials of each control; return the sums in their order.

    A control without a test is not applicable to the formulas: none of its tests is anything else.
    """
    columns: dict[str, int] = {}
    listed = []
    for number, row in enumerate(sheet.rows, 1):
        if not columns:
            columns = find_summary_columns(row) if number <= WITHIN else {}
            continue
        place = columns["control"]
        controls = find_controls(str(row[place] or "")) if place < len(row) else ()
        if not controls:
            continue
        one = sums.get(controls[0]) or Sum(controls[0], "not-applicable", "", 0)
        listed.append(one)
        wanted: dict[str, Cell] = {
            "result": ROLLED_UP.get(one.result, ""),
            "exposure": LEVEL_WORDS.get(one.exposure, ""),
            "differential": one.differentials,
        }
        for name, value in wanted.items():
            if name not in columns:
                continue
            at = columns[name]
            old = row[at] if at < len(row) else None
            cell = f"{column_letters(at + 1)}{number}"
            if cell in formulas:
                if old != value and (old or value != ""):
                    put(sheet.title, cell, ComputedValue(value))
            elif (
                controls[0] in sums
                and value
                and normalize_words(str(old or "")) != normalize_words(str(value))
            ):
                put(sheet.title, cell, value)
    return listed


def _fill_counts(
    sheet: Sheet, listed: Sequence[Sum], formulas: Collection[str], put: Setter
) -> None:
    """Set the counts of results and levels, of all controls and by family, found by their labels.

    Only cells with a formula are set: a word such as "High" may be anywhere.
    """
    results = Counter(one.result for one in listed)
    levels = Counter(one.exposure for one in listed)
    rated = sum(levels[name] for name in LEVEL_WORDS)
    judged = sum(results[name] for name in ROLLED_UP)
    boxes: dict[int, str] = {}
    families: dict[str, list[Sum]] = defaultdict(list)
    for one in listed:
        families[parse_family(one.control)].append(one)

    def set_beside(row: int, column: int, value: Cell) -> None:
        cell = f"{column_letters(column + 1)}{row}"
        line = sheet.rows[row - 1]
        old = line[column] if column < len(line) else None
        if cell in formulas and old != value:
            put(sheet.title, cell, ComputedValue(value))

    for number, row in enumerate(sheet.rows, 1):
        for place, cell in enumerate(row):
            label = TABLE.normalize(cell)
            if not label or f"{column_letters(place + 1)}{number}" in formulas:
                continue
            if box := _BOX.fullmatch(label):
                boxes[place] = box[1].upper()
                continue
            letters = boxes.get(place, "")
            own = families[letters]
            if label in LEVEL_WORDS and letters:
                set_beside(number, place + 1, sum(one.exposure == label for one in own))
            elif label in LEVEL_WORDS:
                set_beside(number, place + 1, levels[label])
                share = levels[label] / rated if levels[label] else 0
                set_beside(number, place + 2, share)
            elif label == "total" and letters:
                set_beside(number, place + 1, sum(one.differentials for one in own))
            elif label == "total controls":
                set_beside(number, place + 1, len(listed))
            elif (name := label.replace(" ", "-")) in ROLLED_UP:
                count: Cell = results[name]
                if str(cell).strip().startswith("%"):
                    count = results[name] / judged if count else 0
                set_beside(number, place + 1, count)
