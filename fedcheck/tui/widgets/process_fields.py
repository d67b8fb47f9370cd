"""The part of the form for a new workspace that depends on its process."""

from collections.abc import Sequence

from textual.app import ComposeResult
from textual.containers import Horizontal, Vertical
from textual.content import Content
from textual.widget import Widget
from textual.widgets import Input, Select, Static

from fedcheck.domain.process import Milestone, Process, ProfileOption
from fedcheck.domain.text import clean, one_line


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
    def day(self) -> str:
        """Return what is typed for the date of the milestone."""
        return self.query_one("#milestone", Input).value if self.milestone else ""

    def compose(self) -> ComposeResult:
        """Lay out the fields with the defaults of the process."""
        process = self.process
        text = one_line(process.followed_by or process.summary)
        yield Static(Content.styled(text, "$foreground-muted"), classes="form-text")
        roles = [(f"{role}  {process.role_title(role)}", role) for role in process.roles]
        yield from labeled("You are", choice(roles, process.roles[0], id="role"))
        for name, option in (process.profile or {}).items():
            select = choice(_values(option), option.default or option.values[0])
            select.add_class("profile-option")
            yield from labeled(option.title or name.capitalize(), select)
        if self.milestone:
            field = Input(placeholder="2027-02-01 or +12w, if it is known", id="milestone")
            yield from labeled(self.milestone.id.capitalize(), field)

    async def show(self, process: Process) -> None:
        """Show the fields of another process."""
        if process.id != self.process.id:
            self.process = process
            await self.recompose()


def _values(option: ProfileOption) -> list[tuple[str, str]]:
    titles = option.titles or {}
    return [(titles.get(value, value), value) for value in option.values]


def labeled(label: str, field: Widget) -> ComposeResult:
    """Lay out a field behind its name."""
    with Horizontal(classes="form-line"):
        yield Static(Content(one_line(label, 11)), classes="form-label")
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
