"""What can be done where it stands who does what, and who waits for whom."""

from fedcheck.keys.action import Action

ACTIONS: tuple[Action, ...] = (
    Action("parts.switch", "other part", "Go to who does what, or back.", ("tab",), "parts", True),
    Action("parts.far", "far off", "Show what lies in phases far off, too.", ("a",), "parts", True),
    Action("parts.close", "back", "Go back.", ("escape",), "parts", True),
)
