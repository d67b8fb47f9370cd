"""Driving the app in tests: press keys, type, wait until all is saved, read the screen."""

from pathlib import Path

from textual.pilot import Pilot

from fedcheck.tui.app import FedcheckApp


async def settle(pilot: Pilot) -> None:
    """Wait until everything queued is saved and shown."""
    await pilot.pause()
    while pilot.app.busy:
        await pilot.pause(0.01)
    await pilot.pause()


async def press(pilot: Pilot, *keys: str) -> None:
    for key in keys:
        await pilot.press(key)
        await settle(pilot)


async def type_text(pilot: Pilot, text: str) -> None:
    names = {" ": "space", ":": "colon", "-": "minus", "/": "slash", ".": "full_stop"}
    names |= {"+": "plus", "<": "less_than_sign"}
    await pilot.press(*[names.get(char, char) for char in text])
    await settle(pilot)


def on_disk(root: Path, checklist: str = "rev5.readiness.csp") -> str:
    path = root / "progress" / f"{checklist}.toml"
    return path.read_text() if path.exists() else ""


def screen_text(app: FedcheckApp) -> str:
    """Return what stands on the screen, as text."""
    lines = app.screen._compositor.render_strips()
    return "\n".join("".join(segment.text for segment in strip) for strip in lines)


def told(app: FedcheckApp) -> str:
    """Return what the toasts on the screen say."""
    return "\n".join(note.message for note in app._notifications)
