"""Importing a file: what it would do is shown before anything is written."""

from collections.abc import Sequence
from pathlib import Path
from typing import ClassVar

from textual import on
from textual.app import ComposeResult
from textual.binding import BindingType
from textual.containers import Horizontal, VerticalScroll
from textual.content import Content
from textual.message import Message
from textual.widgets import Input, Static
from textual.worker import get_current_worker

from fedcheck.analysis.overwriting import Replaced, describe
from fedcheck.domain.text import one_line
from fedcheck.domain.workspace import Project
from fedcheck.errors import FedcheckError, RuleError
from fedcheck.importers import registry
from fedcheck.importers.option import Option, Texts
from fedcheck.importers.plan import Prepared, carry_out, leave_recorded, list_replaced
from fedcheck.importers.registry import Importer
from fedcheck.session import Transaction
from fedcheck.storage.paths import expand_path
from fedcheck.tui.dialogs.form import Field, FormScreen
from fedcheck.tui.dialogs.prompts import Choice, ChoicePrompt
from fedcheck.tui.dialogs.replacing import CANCEL, EMPTY, REPLACE, ask_replaced
from fedcheck.tui.key_bindings import bindings
from fedcheck.tui.screens.place import PlaceScreen
from fedcheck.tui.style_sheets import sheets
from fedcheck.tui.widgets.key_line import KeyLine
from fedcheck.tui.widgets.link_field import LinkField, list_names
from fedcheck.tui.widgets.plan_text import plan_text
from fedcheck.tui.widgets.top_line import TopLine

START = "Name a file, or drop one here; tab completes a path. Nothing is written until you\
 have seen a preview."


