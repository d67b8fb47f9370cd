"""What is behind the doors of home. It is loaded when a person opens the first one."""

from collections.abc import Callable
from typing import Any

from textual.screen import Screen

from fedcheck.analysis import agenda
from fedcheck.analysis.board import list_orphaned_refs
from fedcheck.domain.text import pluralize
from fedcheck.tui.app_protocol import ProjectApp
from fedcheck.tui.conversion_offer import describe_conversion
from fedcheck.tui.dialogs.losses import LossesScreen
from fedcheck.tui.dialogs.prompts import Choice, ChoicePrompt, ReadingScreen
from fedcheck.tui.proposal_actions import decide_proposals
from fedcheck.tui.screens.home_lines import fill, list_troubles
from fedcheck.tui.widgets.attention import attention


def open_door(app: ProjectApp, door: str | None) -> None:
    """Go through a door: `kind:target`; nothing happens for one that leads nowhere."""
    kind, _, target = (door or "").partition(":")
    doors: dict[str, Callable[[str], object]] = {
        "item": app.show_item,
        "query": lambda query: app.open_from_home("checklist", query=query),
        "requests": lambda words: app.show_issues("requests", words),
        "findings": lambda words: app.show_issues("findings", words),
        "evidence": lambda words: app.open_from_home("evidence-register", words),
        "history": lambda words: app.open_screen("history", filter_text=words),
        "gate": lambda milestone: app.open_screen("gate", milestone),
        "attention": lambda _: app.start(_ask_attention(app)),
        "steps": lambda _: app.start(_ask_step(app)),
        "calendar": lambda _: app.open_from_home("calendar"),
        "proposals": lambda _: app.start(decide_proposals(app)),
        "convert": lambda _: _read(app, "Continue on another process", describe_conversion(app)),
        "orphans": lambda _: _read_orphans(app),
        "broken": lambda number: _read_broken(app, int(number)),
        "losses": lambda _: _show(app, LossesScreen()),
    }
    if kind in doors:
        doors[kind](target)


async def _ask_attention(app: ProjectApp) -> None:
    """Show all that needs attention, to go to one of it."""
    found = list_troubles(app, attention(app.board, app.signs, app.view_role))
    choices = [Choice(door.target, door.line.plain) for door in found if door.target]
    open_door(app, await app.ask(ChoicePrompt("Needs attention", choices)))


async def _ask_step(app: ProjectApp) -> None:
    """Show all steps of the role, to go to one of them."""
    role = app.view_role
    choices = [
        Choice(f"item:{step.row.ref}", f"{fill(step.row.item.title, 40)} {step.why}")
        for step in agenda.list_steps_of_role(app.board, role)
    ]
    open_door(app, await app.ask(ChoicePrompt(f"Next for {role}", choices)))


def _read_orphans(app: ProjectApp) -> None:
    lost = list_orphaned_refs(app.board.project)
    text = "The items of these records are no longer in the checklist. Nothing is lost;  "
    text += "fedcheck doctor shows how to move them.\n\n" + "\n".join(lost)
    _read(app, pluralize(len(lost), "orphaned record"), text)


def _read_broken(app: ProjectApp, number: int) -> None:
    broken = app.board.project.broken
    if number < len(broken):
        text = f"{broken[number]}\n\nNothing is lost; fedcheck never overwrites this file."
        _read(app, "A file that cannot be read", text)


def _read(app: ProjectApp, title: str, text: str) -> None:
    _show(app, ReadingScreen(title, text))


def _show(app: ProjectApp, dialog: Screen[Any]) -> None:
    """Show a dialog whose answer does not matter."""

    async def ask() -> None:
        await app.ask(dialog)

    app.start(ask())
