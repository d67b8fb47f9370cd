"""Questions that are asked one after the other: each dialog is there at once."""

import asyncio

import pytest
from textual.app import App
from textual.events import Key
from textual.screen import ModalScreen, Screen

from fedcheck.tui.questions import Question, go_on


class Dialog(ModalScreen[str]):
    pass


class Shown:
    """Stands for the app: keeps what is shown, and what hears of the answer."""

    def __init__(self) -> None:
        self.dialogs: list[Screen[str]] = []

    def push(self, dialog, answered) -> None:
        self.dialogs.append(dialog)
        self.answer = answered


def test_each_dialog_is_there_at_once_and_no_event_loop_runs():
    shown, told, first, second = Shown(), [], Dialog(), Dialog()

    async def asking() -> None:
        told.append(await Question(first))
        told.append(await Question(second))

    go_on(shown.push, asking())
    assert (shown.dialogs, told) == ([first], [])
    shown.answer("red")
    assert (shown.dialogs, told) == ([first, second], ["red"])
    shown.answer(None)
    assert told == ["red", None]


def test_what_goes_wrong_is_raised_where_the_answer_is_given():
    shown = Shown()

    async def asking() -> None:
        raise ValueError(await Question(Dialog()))

    go_on(shown.push, asking())
    with pytest.raises(ValueError, match="no such day"):
        shown.answer("no such day")


async def test_nothing_but_dialogs_is_awaited():
    async def asking() -> None:
        await asyncio.sleep(0.1)

    with pytest.raises(TypeError, match="awaits dialogs alone"):
        go_on(Shown().push, asking())


async def test_in_an_app_a_key_is_heard_by_the_dialog_that_the_key_before_asked_for():
    heard: list[str] = []

    class Asks(ModalScreen[str]):
        def on_key(self, event: Key) -> None:
            event.stop()
            self.dismiss(event.key)

    class Below(App[None]):
        def on_key(self, event: Key) -> None:
            if event.key == "s":
                go_on(self.push_screen, self.asking())
                assert isinstance(self.screen, Asks), "at once"
            else:
                heard.append(f"{event.key} below")

        async def asking(self) -> None:
            heard.append(await Question(Asks()))
            heard.append(await Question(Asks()))

    app = Below()
    async with app.run_test() as pilot:
        await pilot.press("s", "d", "e", "f")
        assert heard == ["d", "e", "f below"]
