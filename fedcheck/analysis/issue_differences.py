"""What is different about requests and findings."""

from collections.abc import Callable, Iterable, Iterator
from datetime import date

from fedcheck.analysis.difference import About, Difference, Trend, as_iso, field_deltas, later
from fedcheck.analysis.issues import is_overdue
from fedcheck.analysis.item_differences import Make, evidence_deltas
from fedcheck.analysis.waiting_since import find_answering_role, find_remediating_role
from fedcheck.domain.evidence import Evidence
from fedcheck.domain.finding import Finding
from fedcheck.domain.glossary import RISKS
from fedcheck.domain.request import Request
from fedcheck.domain.workspace import Project

STEPS = ("open", "answered", "accepted")
"""The states of a request, from the first to the last."""


def request_deltas(
    project: Project, old: Request | None, new: Request | None, days: tuple[date, date]
) -> Iterator[Difference]:
    """Yield what is different about a request.

    Args:
        project: what states in which roles people act.
        old: the request as it was; None where there was none.
        new: the request as it is; None where it is gone.
        days: the days on which the two stand.
    """
    make = _maker("request", new or old, lambda one: (find_answering_role(project, one), one.to))
    if new is None:
        if old is not None:
            yield make("request-gone", "other", was=old.state)
        return
    if old is None:
        yield make("request-new", "other", now=f"due {as_iso(new.due)}" if new.due else "")
    told = list(_answers(old or Request(new.id), new, make))
    if is_overdue(new, days[1]) and not (old and is_overdue(old, days[0])):
        told.append(make("request-overdue", "worse", now=as_iso(new.due)))
    if old is not None and new.state != "accepted":
        told += _moved("request", old.due, new.due, make)
    yield from told
    if old is not None:
        yield from field_deltas(old, new, told, make)
    yield from _evidence(old.evidence if old else (), new.evidence, make)


def _answers(old: Request, new: Request, make: Make) -> Iterator[Difference]:
    step = STEPS.index(new.state) - STEPS.index(old.state)
    again = new.returned and (old.answered != new.answered or not old.returned)
    if new.state == "open" and (step < 0 or again):
        yield make("request-returned", "worse", was=_was(old), why=new.comment)
    elif step < 0:
        yield make("request-reopened", "worse", was=_was(old), now=new.state)
    elif step > 0:
        kind = "request-accepted" if new.state == "accepted" else "request-answered"
        yield make(kind, "better", now=as_iso(new.answered))


def _was(request: Request) -> str:
    return "returned" if request.returned else "" if request.state == "open" else request.state


def finding_deltas(
    project: Project, old: Finding | None, new: Finding | None, days: tuple[date, date]
) -> Iterator[Difference]:
    """Yield what is different about a finding; the arguments are as for a request."""
    make = _maker(
        "finding", new or old, lambda one: (find_remediating_role(project, one), one.owner)
    )
    if new is None:
        if old is not None:
            open_ = old.state == "open"
            was = f"{old.state}, {old.risk}"
            yield make("finding-gone", "worse" if open_ else "other", was=was)
        return
    told: list[Difference] = []
    if old is None:
        open_ = new.state == "open"
        now = new.risk if open_ else f"{new.risk}, closed"
        told.append(make("finding-new", "worse" if open_ else "other", now=now))
    elif old.state != new.state:
        if new.state == "open":
            told.append(make("finding-reopened", "worse", now=new.risk))
        else:
            told.append(make("finding-closed", "better", now=as_iso(new.closed)))
    if is_overdue(new, days[1]) and not (old and is_overdue(old, days[0])):
        told.append(make("finding-overdue", "worse", now=as_iso(new.due)))
    told += _rated(old or Finding(new.id, risk=new.risk, adjusted=new.adjusted), new, make)
    told += _decided(old or Finding(new.id), new, make)
    if old is not None and new.state == "open":
        told += _moved("finding", old.due, new.due, make)
        if old.planned and not new.planned:
            told.append(make("finding-unplanned", "worse", why=new.lacks))
        elif new.planned and not old.planned:
            told.append(make("finding-planned", "better", now=as_iso(new.due)))
    yield from told
    if old is not None:
        yield from field_deltas(old, new, told, make, *_risk_told(told))
    yield from _evidence(old.evidence if old else (), new.evidence, make)


def _risk_told(told: Iterable[Difference]) -> tuple[str, ...]:
    """Return the field of the risk that the words for a risk state: as found, or as adjusted."""
    risks = [one for one in told if one.kind.startswith("finding-risk")]
    return tuple("adjusted" if one.now.startswith("adjusted") else "risk" for one in risks)


def _rated(old: Finding, new: Finding, make: Make) -> Iterator[Difference]:
    """Yield how the risk changed: as it was found, or else as it was adjusted."""
    for was, now, word in (
        (old.risk, new.risk, ""),
        (old.adjusted or old.risk, new.adjusted or new.risk, "adjusted "),
    ):
        if was == now:
            continue
        up = RISKS.index(now) < RISKS.index(was)
        kind, trend = ("finding-risk-up", "worse") if up else ("finding-risk-down", "better")
        yield make(kind, trend, was=f"{word}{was}", now=f"{word}{now}")
        return


def _decided(old: Finding, new: Finding, make: Make) -> Iterator[Difference]:
    again = (old.retest, old.retested) != (new.retest, new.retested)
    if again and new.retest == "failed":
        yield make("finding-retest-failed", "worse", now=as_iso(new.retested))
    elif old.retest != new.retest and new.retest == "passed":
        yield make("finding-retest-passed", "better", now=as_iso(new.retested))
    if (old.deviation, old.deviation_state) != (new.deviation, new.deviation_state):
        if new.deviation_state == "rejected":
            yield make("finding-deviation-rejected", "worse", now=new.deviation)
        else:
            said = f"{new.deviation} {new.deviation_state}".strip() or "none now"
            lost = old.deviation_state == "approved" and new.deviation_state != "approved"
            yield make("finding-deviation", "worse" if lost else "other", now=said)


def _moved(about: str, old: date | None, new: date | None, make: Make) -> Iterator[Difference]:
    match later(old, new):
        case "later":
            yield make(f"{about}-later", "worse", was=as_iso(old), now=as_iso(new))
        case "none":
            yield make(f"{about}-undated", "worse", was=as_iso(old))


def _evidence(
    old: tuple[Evidence, ...], new: tuple[Evidence, ...], make: Make
) -> Iterator[Difference]:
    yield from evidence_deltas(((one, "ok") for one in old), ((one, "ok") for one in new), make)


def _maker(
    about: About, thing: Request | Finding | None, who: Callable[..., tuple[str, str]]
) -> Make:
    def make(kind: str, trend: Trend, _about: About = about, **more: str) -> Difference:
        assert thing is not None
        role, owner = who(thing)
        return Difference(
            kind=kind,
            trend=trend,
            about=_about,
            ref=f"{about}s:{thing.id}",
            title=thing.title,
            was=more.get("was", ""),
            now=more.get("now", ""),
            why=more.get("why", ""),
            role=role,
            owner="" if owner == role else owner,
            evidence_item=more.get("evidence_item", ""),
            field=more.get("field", ""),
        )

    return make
