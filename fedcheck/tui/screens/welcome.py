"""No workspace yet, or another one wanted: open a recent one, or make one."""

from collections.abc import Mapping
from datetime import date
from pathlib import Path
from typing import ClassVar, cast

from textual import on
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Vertical, VerticalScroll
from textual.content import Content
from textual.screen import ModalScreen
from textual.widgets import Input, Select, Static

from fedcheck.domain.dates import format_distance
from fedcheck.domain.process import Process
from fedcheck.domain.profile import parse_profile
from fedcheck.domain.text import clean, one_line
from fedcheck.domain.typed_dates import parse_typed_date
from fedcheck.errors import FedcheckError
from fedcheck.storage import checklist_files, config, paths, workspace_creation
from fedcheck.storage.time_zones import detect_timezone, find_zone
from fedcheck.storage.typed_files import make_temporary_folder
from fedcheck.tui.app_protocol import ProjectApp
from fedcheck.tui.dialogs.prompts import TextPrompt
from fedcheck.tui.style_sheets import sheets
from fedcheck.tui.widgets.doors import Door, Doors
from fedcheck.tui.widgets.key_line import KeyLine
from fedcheck.tui.widgets.process_fields import ProcessFields, choice, labeled

KEYS = "⏎ or tab next field, F2 creates, esc cancels"


EXAMPLES = {
    "cr26": "20x Class B, five weeks before it applies",
    "agency": "Rev 5 agency authorization, five weeks before its SAR debrief",
    "jab": "JAB P-ATO (historical), three weeks before its kick-off",
}
"""The examples by their process, and how far each of them is."""


class WelcomeScreen(ModalScreen[None]):
    """Recent workspaces, and the ways to another."""

    CSS_PATH = sheets("dialogs")
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("escape", "close", "back", key_display="esc"),
        Binding("q", "quit_app", "quit"),
    ]
    PLACES: ClassVar[tuple[str, ...]] = ("everywhere",)

    def __init__(self) -> None:
        super().__init__(classes="prompt")

    @property
    def fedcheck(self) -> ProjectApp:
        """Return the app."""
        return cast(ProjectApp, self.app)

    def compose(self) -> ComposeResult:
        """Lay out the choices."""
        with Vertical(classes="dialog -wide"):
            yield Static("fedcheck", classes="dialog-title")
            text = (
                "A workspace holds the records for one service offering, as a folder of plain "
                "files."
            )
            yield Static(Content.styled(text, "$foreground-muted"), classes="paragraph")
            yield Doors(id="workspaces")
            yield KeyLine()

    def on_mount(self) -> None:
        """Show recent workspaces and what else can be done."""
        doors = [Door(Content.assemble(("Create a workspace", "bold")), "new:")]
        doors.append(Door(Content.assemble(("Open a folder", "bold")), "open:"))
        app = self.fedcheck
        if app.portfolio_wanted or app.preferences.config.portfolio or app.memory.recent():
            doors.append(Door(Content.assemble(("Open the portfolio", "bold")), "portfolio:"))
        for process, what in EXAMPLES.items():
            line = Content.assemble(
                ("Open an example", "bold"), (f"   {what}", "$foreground-muted")
            )
            doors.append(Door(line, f"demo:{process}"))
        first_recent = len(doors)
        for path in self.fedcheck.memory.recent():
            doors.append(
                Door(
                    Content.assemble(
                        one_line(Path(path).name), ("   " + one_line(path), "$foreground-muted")
                    ),
                    f"path:{path}",
                )
            )
        listed = self.query_one(Doors)
        listed.show(doors)
        listed.highlighted = first_recent if len(doors) > first_recent else 0
        listed.focus()

    @on(Doors.Opened)
    def _chosen(self, event: Doors.Opened) -> None:
        kind, _, target = event.target.partition(":")
        if kind == "path":
            self._open(Path(target))
        elif kind == "demo":
            self._demo(target)
        elif kind == "portfolio":
            self.fedcheck.open_screen("portfolio")
        elif kind == "open":
            self.fedcheck.start(self._ask_folder())
        else:
            self.fedcheck.start(self._make())

    async def _make(self) -> None:
        root = await self.fedcheck.ask(NewWorkspaceScreen())
        if root is not None:
            self._open(root)

    def _open(self, root: Path) -> None:
        self.fedcheck.open_workspace(root)

    def _demo(self, process: str) -> None:
        from fedcheck.demo import example

        root = make_temporary_folder()
        example.make_example(root, example.find_today(self.fedcheck.clock()), process)
        self._open(root)

    async def _ask_folder(self) -> None:
        def preview(text: str) -> str:
            try:
                present = paths.is_workspace(paths.expand_path(text))
            except FedcheckError as error:
                raise ValueError(str(error)) from error
            if not present:
                raise ValueError("no fedcheck.toml in this folder")
            return "workspace found; ⏎ opens it"

        prompt = TextPrompt(
            "Folder of the workspace", f"{self.fedcheck.here}/", preview=preview, selected=False
        )
        text = await self.fedcheck.ask(prompt)
        if text:
            self._open(paths.expand_path(text).absolute())

    def action_close(self) -> None:
        """Go back to the open workspace; without one, leave."""
        if self.fedcheck.open_session is None:
            self.app.exit(0)
        else:
            self.dismiss(None)

    def action_quit_app(self) -> None:
        """Leave."""
        self.app.exit(0)


