"""What can be done everywhere, and on the home screen."""

from fedcheck.keys.action import Action

ACTIONS: tuple[Action, ...] = (
    Action("app.home", "home", "Go to the home screen.", ("1",), "everywhere"),
    Action("app.checklists", "checklists", "Go to the checklists.", ("2",), "everywhere"),
    Action("app.evidence", "evidence", "Go to all evidence.", ("3",), "everywhere"),
    Action(
        "app.ledgers",
        "questions",
        "Go to the questions, requests for evidence and findings.",
        ("4",),
        "everywhere",
    ),
    Action("app.history", "history", "Read who changed what, and when.", ("6",), "everywhere"),
    Action(
        "app.calendar",
        "calendar",
        "See every deadline, by week and month.",
        ("7",),
        "everywhere",
    ),
    Action(
        "app.tests",
        "testing",
        "See how far the testing is, by family, method and tester.",
        ("9",),
        "everywhere",
    ),
    Action("app.report", "report", "Preview the report, and export it.", ("r", "5"), "everywhere"),
    Action(
        "app.responsibilities",
        "who does what",
        "See who does what in each phase, and who waits for whom.",
        ("8",),
        "everywhere",
    ),
    Action("app.goto", "go to", "Go to any item by its name.", ("ctrl+g",), "everywhere"),
    Action("app.undo", "undo", "Take your last change back.", ("u", "ctrl+z"), "everywhere"),
    Action(
        "app.redo",
        "redo",
        "Make the change again that was undone.",
        ("U", "ctrl+y"),
        "everywhere",
        vim=("ctrl+r",),
    ),
    Action("app.role", "role", "Look at it as another role.", ("R",), "everywhere"),
    Action(
        "app.workspace", "workspaces", "Open another workspace, or make one.", ("w",), "everywhere"
    ),
    Action(
        "app.help",
        "keys",
        "Show the keys of this place.",
        ("question_mark", "f1"),
        "everywhere",
        True,
    ),
    Action(
        "app.palette",
        "everything",
        "Find everything that can be done here by its name.",
        ("ctrl+p",),
        "everywhere",
        True,
        vim=("colon",),
        palette=False,
    ),
    Action("app.theme", "theme", "Choose the colours.", ("ctrl+t",), "everywhere"),
    Action("app.quit", "quit", "Leave; everything is saved.", ("q", "ctrl+q"), "everywhere", True),
    Action(
        "home.open",
        "open",
        "Open the list behind the number.",
        ("enter",),
        "home",
        True,
        palette=False,
    ),
    Action("home.next-pane", "next pane", "Go to the next part of the screen.", ("tab",), "home"),
)
