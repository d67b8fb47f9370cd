"""Whose view it is."""

from fedcheck.tui.app_protocol import ProjectApp
from fedcheck.tui.dialogs.prompts import Choice, ChoicePrompt


async def ask_role(app: ProjectApp) -> None:
    """Ask whose view it is; it is remembered for this workspace."""
    process = app.session.project.process
    choices = [
        Choice(r, f"{r}  {process.role_title(r)}", str(i)) for i, r in enumerate(process.roles, 1)
    ]
    role = await app.ask(ChoicePrompt("View as", choices, app.view_role))
    if role:
        app.view_role = role
        app.memory.put(f"role:{app.session.root}", role)
        app.changed()
