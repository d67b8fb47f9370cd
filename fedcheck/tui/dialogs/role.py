"""Whose view it is."""

from fedcheck.domain.process import ROLE_TITLES
from fedcheck.tui.app_protocol import ProjectApp
from fedcheck.tui.dialogs.prompts import Choice, ChoicePrompt


async def ask_role(app: ProjectApp) -> None:
    """Ask whose view it is; it is remembered for this workspace."""
    roles = app.session.project.process.roles
    choices = [Choice(r, f"{r}  {ROLE_TITLES.get(r, '')}", str(i)) for i, r in enumerate(roles, 1)]
    role = await app.ask(ChoicePrompt("Look at it as", choices, app.view_role))
    if role:
        app.view_role = role
        app.memory.put(f"role:{app.session.root}", role)
        app.changed()
