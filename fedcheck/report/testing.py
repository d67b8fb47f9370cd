"""How testing goes: by control family, method and tester, and what was not satisfied."""

from collections.abc import Iterable, Mapping, Sequence

from fedcheck.insight import testing as counted
from fedcheck.insight.entries import Board
from fedcheck.insight.testing import NOBODY, Tally
from fedcheck.model.entry import Entry
from fedcheck.report import words
from fedcheck.report.view_proof import FindingView, GapView, TallyView, TestingView
from fedcheck.report.words import Names


def testing(board: Board, names: Names, findings: Mapping[str, FindingView]) -> TestingView:
    """Return how the tests of a board stand.

    Args:
        board: the project on the day of the report.
        names: how its people are called.
        findings: all findings by id.
    """
    tests = counted.tests(board.entries.values())
    roles = {counted.tester(entry): entry.role for entry in tests}
    return TestingView(
        total=_tally("All tests", counted.tally("", "", tests)),
        families=_named(counted.by_family(tests), with_id=True),
        methods=_named(counted.by_method(tests)),
        testers=tuple(
            _tally(one.title if one.name == NOBODY else names.who(one.name, roles[one.name]), one)
            for one in counted.by_tester(tests)
        ),
        gaps=tuple(_gaps(board, tests, names, findings)),
    )


def _named(tallies: Sequence[Tally], with_id: bool = False) -> tuple[TallyView, ...]:
    """Return tallies under their titles, after their ids where these say something."""
    return tuple(
        _tally(
            f"{one.name}, {one.title}"
            if with_id and one.name not in (NOBODY, one.title)
            else one.title,
            one,
        )
        for one in tallies
    )


def _tally(name: str, one: Tally) -> TallyView:
    return TallyView(
        name=words.title(name),
        total=one.total,
        tested=one.tested,
        untested=one.untested,
        satisfied=one.satisfied,
        other=one.other,
        na=one.na,
        unreviewed=one.unreviewed,
        returned=one.returned,
        percent=one.percent,
        text=f"{one.tested}/{one.total}, {one.percent}%",
    )


def _gaps(
    board: Board, tests: Iterable[Entry], names: Names, findings: Mapping[str, FindingView]
) -> Iterable[GapView]:
    by_item: dict[str, list[str]] = {}
    for finding in board.project.findings:
        for ref in finding.items:
            by_item.setdefault(ref, []).append(finding.id)
    for entry in tests:
        if entry.record.result != "other-than-satisfied":
            continue
        known = by_item.get(entry.ref, [])
        yield GapView(
            name=words.title(words.item_name(entry)),
            ref=entry.ref,
            controls=entry.item.controls,
            tester=names.who(counted.tester(entry), entry.role),
            tested=entry.record.tested or entry.record.done,
            findings=tuple(view for key, view in findings.items() if key in known),
        )
