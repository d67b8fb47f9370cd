"""The screens of the app by name; each is imported when it is shown first.

A screen opens another by its name, through the app, and imports no other screen.
"""

import importlib
from collections.abc import Callable
from typing import Any

from textual.screen import Screen

from fedcheck.tui.app_protocol import ProjectApp

SCREENS: dict[str, str] = {
    "welcome": "welcome:WelcomeScreen",
    "home": "home:HomeScreen",
    "checklist": "checklist:ChecklistScreen",
    "item": "item:ItemScreen",
    "evidence": "evidence:EvidenceScreen",
    "issue-evidence": "evidence:IssueEvidenceScreen",
    "evidence-register": "evidence_register:EvidenceRegisterScreen",
    "requests": "requests:RequestsScreen",
    "findings": "findings:FindingsScreen",
    "gate": "gate:GateScreen",
    "calendar": "calendar:CalendarScreen",
    "responsibilities": "responsibilities:ResponsibilitiesScreen",
    "test-progress": "test_progress:TestProgressScreen",
    "history": "history:HistoryScreen",
    "report": "report:ReportScreen",
    "package": "package:PackageScreen",
    "sync": "sync:SyncScreen",
    "import": "import_file:ImportFileScreen",
    "portfolio": "portfolio:PortfolioScreen",
}
"""Each screen, and the module and class that hold it."""


def screen_class(name: str) -> type[Screen[Any]]:
    """Return the class of a screen."""
    module, _, kind = SCREENS[name].partition(":")
    found: type[Screen[Any]] = getattr(importlib.import_module(f"{__package__}.{module}"), kind)
    assert issubclass(found, Screen)
    return found


def make_screen(name: str, *args: Any, **named: Any) -> Screen[Any]:
    """Return a new screen; the arguments are those of its class."""
    return screen_class(name)(*args, **named)


def opens_once(name: str) -> Callable[[ProjectApp], None]:
    """Return an action of the app that shows a screen, unless that is the one on top."""

    def show(app: ProjectApp) -> None:
        if not app.shows(name):
            app.open_screen(name)

    return show
