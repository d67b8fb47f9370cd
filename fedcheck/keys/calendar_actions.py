"""What can be done with the calendar of deadlines."""

from fedcheck.keys.action import Action

ACTIONS: tuple[Action, ...] = (
    Action(
        "calendar.group",
        "mine or all",
        "Show the deadlines of your role, or those of everybody.",
        ("z",),
        "calendar",
        True,
    ),
    Action("calendar.close", "back", "Go back.", ("escape",), "calendar", True, vim=("h",)),
)
