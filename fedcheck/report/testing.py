"""How testing goes: by control family, method and tester, and what was not satisfied."""

from collections.abc import Iterable, Mapping

from fedcheck.insight.entries import Board
from fedcheck.insight.progress import Count
from fedcheck.model.entry import Entry
from fedcheck.model.query import family
from fedcheck.model.vocabulary import FAMILIES
from fedcheck.report import words
from fedcheck.report.view_proof import FindingView, GapView, TallyView, TestingView
from fedcheck.report.words import Names

METHODS = {"examine": "Examine", "interview": "Interview", "test": "Test"}


def testing(board: Board, names: Names, findings: Mapping[str, FindingView]) -> TestingView:
    """Return how the tests of a board stand.

    Args:
        board: the project on the day of the report.
        names: how its people are called.
        findings: all findings by id.
    """
    tests = [entry for entry in board.entries.values() if entry.item.kind == "test"]
    families: dict[str, list[Entry]] = {}
    methods: dict[str, list[Entry]] = {}
    testers: dict[str, list[Entry]] = {}
    for entry in tests:
        of_families = sorted({family(control) for control in entry.item.controls})
        for name in of_families or [""]:
            families.setdefault(name, []).append(entry)
        for method in entry.item.methods or ("",):
            methods.setdefault(method, []).append(entry)
        testers.setdefault(names.who(entry.record.owner, entry.role), []).append(entry)
    return TestingView(
        total=_tally("All tests", tests),
        families=tuple(_tally(_family(name), families[name]) for name in _last(families)),
        methods=tuple(
            _tally(METHODS.get(name, "No method named"), methods[name])
            for name in [*METHODS, ""]
            if name in methods
        ),
        testers=tuple(_tally(name, testers[name]) for name in sorted(testers)),
        gaps=tuple(_gaps(board, tests, names, findings)),
    )


def _last(names: Iterable[str]) -> list[str]:
    """Return names in order, the empty one last."""
    return sorted(names, key=lambda name: (not name, name))


def _family(name: str) -> str:
    if not name:
        return "No control named"
    return f"{name}, {FAMILIES[name]}" if name in FAMILIES else name


def _tally(name: str, tests: list[Entry]) -> TallyView:
    count = Count()
    for entry in tests:
        count.add(entry)
    done = [entry.record.result for entry in tests if entry.record.status == "done"]
    return TallyView(
        name=words.title(name),
        total=count.total,
        countable=count.countable,
        done=count.done,
        satisfied=done.count("satisfied"),
        other=done.count("other-than-satisfied"),
        without=done.count(""),
        na=count.by_status["na"],
        blocked=count.by_status["blocked"],
        overdue=sum(entry.overdue for entry in tests),
        percent=count.percent,
        text=f"{count.text}, {count.share}",
    )


def _gaps(
    board: Board, tests: Iterable[Entry], names: Names, findings: Mapping[str, FindingView]
) -> Iterable[GapView]:
    by_item: dict[str, list[str]] = {}
    for finding in board.project.findings:
        for ref in finding.items:
            by_item.setdefault(ref, []).append(finding.id)
    for entry in tests:
        if entry.state != "other":
            continue
        known = by_item.get(entry.ref, [])
        yield GapView(
            name=words.title(words.item_name(entry)),
            ref=entry.ref,
            controls=entry.item.controls,
            tester=names.who(entry.record.owner, entry.role),
            done=entry.record.done,
            findings=tuple(view for key, view in findings.items() if key in known),
        )
