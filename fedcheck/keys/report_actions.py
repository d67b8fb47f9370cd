"""What can be done at a gate, and with the report."""

from fedcheck.keys.action import Action

ACTIONS: tuple[Action, ...] = (
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
)
