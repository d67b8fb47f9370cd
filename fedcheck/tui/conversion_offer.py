"""Offer to continue an effort in a historical process on another one."""

from textual.content import Content

from fedcheck.domain.succession import format_conversion, list_successors
from fedcheck.domain.text import one_line
from fedcheck.tui.app_protocol import ProjectApp
from fedcheck.tui.widgets.doors import Door


def list_conversion_doors(app: ProjectApp) -> list[Door]:
    """Return a calm line that leads to how to convert; none for a current process."""
    process = app.session.project.process
    successors = list_successors(process, app.session.catalog.list_choices())
    if not successors:
        return []
    text = f"{one_line(process.title, 30)} is historical. Continue: {format_conversion(successors)}"
    return [Door(Content.styled(text, "$foreground-muted"), "convert:")]


def describe_conversion(app: ProjectApp) -> str:
    """Return a text that states what a conversion does, with the commands for it."""
    project = app.session.project
    successors = list_successors(project.process, app.session.catalog.list_choices())
    commands = "\n".join(f"  fedcheck convert --to {one} DIR --dry-run" for one in successors)
    parts = (
        one_line(project.process.followed_by),
        "In a terminal, in the folder of this workspace, list what would carry over to another "
        f"process:\n\n{commands}",
        "Without --dry-run, the command makes a new workspace in DIR. Records of checklists that "
        "both processes have carry over. Other records arrive as proposals where the new process "
        "has an item for the same thing. This workspace stays as it is.",
        "Where the process needs profile options, add them as for fedcheck init. For cr26, these "
        "are --type, --path and --class.",
    )
    return "\n\n".join(parts)
