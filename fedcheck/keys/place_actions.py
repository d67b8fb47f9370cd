"""Actions on the calendar, the responsibilities, a gate, the report and an import."""

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
    Action("parts.switch", "other part", "Go to who does what, or back.", ("tab",), "parts", True),
    Action("parts.far", "far off", "Show what lies in phases far off, too.", ("a",), "parts", True),
    Action("parts.close", "back", "Go back.", ("escape",), "parts", True),
    Action("gate.date", "date", "Set the date of the milestone.", ("d",), "gate", True),
    Action("gate.close", "back", "Go back.", ("escape",), "gate", True),
    Action("report.export", "export", "Write the report to its file.", ("e",), "report", True),
    Action("report.html", "html", "Write it as one HTML file.", ("H",), "report", True),
    Action(
        "report.milestone",
        "milestone",
        "Choose the milestone that it is for.",
        ("m",),
        "report",
        True,
    ),
    Action("report.template", "template", "Choose the template.", ("t",), "report", True),
    Action(
        "report.since",
        "changes",
        "Tell what changed since a day, today, the last report sent, your last look.",
        ("b",),
        "report",
        True,
    ),
    Action("report.pager", "pager", "Read the Markdown in your pager.", ("p",), "report"),
    Action("report.editor", "editor", "Write it, and open it in your editor.", ("E",), "report"),
    Action(
        "report.record",
        "record",
        "Write it, and note to whom it was sent.",
        ("S",),
        "report",
    ),
    Action("report.copy", "copy", "Copy the Markdown to the clipboard.", ("c",), "report"),
    Action(
        "report.source",
        "source",
        "Switch between rendered and plain Markdown.",
        ("s",),
        "report",
        True,
    ),
    Action("report.close", "back", "Go back.", ("escape",), "report", True, vim=("h",)),
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
