"""The part of the form for a new workspace that depends on its process."""

from collections.abc import Mapping, Sequence

from textual import on
from textual.app import ComposeResult
from textual.containers import Horizontal, Vertical
from textual.content import Content
from textual.widget import Widget
from textual.widgets import Input, Select, Static

from fedcheck.domain.glossary import Standing
from fedcheck.domain.process import Milestone, Process
from fedcheck.domain.profile import (
    default_profile,
    describe_profile,
    fit_profile,
    list_values,
    parse_profile,
)
from fedcheck.domain.text import clean, one_line
from fedcheck.errors import FedcheckError

LABEL = 11
"""How many cells the name of a field has."""

SHOWS_ALL = "Shows the rules of every type, path and class"


class ProcessFields(Vertical):
    """What the process is, the role, the options of the profile, and the date it asks for."""

    DEFAULT_CSS = """
    ProcessFields {
        height: auto;
    }
    """

    def __init__(self, process: Process, *, id: str | None = None) -> None:  # noqa: A002
        super().__init__(id=id)
        self.process = process
        self._role_before = process.roles[0]

    @property
    def milestone(self) -> Milestone | None:
        """Return the milestone whose date is asked for, if there is one."""
        return next((one for one in self.process.milestones if one.ask), None)

    @property
    def role(self) -> str:
        """Return the role that is chosen."""
        return str(self.query_one("#role", Select).value)

    @property
    def profile(self) -> dict[str, str]:
        """Return the value that is chosen for each option of the profile."""
        names = list(self.process.profile or {})
        chosen = self.query(".profile-option").results(Select)
        return {name: str(select.value) for name, select in zip(names, chosen, strict=True)}

    @property
    def begins(self) -> str:
        """Return the phase to begin in; empty for the first one."""
        chosen = str(self.query_one("#begins", Select).value)
        return "" if chosen == self.process.phases[0].id else chosen

    @property
    def day(self) -> str:
        """Return what is typed for the date of the milestone."""
        return self.query_one("#milestone", Input).value if self.milestone else ""

    def compose(self) -> ComposeResult:
        """Lay out the fields with the defaults of the process."""
        process = self.process
        first, _, _ = one_line(process.summary).partition(". ")
        text = one_line(process.followed_by) or f"{first.rstrip('.')}."
        if process.status is Standing.HISTORICAL:
            text = f"This path is closed. {text}"
        yield Static(Content.styled(text, "$foreground-muted"), classes="form-text")
        roles = [(f"{role}  {process.role_title(role)}", role) for role in process.roles]
        role = process.roles[0]
        yield from labeled("Your role", choice(roles, role, id="role"))
        for name, value in default_profile(process, role).items():
            select = choice(self._values(name, role), value, id=f"profile-{name}")
            select.add_class("profile-option")
            yield from labeled(self._label(name), select)
        if process.combinations:
            yield Static(id="profile-said", classes="form-text")
        phases = [(one_line(phase.title), phase.id) for phase in process.phases]
        yield from labeled("Start in", choice(phases, process.phases[0].id, id="begins"))
        if self.milestone:
            field = Input(placeholder="2027-02-01 or +12w, if known", id="milestone")
            yield from labeled(self.milestone.id.capitalize(), field)

    def on_mount(self) -> None:
        """State what the defaults stand for."""
        self._judge()

    async def show(self, process: Process) -> None:
        """Show the fields of another process."""
        if process.id != self.process.id:
            self.process, self._role_before = process, process.roles[0]
            await self.recompose()
            self._judge()

    @on(Select.Changed, "#role")
    def _took_role(self, event: Select.Changed) -> None:
        """Offer what the role can choose, with its default where that differs by role.

        A profile that a person chose stays where it exists for the new role too; but what a
        provider goes for restricts no other role unless that is chosen.
        """
        role, before = str(event.value), self._role_before
        self._role_before = role
        profile = default_profile(self.process, role)
        if role == before or profile == default_profile(self.process, before):
            return
        if before != self.process.provider and not self._find_fault(self.profile):
            profile = self.profile
        for name, value in profile.items():
            select = self.query_one(f"#profile-{name}", Select)
            select.set_options(
                (Content(clean(title)), one) for title, one in self._values(name, role)
            )
            select.value = value

    @on(Select.Changed, ".profile-option")
    def _took_value(self, event: Select.Changed) -> None:
        """Judge what a provider goes for; whoever else names one option need not name the rest."""
        name = (event.select.id or "").removeprefix("profile-")
        if self.role != self.process.provider:
            for other, value in fit_profile(self.process, self.profile, name).items():
                self.query_one(f"#profile-{other}", Select).value = value
        self._judge()

    def _judge(self) -> None:
        """State what the profile means, or that it does not exist and what there is instead."""
        if not self.process.combinations:
            return
        fault = self._find_fault(self.profile)
        said = self.query_one("#profile-said", Static)
        said.set_class(bool(fault), "-wrong")
        going = describe_profile(self.process, self.profile)
        said.update(Content(fault or (f"Profile: {going}" if going else SHOWS_ALL)))
        if fault:
            self.call_after_refresh(said.scroll_visible)

    def _find_fault(self, profile: Mapping[str, str]) -> str:
        """Return why a profile cannot be chosen; nothing where it can."""
        try:
            parse_profile(self.process, profile, self.role)
        except FedcheckError as error:
            return clean(f"{error}; {error.hint}")
        return ""

    def _values(self, name: str, role: str) -> list[tuple[str, str]]:
        titles = (self.process.profile or {})[name].titles or {}
        return [(titles.get(one, one), one) for one in list_values(self.process, name, role)]

    def _label(self, name: str) -> str:
        """Return the title of an option; its name where that has no room."""
        title = (self.process.profile or {})[name].title
        return title if title and len(title) <= LABEL else name.capitalize()


def labeled(label: str, field: Widget) -> ComposeResult:
    """Lay out a field behind its name."""
    with Horizontal(classes="form-line"):
        yield Static(Content(one_line(label, LABEL)), classes="form-label")
        yield field


def choice(
    options: Sequence[tuple[str, str]],
    value: str,
    *,
    id: str | None = None,  # noqa: A002
) -> "Select[str]":
    """Return a field that offers values by their titles."""
    shown = [(Content(clean(title)), one) for title, one in options]
    return Select(shown, value=value, allow_blank=False, compact=True, id=id)