class NewWorkspaceScreen(ModalScreen[Path | None]):
    """The form for a new workspace."""

    CSS_PATH = sheets("dialogs", "forms")
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("escape", "cancel", "cancel", key_display="esc"),
        Binding("f2,ctrl+s", "save", "create", key_display="F2"),
    ]

    def __init__(self) -> None:
        super().__init__(classes="prompt")
        self.processes: Mapping[str, Process] = {}

    @property
    def fedcheck(self) -> ProjectApp:
        """Return the app."""
        return cast(ProjectApp, self.app)

    def compose(self) -> ComposeResult:
        """Lay out the fields with sensible defaults."""
        shipped, user = paths.find_shipped_checklists(), config.user_checklists()
        catalog = checklist_files.load_catalog(shipped, user, None)
        self.processes = catalog.processes
        offered = catalog.list_choices()
        process = offered[0]
        titles = [(one.choice, one.id) for one in offered]
        with Vertical(classes="dialog -wide -form -plain"):
            yield Static("New workspace", classes="dialog-title")
            with VerticalScroll(can_focus=False):
                yield from labeled(
                    "Name",
                    Input(placeholder="service offering, such as Meridian Ledger", id="name"),
                )
                yield from labeled("Process", choice(titles, process.id, id="process"))
                yield ProcessFields(process)
                yield from labeled("Folder", Input(f"{self.fedcheck.here}/", id="folder"))
            yield Static(Content(KEYS), classes="dialog-hint", id="hint")

    def on_mount(self) -> None:
        """Start with the name."""
        self.query_one("#name", Input).focus()

    @on(Input.Changed, "#name")
    def _named(self, event: Input.Changed) -> None:
        """Propose a folder by the name, until a person chose one."""
        folder = self.query_one("#folder", Input)
        slug = "-".join("".join(c if c.isalnum() else " " for c in event.value.lower()).split())
        if (
            Path(folder.value).parent == self.fedcheck.here
            or folder.value == f"{self.fedcheck.here}/"
        ):
            folder.value = str(self.fedcheck.here / slug) if slug else f"{self.fedcheck.here}/"

    @on(Select.Changed, "#process")
    async def _chosen(self, event: Select.Changed) -> None:
        """Show what the chosen process asks for."""
        await self.query_one(ProcessFields).show(self.processes[str(event.value)])

    @on(Input.Changed, "#milestone")
    def _dated(self, event: Input.Changed) -> None:
        try:
            day = self._day(event.value)
        except (ValueError, FedcheckError) as error:
            self._hint(str(error), wrong=True)
            return
        milestone = self.query_one(ProcessFields).milestone
        shown = day and milestone and f"{milestone.id} {day}, {format_distance(day, self._today())}"
        self._hint(shown or "")

    @on(Input.Submitted)
    def _entered(self, event: Input.Submitted) -> None:
        if event.input.id == "folder":
            self.action_save()
        else:
            self.focus_next()

    def _day(self, text: str) -> date | None:
        return parse_typed_date(text, self._today(), self.fedcheck.preferences.config.typed_dates)

    def _today(self) -> date:
        """Return what day it is where the new workspace will be."""
        return self.fedcheck.clock().astimezone(find_zone(detect_timezone())).date()

    def _hint(self, text: str, wrong: bool = False) -> None:
        hint = self.query_one("#hint", Static)
        hint.set_class(wrong, "-wrong")
        hint.update(Content(clean(text) or KEYS))

    def action_save(self) -> None:
        """Make the workspace."""
        name = self.query_one("#name", Input).value.strip()
        folder = self.query_one("#folder", Input).value.strip()
        chosen = self.query_one(ProcessFields)
        try:
            if not name:
                raise ValueError("enter a name")
            if not folder:
                raise ValueError("enter a folder")
            day, milestone = self._day(chosen.day), chosen.milestone
            text = workspace_creation.format_head(
                name,
                chosen.process,
                chosen.role,
                timezone=detect_timezone(),
                profile=parse_profile(chosen.process, chosen.profile, chosen.role),
                milestones={milestone.id: day} if day and milestone else {},
                begins=chosen.begins,
            )
            root = paths.expand_path(folder).absolute()
            workspace_creation.create(root, text)
        except (FedcheckError, ValueError, OSError) as error:
            remedy = getattr(error, "hint", "")
            self._hint(f"{error}; {remedy}" if remedy else str(error), wrong=True)
            return
        self.dismiss(root)

    def action_cancel(self) -> None:
        """Leave without a workspace."""
        self.dismiss(None)
