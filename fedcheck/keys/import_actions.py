"""What can be done with files that others hand over."""

from fedcheck.keys.action import Action

ACTIONS: tuple[Action, ...] = (
    Action(
        "app.import",
        "bring in",
        "Bring in a file: a workbook, a filled table of requests, a list of your own.",
        ("L",),
        "everywhere",
    ),
    Action(
        "bring.do", "carry out", "Read the file; then do what is shown.", ("enter",), "bring", True
    ),
    Action("bring.file", "other file", "Name another file.", ("f",), "bring", True),
    Action("bring.kind", "taken for", "Say what kind of file it is.", ("t",), "bring", True),
    Action(
        "bring.options",
        "say more",
        "Say what its columns mean, where its rows go, and which side wins.",
        ("c",),
        "bring",
        True,
    ),
    Action("bring.close", "back", "Stop reading, or go back.", ("escape",), "bring", True),
)
