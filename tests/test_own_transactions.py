"""What undo takes back is the same whether the end of a long file shows it or the whole file."""

from pathlib import Path
from random import Random

import pytest
from conftest import FrozenClock

from fedcheck.domain.item_rules import ItemEdit
from fedcheck.errors import FedcheckError
from fedcheck.session import Session
from fedcheck.storage import history, own_transactions
from fedcheck.storage.own_transactions import OwnTransaction

REFS = ("rev5.readiness.csp:diagram", "rev5.readiness.csp:crypto-table")


def read_both(session: Session, *, again: bool) -> tuple[OwnTransaction | None, ...]:
    """Return what the ends of the files show, and what the whole files do."""
    store, who = session.store, session.who
    with pytest.MonkeyPatch.context() as patch:
        at_end = store._find_at_end(who, again=again)
        patch.setattr(type(store), "_find_at_end", lambda *_, **__: None)
        return at_end, store.find_redo(who) if again else store.find_undo(who)


def act(session: Session, random: Random) -> None:
    """Do something that a person does, at a clock that may be set back."""
    kind = random.random()
    try:
        if kind < 0.25:
            session.undo()
        elif kind < 0.4:
            session.redo()
        elif kind < 0.6:
            text = random.choice(("x", "y" * 300))
            session.apply([random.choice(REFS)], ItemEdit(private_note=text))
        else:
            owner = random.choice(("dana", "erin", "frank"))
            session.apply(random.sample(REFS, random.choice((1, 2))), ItemEdit(owner=owner))
    except FedcheckError:
        return  # there is nothing to take back


@pytest.mark.parametrize("reach", [300, 700, 1500, 1 << 16])
def test_the_end_of_a_file_shows_what_the_whole_file_does(
    session: Session, clock: FrozenClock, monkeypatch: pytest.MonkeyPatch, reach: int
) -> None:
    monkeypatch.setattr(own_transactions, "REACH", reach)
    random, shown = Random(reach), 0
    for _ in range(30):
        act(session, random)
        clock.tick(minutes=random.choice((-3, 0, 1, 5)))
        for again in (False, True):
            at_end, whole = read_both(session, again=again)
            shown += at_end is not None
            assert at_end is None or at_end == whole
    assert shown > 10


def own_file(session: Session) -> Path:
    (path,) = history.list_history_files(session.root)
    return path


@pytest.mark.parametrize("how", ["spaced", "first gone", "turned around", "twice"])
def test_lines_that_are_not_as_we_wrote_them_are_left_to_the_whole_file(
    session: Session, how: str
) -> None:
    session.apply([REFS[0]], ItemEdit(owner="dana"))
    session.apply(REFS, ItemEdit(owner="erin", note="n"))
    path = own_file(session)
    lines = path.read_bytes().splitlines()
    if how == "spaced":
        lines[-1] = lines[-1].replace(b'"tx":', b'"tx": ')
    elif how == "first gone":
        del lines[1]
    elif how == "turned around":
        lines[-1], lines[-2] = lines[-2], lines[-1]
    else:
        lines.append(lines[-2])
    path.write_bytes(b"\n".join(lines) + b"\n")
    at_end, whole = read_both(session, again=False)
    assert at_end is None or at_end == whole
    assert whole is not None
