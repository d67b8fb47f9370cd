"""The command that shows how far the testing is."""

from datetime import date
from typing import TYPE_CHECKING, Any

import click

from fedcheck.analysis import test_progress
from fedcheck.cli import completion, output
from fedcheck.cli.options import (
    as_of_option,
    json_option,
    open_workspace,
    print_json,
    print_line,
    print_lines,
    workspace_option,
)
from fedcheck.domain import query_fields
from fedcheck.domain.item_language import build_item_language
from fedcheck.domain.text import one_line, pluralize

if TYPE_CHECKING:
    from fedcheck.analysis.board import Board
    from fedcheck.analysis.test_progress import Tally
    from fedcheck.domain.row import Row


@click.command()
@click.argument("query", nargs=-1, shell_complete=completion.complete_item_query)
@click.option("--by", type=click.Choice(list(test_progress.COUNTERS)), help="Count only by this.")
@click.option("--interviews", is_flag=True, help="List the tests that still require an interview.")
@click.option("--samples", is_flag=True, help="List the tests with a sample.")
@workspace_option
@as_of_option
@json_option
def tests(
    query: tuple[str, ...],
    by: str | None,
    interviews: bool,
    samples: bool,
    workspace: str | None,
    as_of: date | None,
    as_json: bool,
) -> None:
    """Show test progress by control family, method and tester.

    If a test case workbook (SRTM) was imported, only its steps are counted, as in its summary;
    tests of other checklists are counted below. A QUERY narrows both, as in fedcheck list; if it
    matches no step, only the other tests are counted.

    \b
    Example:
      fedcheck tests --by family
      fedcheck tests tester:dana
      fedcheck tests phase:readiness
      fedcheck tests --interviews family:AC
    """
    session = open_workspace(workspace, as_of)
    board = session.board()
    parsed = build_item_language(board.project).parse(output.join_query(query))
    chosen = parsed.select(board.rows.values(), board.today)
    chosen, others = test_progress.split_tests(chosen)
    if interviews or samples:
        listed = (
            test_progress.list_interviews(chosen)
            if interviews
            else test_progress.list_samples(chosen)
        )
        _print_list(listed, interviews, as_json)
        return
    ways = [by] if by else list(test_progress.COUNTERS)
    if as_json:
        print_json(_build_document(board, chosen, others, ways))
        return
    _print_counts(chosen, ways)
    controls = test_progress.count_controls(chosen)
    if controls.total:
        print_line(f"By control, as in the workbook's summary: {controls.words}")
    if others:
        print_line(f"Not counted here: {test_progress.describe_others(others)}")


def _print_counts(chosen: "list[Row]", ways: list[str]) -> None:
    everything = test_progress.count_tests("", "All tests", test_progress.list_tests(chosen))
    if not everything.total:
        print_line("No tests here. Import those of a workbook with: fedcheck import srtm")
        return
    for way in ways:
        rows = [[f"By {way}", "tested", "", "satisfied", "other", "n/a", "to review"]]
        rows += [_cells(one) for one in (*test_progress.COUNTERS[way](chosen), everything)]
        print_lines(output.format_table(rows, right=(1, 2, 3, 4, 5, 6)))
        print_line()
    if everything.unobserved:
        what = pluralize(everything.unobserved, "result")
        print_line(f"{what} without an observation; see: fedcheck list is:unobserved")


def _cells(one: "Tally") -> list[str]:
    plain = one.name in ("", test_progress.NOBODY) or one.title.casefold() == one.name.casefold()
    title = one.title if plain else f"{one.name}  {one.title}"
    numbers = (one.satisfied, one.other, one.na, one.unreviewed)
    counts = [str(number) if number else "-" for number in numbers]
    return [one_line(title, 60), f"{one.tested}/{one.total}", f"{one.percent}%", *counts]


def _print_list(listed: "list[Row]", interviews: bool, as_json: bool) -> None:
    if as_json:
        print_json([_row(row) for row in listed])
        return
    rows = [
        [
            ", ".join(row.item.controls),
            row.item.code or row.item.id,
            row.item.title if interviews else row.record.sample,
            query_fields.find_tester(row) or "no owner",
        ]
        for row in listed
    ]
    print_lines(output.format_table(rows, flexible=2))
    what = "test asks" if len(listed) == 1 else "tests ask"
    print_line(
        f"{len(listed)} {what} for an interview."
        if interviews
        else f"{pluralize(len(listed), 'test')} on a sample."
    )


def _row(row: "Row") -> dict[str, Any]:
    record = row.record
    return {
        "ref": row.ref,
        "code": row.item.code,
        "title": row.item.title,
        "controls": list(row.item.controls),
        "methods": list(row.item.methods),
        "tester": query_fields.find_tester(row),
        "result": record.result,
        "sample": record.sample,
    }


def _build_document(
    board: "Board", chosen: "list[Row]", others: "list[Row]", ways: list[str]
) -> dict[str, Any]:
    everything = test_progress.count_tests("", "All tests", test_progress.list_tests(chosen))
    controls = test_progress.count_controls(chosen)
    counted = {
        way: [_tally_row(one) for one in test_progress.COUNTERS[way](chosen)] for way in ways
    }
    return {
        "schema": "fedcheck/tests@1",
        "as_of": board.today,
        "all": _tally_row(everything),
        "controls": {
            "total": controls.total,
            "satisfied": controls.satisfied,
            "other_than_satisfied": controls.other,
            "not_applicable": controls.na,
            "untested": controls.untested,
        },
        "others": _tally_row(test_progress.count_tests("", "Other tests", others)),
        "by": counted,
    }


def _tally_row(one: "Tally") -> dict[str, Any]:
    return {
        "name": one.name,
        "title": one.title,
        "total": one.total,
        "tested": one.tested,
        "satisfied": one.satisfied,
        "other_than_satisfied": one.other,
        "not_applicable": one.na,
        "unreviewed": one.unreviewed,
        "returned": one.returned,
        "without_observation": one.unobserved,
    }
