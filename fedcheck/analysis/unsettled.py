"""What two people set to different values, items apart: nobody knows yet which value stands."""

from collections.abc import Iterator

from fedcheck.domain.set_twice import SET_TWICE, is_unsettled
from fedcheck.domain.workspace import Project

UNSETTLED_WORDS = "set on both sides of a merge, and no history shows which value is later"


Unsettled = tuple[str, str, str, tuple[str, ...]]
"""Its kind for a gate, its reference, the reason, and the items that it is about."""


def list_unsettled_dates(project: Project, milestone: str) -> Iterator[Unsettled]:
    """Yield the date of a milestone if it was set on both sides of a merge."""
    tables = project.config.extra.get(SET_TWICE)
    names = [
        one.get("milestone")
        for one in (tables if isinstance(tables, list) else ())
        if isinstance(one, dict)
    ]
    if milestone in names:
        yield "unsettled", f"milestones:{milestone}", f"its date was {UNSETTLED_WORDS}", ()


def list_unsettled(project: Project) -> Iterator[Unsettled]:
    """Yield the requests and findings that were set on both sides of a merge."""
    for kind, things in (("request", project.requests), ("finding", project.findings)):
        for one in things:
            if is_unsettled(one.extra):
                yield kind, one.id, f"{UNSETTLED_WORDS}: {one.title}", one.items