class ImportFileScreen(PlaceScreen):
    """Asks for a file, shows what it would do, and does it."""

    CSS_PATH = sheets("import_file")
    BINDINGS: ClassVar[list[BindingType]] = bindings("bring")
    PLACES: ClassVar[tuple[str, ...]] = ("bring", "everywhere")

    class Read(Message):
        """A file was read, or could not be."""

        def __init__(
            self,
            run: int,
            kinds: Sequence[Importer],
            outcome: Prepared | FedcheckError,
            of: Project,
            replaced: Sequence[Replaced] = (),
        ) -> None:
            self.run = run
            self.kinds = kinds
            self.outcome = outcome
            self.of = of
            self.replaced = replaced
            super().__init__()

    def __init__(self, path: str = "") -> None:
        super().__init__()
        self.start_path = path
        self.path: Path | None = None
        self.kinds: Sequence[Importer] = ()
        self.chosen = ""
        self.texts: Texts = {}
        self.prepared: Prepared | None = None
        self.replaced: Sequence[Replaced] = ()
        self.made_for: Project | None = None
        self.reading = 0
        self.runs = 0
        self.waited = 0

    def compose(self) -> ComposeResult:
        """Lay out the path, what was recognized, and the plan."""
        yield TopLine()
        with Horizontal(id="bring-path"):
            yield Static("File", id="bring-name")
            yield LinkField(
                self.start_path, self.fedcheck.here, self.fedcheck.session.root, id="bring-file"
            )
        yield Static(Content(START), id="bring-said")
        with VerticalScroll(id="bring-page"):
            yield Static(known_kinds(), id="bring-plan")
        yield KeyLine()

    def on_mount(self) -> None:
        """Wait for a path."""
        self.show()
        self.query_one("#bring-file").focus()
        self.set_interval(0.5, self._tick)

    def show(self) -> None:
        """Show whose workspace it is; the plan itself is made again before it is carried out."""
        name = self.fedcheck.session.project.config.name
        self.query_one(TopLine).show("Import a file", "", one_line(name, 40))

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        """Offer only what can be done now."""
        if action == "bring_kind":
            return len(self.kinds) > 1 and not self.reading and not self._typing
        if action == "bring_options":
            return self.kind is not None and not self.reading and not self._typing
        if action == "bring_do":
            ready = self.prepared is not None and not self.prepared.plan.empty
            return not self.reading and (self._typing or ready)
        if action == "bring_file":
            return not self._typing
        return super().check_action(action, parameters)

    @property
    def _typing(self) -> bool:
        return isinstance(self.focused, LinkField)

    @property
    def kind(self) -> Importer | None:
        """Return the importer that reads the file."""
        return next((one for one in self.kinds if one.name == self.chosen), None)

    @on(LinkField.Candidates)
    def _list_candidates(self, event: LinkField.Candidates) -> None:
        said = self.query_one("#bring-said", Static)
        said.set_class(False, "-wrong")
        said.update(Content(list_names(event.names, said.content_size.width * 2 - 24)))

    @on(Input.Changed)
    def _typed(self) -> None:
        if self.prepared is not None or self.kinds:
            self._forget()

    @on(Input.Submitted)
    def _entered(self) -> None:
        self.action_bring_do()

    def action_bring_do(self) -> None:
        """Read the file that is named; once its plan is shown, carry it out."""
        if self.reading:
            return
        if self.prepared is None or self._typing:
            self._begin()
        elif not self.prepared.plan.empty:
            self.fedcheck.start(self._carry_out(self.prepared, self.replaced))

    def action_bring_file(self) -> None:
        """Go back to the path."""
        self.query_one("#bring-file").focus()

    def action_bring_kind(self) -> None:
        """Take the file for another kind."""
        self.fedcheck.start(self._ask_kind())

    async def _ask_kind(self) -> None:
        choices = [Choice(one.name, one.title[:1].upper() + one.title[1:]) for one in self.kinds]
        kind_id = await self.fedcheck.ask(ChoicePrompt("File type", choices, self.chosen))
        if kind_id:
            self.chosen, self.texts = kind_id, {}
            self._begin()

    def action_bring_options(self) -> None:
        """State more about the file: what its columns mean, where its rows go."""
        kind, path, session = self.kind, self.path, self.fedcheck.session
        if kind is None or path is None:
            return
        try:
            options = kind.list_fields(session, path, self.texts)
        except FedcheckError as error:
            self._said(str(error), wrong=True)
            return
        if not options:
            self.fedcheck.tell("This type of file has no options")
        else:
            self.fedcheck.start(self._ask_options(path, options))

    async def _ask_options(self, path: Path, options: Sequence[Option]) -> None:
        fields = [
            Field(
                one.name,
                one_line(one.label, 14),
                one.default,
                one.hint,
                one.choices if not one.titles else (),
                choices=tuple(zip(one.choices, one.titles, strict=False)),
            )
            for one in options
        ]
        form = FormScreen(f"About {one_line(path.name, 60)}", fields)
        values = await self.fedcheck.ask(form)
        if values is not None:
            self.texts = values
            self._begin()

    def action_bring_close(self) -> None:
        """Stop reading; else go back."""
        if self.reading:
            self.reading = 0
            self._said("Canceled; nothing was written.")
            self.query_one("#bring-file").focus()
        else:
            self.dismiss(None)

    def _forget(self) -> None:
        self.prepared, self.kinds, self.chosen, self.texts = None, (), "", {}
        self.query_one("#bring-plan", Static).update(known_kinds())
        self._said(START)
        self.refresh_bindings()

    def _begin(self) -> None:
        """Read the file in a thread; the app stays alive, and esc stops waiting."""
        links = self.query_one(LinkField).links
        path = self._found(links[0]) if links else None
        if path is None:
            what = f"{one_line(links[0], 80)}: no such file" if links else "Name a file first."
            self._said(what, wrong=True)
            return
        if path != self.path:
            self.chosen, self.texts = "", {}
        self.path = path
        self.runs += 1
        self.reading, self.waited = self.runs, 0
        run, chosen, texts = self.runs, self.chosen, self.texts
        self.query_one("#bring-plan", Static).update("")
        self._said(f"Reading {path.name}")
        self.run_worker(
            lambda: self._read(run, path, chosen, texts), thread=True, exit_on_error=True
        )

    def _found(self, link: str) -> Path | None:
        typed = expand_path(link)
        for base in (self.fedcheck.here, self.fedcheck.session.root):
            if (base / typed).is_file() or (base / typed).is_dir():
                return base / typed
        return None

    def _read(self, run: int, path: Path, chosen: str, texts: Texts) -> None:
        """Find out what a file is, and what it would do. Runs in a thread of its own."""
        session = self.fedcheck.session
        project = session.project
        kinds: Sequence[Importer] = ()
        outcome: Prepared | FedcheckError
        replaced: Sequence[Replaced] = ()
        try:
            kinds = registry.recognize(path)
            if not kinds:
                hint = "use tables (.csv, .xlsx) or a file type listed by fedcheck import"
                raise FedcheckError(f"{path.name}: not a file that fedcheck can import", hint)
            kind = next((one for one in kinds if one.name == chosen), kinds[0])
            outcome = kind.prepare(session, path, kind.parse_form(texts))
            replaced = list_replaced(session, outcome.plan)
        except FedcheckError as error:
            outcome = error
        except (RuleError, ValueError) as error:
            outcome = FedcheckError(str(error), getattr(error, "hint", ""))
        if not get_current_worker().is_cancelled:
            self.post_message(self.Read(run, kinds, outcome, project, replaced))

    def on_import_file_screen_read(self, event: Read) -> None:
        """Show the plan, or why there is none; what nobody waits for any more is dropped."""
        if event.run != self.reading:
            return
        self.reading, self.kinds = 0, event.kinds
        if self.kind is None:
            self.chosen = self.kinds[0].name if self.kinds else ""
        if isinstance(event.outcome, FedcheckError):
            self.prepared = None
            hint = event.outcome.hint
            if "--" in hint:  # what a command line can say is said with a key here
                hint = ""
            self._said(f"{event.outcome}; {hint}" if hint else str(event.outcome), wrong=True)
            if self.kinds:
                self._how_to_go_on()
        else:
            self.prepared, self.made_for = event.outcome, event.of
            self.replaced = event.replaced
            self._said(self._recognised(self.kind))
            text = plan_text(event.outcome.plan, describe(event.replaced))
            self.query_one("#bring-plan", Static).update(text)
            page = self.query_one("#bring-page")
            page.scroll_home(animate=False)
            page.focus()
        self.refresh_bindings()

    def _how_to_go_on(self) -> None:
        """State what can be done about a file that cannot be imported as it is."""
        hints = [
            self.fedcheck.hint("bring.options", "sets its columns and target"),
            self.fedcheck.hint("bring.kind", "changes the file type")
            if len(self.kinds) > 1
            else "",
        ]
        lines = "\n".join(hint for hint in hints if hint)
        self.query_one("#bring-plan", Static).update(Content(lines))
        self.query_one("#bring-page").focus()

    def _recognised(self, kind: Importer | None) -> str:
        words = f"File type: {kind.title}. " if kind else ""
        assert self.prepared is not None, "preview ready"
        if self.prepared.plan.empty:
            return f"{words}{self.prepared.plan.nothing}"
        does = self.fedcheck.hint("bring.do", "runs the import shown below")
        leaves = self.fedcheck.hint("bring.close", "cancels")
        return f"{words}{'; '.join(part for part in (does, leaves) if part)}."

    async def _carry_out(self, prepared: Prepared, replaced: Sequence[Replaced]) -> None:
        """Write what is shown, and ask before it replaces other people's work.

        Where the workspace changed meanwhile, what it would do is shown again first.
        """
        session = self.fedcheck.session
        if session.project is not self.made_for:
            self.fedcheck.tell(
                "The workspace changed in the meantime",
                "review the preview again",
            )
            self._begin()
            return

        app, plan = self.fedcheck, prepared.plan
        answer = await ask_replaced(app, replaced, plan.count_items()) if replaced else REPLACE
        if answer == CANCEL:
            return
        if answer == EMPTY:
            plan = leave_recorded(plan, replaced)
        if plan.empty:
            app.tell("Nothing was changed: every item in the file already has recorded work")
            return

        def job() -> Transaction:
            action = carry_out(session, plan)
            try:
                prepared.after(action)
            except FedcheckError as error:
                words = f"Imported, but the column mapping was not saved: {error}"
                app.call_later(app.tell, words, error.hint, "warning")
            return action

        app.change(job)
        self.dismiss(None)

    def _tick(self) -> None:
        if self.reading and self.path is not None:
            self.waited += 1
            stops = self.fedcheck.hint("bring.close", "stops")
            seconds = self.waited // 2
            if seconds:
                self._said(f"Reading {one_line(self.path.name, 50)}, {seconds} s   {stops}")

    def _said(self, text: str, wrong: bool = False) -> None:
        said = self.query_one("#bring-said", Static)
        said.set_class(wrong, "-wrong")
        said.update(Content(one_line(text, 400)))


def known_kinds() -> Content:
    """Return what can be imported, a line each."""
    parts: list[str | tuple[str, str]] = [("What you can import\n", "bold")]
    for kind in registry.IMPORTERS:
        name = kind.title[:1].upper() + kind.title[1:]
        parts.append(f"  {name:<32}")
        parts.append((" ".join(kind.suffixes) + "\n", "$foreground-muted"))
    return Content.assemble(*parts)
