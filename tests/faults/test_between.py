"""git at work, the folder gone, links and a wrong clock while a save is made: a few of each."""

import shutil
from collections.abc import Iterator

import between
import pytest
from cases import SCENARIOS

pytestmark = pytest.mark.skipif(
    not shutil.which("git") or not shutil.which("sh"), reason="needs git and a POSIX shell"
)

EVENTS = [*between.EVENTS, *between.links()]


@pytest.fixture(scope="module")
def place(tmp_path_factory: pytest.TempPathFactory) -> Iterator[between.Place]:
    found = between.Place(SCENARIOS["private"], tmp_path_factory.mktemp("between") / "private")
    yield found
    found.close()


@pytest.mark.parametrize("event", EVENTS, ids=lambda event: event.name.replace(" ", "-"))
def test_what_happens_between_two_steps_harms_nothing(
    place: between.Place, event: between.Event
) -> None:
    which = EVENTS.index(event)
    for step in range(which * 11 % 101 + 12, place.steps, 101):
        assert place.attempt(event, step) == []


@pytest.mark.parametrize("year", [1999, 2099])
def test_a_wrong_clock_does_not_change_what_undo_takes_back(
    place: between.Place, year: int
) -> None:
    assert place.turn_clock(year) == []


def test_an_event_does_happen(place: between.Place) -> None:
    place.restore()
    place.call(place.scenario.command, step=place.steps - 1, script="echo x > $OUT/seen")
    assert (place.outside / "seen").exists()
