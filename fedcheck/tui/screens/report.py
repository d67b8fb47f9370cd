"""The report as it will be read; export it, copy it, choose its milestone."""

from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, ClassVar

from textual.app import ComposeResult
from textual.binding import BindingType
from textual.containers import VerticalScroll
from textual.content import Content
from textual.widgets import Markdown, Static

from fedcheck.domain.text import clean
from fedcheck.errors import FedcheckError
from fedcheck.tui import external_programs
from fedcheck.tui.dialogs.prompts import Choice, ChoicePrompt, TextPrompt
from fedcheck.tui.key_bindings import bindings
from fedcheck.tui.screens.place import PlaceScreen
from fedcheck.tui.style_sheets import sheets
from fedcheck.tui.widgets.key_line import KeyLine
from fedcheck.tui.widgets.top_line import TopLine

if TYPE_CHECKING:
    from fedcheck.reports.render import Format
    from fedcheck.reports.template_files import TemplateInfo
    from fedcheck.reports.trust import Bundle

DEFAULT = "pmo-status"

LARGEST = 100_000
"""How many characters are rendered; a longer report is shown as plain Markdown, at once."""


class ReportScreen(PlaceScreen):
    """A preview of the report."""

    CSS_PATH = sheets("report")
    BINDINGS: ClassVar[list[BindingType]] = bindings("report")
    PLACES: ClassVar[tuple[str, ...]] = ("report", "everywhere")

    def __init__(self) -> None:
        super().__init__()
        self.milestone: str | None = None
        self.template = DEFAULT
        self.since: str | None = None
        self.text = ""
        self.failure = ""
        self.plain = False
        self._drawn = ""
        self._asked = ""

    def compose(self) -> ComposeResult:
        """Lay out the page."""
        yield TopLine()
        with VerticalScroll(id="report-page"):
            yield Markdown(id="report-rendered", open_links=False)
            yield Static(id="report-source")
        yield KeyLine()

    def on_mount(self) -> None:
        """Show the report."""
        self.show()
        self.query_one("#report-page").focus()

    @property
    def role(self) -> str | None:
        """Return the role that the app looks as; nothing where that is the workspace's own."""
        role = self.fedcheck.view_role
        return role if role and role != self.fedcheck.session.project.config.role else None

    def show(self) -> None:
        """Make the report from the state as it is now."""
        from fedcheck.reports.trust import UntrustedError

        board = self.fedcheck.board
        try:
            self.text = self._made("md")
            self.failure = ""
        except UntrustedError as error:
            self.text = ""
            self.failure = f"{error}\n\nReview it, then choose it again and trust it."
            if error.bundle.digest != self._asked:  # once, until it changes or is chosen again
                self._asked = error.bundle.digest
                self.fedcheck.start(self._ask_trust(error.bundle))
        except FedcheckError as error:
            self.text = ""
            self.failure = f"{error}\n\n{error.hint}"
        milestone = board.project.process.milestone(self._chosen_milestone())
        title = f"Report for {milestone.title}" if milestone else "Report"
        middle = self.template + (f", as {self.role}" if self.role else "")
        middle += f", changes since {self.since}" if self.since else ""
        self.query_one(TopLine).show(title, middle, board.today.isoformat())
        shown = clean(self.text or self.failure)
        large = len(shown) > LARGEST
        self.set_class(large or self.plain, "-source")
        if shown != self._drawn:
            self._drawn = shown
            self.query_one(Markdown).update("" if large else shown)
            self.query_one("#report-source", Static).update(Content(shown))

    async def _ask_trust(self, bundle: "Bundle") -> None:
        """Ask whether a template of the workspace may run."""
        from fedcheck.reports import trust

        shown = [str(path.relative_to(bundle.root)) for path in bundle.files]
        shown[8:] = [f"and {len(shown) - 8} more"] if len(shown) > 8 else []
        title = "\n".join(
            [
                f'The report template "{bundle.name}" comes with this workspace:',
                *(f"  {line}" for line in shown),
                "A template is a program. Trust it only if you know who wrote it.",
            ]
        )
        choices = [Choice("no", "Do not run it", "n"), Choice("trust", "Trust it as it is", "y")]
        if await self.fedcheck.ask(ChoicePrompt(title, choices, "no")) != "trust":
            return
        try:
            trust.trust(bundle, self.fedcheck.folders)
        except FedcheckError as error:
            self.fedcheck.tell(str(error), error.hint, "error")
            return
        self.show()

    def _made(self, form: "Format") -> str:
        """Return the report in a form. Raises FedcheckError where the template is wrong."""
        from fedcheck.reports import render
        from fedcheck.reports.past_state import load_past_state
        from fedcheck.reports.template_files import find_comparison_date

        app = self.fedcheck
        since = self.since
        if since is None:
            since = find_comparison_date(
                app.session.root, app.folders, self.template, app.board.today
            )
        return render.render_report(
            app.board,
            root=app.session.root,
            folders=app.folders,
            template=self.template,
            milestone=self.milestone,
            role=self.role,
            form=form,
            earlier=load_past_state(app.session, since, app.session.root) if since else None,
        )

    def _chosen_milestone(self) -> str:
        """Return the milestone that the report is for; the next one while the template is wrong."""
        from fedcheck.reports import render

        app = self.fedcheck
        try:
            own = render.choose_milestone(
                app.board, app.session.root, app.folders, self.template, self.milestone
            )
        except FedcheckError:
            own = self.milestone
        return own or app.board.next_milestone

    def action_report_export(self) -> None:
        """Write the report to its file."""
        self._export("md")

    def action_report_html(self) -> None:
        """Write the report as one HTML file."""
        self._export("html")

    def _export(self, form: "Format") -> None:
        path = self._write(form)
        if path is not None:
            self.fedcheck.tell(f"Written: {path}")

    def _write(self, form: "Format" = "md") -> Path | None:
        """Write the report; where that cannot be, say so and return nothing."""
        from fedcheck.reports import render

        app = self.fedcheck
        if self.failure:
            app.tell("There is no report to write", "fix the template first", "warning")
            return None
        path = render.default_path(
            app.session.root, app.board, self.template, self._chosen_milestone(), self.role, form
        )
        try:
            text = self.text if form == "md" else self._made(form)
            render.write_file(path, text, under=app.session.root)
        except FedcheckError as error:
            app.tell(str(error), error.hint, "error")
            return None
        return path

    def action_report_milestone(self) -> None:
        """Choose the milestone that the report is for."""
        self.fedcheck.start(self._ask_milestone())

    async def _ask_milestone(self) -> None:
        board = self.fedcheck.board
        choices = [
            Choice(stone.id, f"{stone.title:<30} {board.dates.get(stone.id) or ''}")
            for stone in board.project.process.milestones
            if stone.closes
        ]
        now = self._chosen_milestone()
        milestone = await self.fedcheck.ask(ChoicePrompt("Report for", choices, now))
        if milestone:
            self.milestone = milestone
            self.show()

    def action_report_since(self) -> None:
        """Choose since when the report shows what changed."""
        from fedcheck.tui.dialogs.report_since import ask_since

        self.fedcheck.start(ask_since(self.fedcheck, self._show_since))

    def _show_since(self, since: str | None) -> None:
        self.since = since
        self.show()

    def action_report_template(self) -> None:
        """Choose the template: a shipped one, or one of the person's own."""
        self.fedcheck.start(self._ask_template())

    async def _ask_template(self) -> None:
        from fedcheck.reports.template_files import list_templates

        app = self.fedcheck
        found = list_templates(app.session.root, app.folders)
        width = max(len(one.name) for one in found) + 2
        choices = [Choice(one.name, f"{one.name:<{width}}{_about(one)}") for one in found]
        name = await app.ask(ChoicePrompt("Template", choices, self.template))
        if name:
            self.template = name
            self._asked = ""
            self.show()
            self.query_one("#report-page").scroll_home(animate=False)

    def action_report_pager(self) -> None:
        """Show the Markdown in the person's pager."""
        self._outside(lambda: external_programs.paged(self.app, self.text or self.failure))

    def action_report_editor(self) -> None:
        """Write the report, and open its file in the person's editor."""
        path = self._write()
        if path is not None:
            self._outside(lambda: external_programs.opened(self.app, path))

    def _outside(self, start: Callable[[], None]) -> None:
        try:
            start()
        except external_programs.NoProgramError as error:
            self.fedcheck.tell(str(error), "", "warning")

    def action_report_record(self) -> None:
        """Write the report, and keep in mind to whom it was sent."""
        self.fedcheck.start(self._ask_recipient())

    async def _ask_recipient(self) -> None:
        people = self.fedcheck.session.project.people()
        hint = "a person or a role, such as pmo; the report is written too"
        to = await self.fedcheck.ask(TextPrompt("Sent to", hint=hint, known=people))
        path = self._write() if to and to.strip() else None
        if path is not None and to:
            self._record(path, to)

    def _record(self, path: Path, to: str) -> None:
        from fedcheck.reports.fingerprint import record_sent

        session, text = self.fedcheck.session, self.text
        milestone = self._chosen_milestone()
        name = self.template
        self.fedcheck.change(lambda: record_sent(session, path, text, name, milestone, to))

    def action_report_copy(self) -> None:
        """Copy the Markdown."""
        self.app.copy_to_clipboard(self.text)
        exports = self.fedcheck.hint("report.export", "exports", ": ")
        hint = f"if the terminal does not allow copying{exports}" if exports else ""
        self.fedcheck.tell("Copied the Markdown", hint)

    def action_report_source(self) -> None:
        """Switch between rendered and plain."""
        self.plain = not self.plain
        self.set_class(self.plain or len(self.text) > LARGEST, "-source")

    def action_report_close(self) -> None:
        """Go back."""
        self.dismiss(None)


def _about(template: "TemplateInfo") -> str:
    """Return what a template is for, and whose it is where it is not a shipped one."""
    whose = {"workspace": "of this workspace", "user": "yours"}.get(template.origin, "")
    return "  ".join(part for part in (template.summary, f"({whose})" if whose else "") if part)
