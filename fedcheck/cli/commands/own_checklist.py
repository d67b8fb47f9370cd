"""Commands on a workspace's own checklists: new, audience."""

import json
import os
import sys

import click

from fedcheck.cli import completion
from fedcheck.cli.options import choice_of, open_workspace, print_line, workspace_option
from fedcheck.domain.glossary import SHARING_HINTS, Sharing
from fedcheck.domain.text import one_line, pluralize
from fedcheck.errors import ErrorKind, FedcheckError
from fedcheck.storage import atomic_files, checklist_writer, paths, presence
from fedcheck.storage.names import parse_list_id

WHO = "shared, internal or private"


@click.command()
@click.argument("id_", metavar="ID")
@click.option("--phase", required=True, help="Phase it belongs to.")
@click.option("--role", help="Role that owns the items; default: the workspace's role.")
@click.option("--title", help="Title; default: role and phase.")
@click.option(
    "--audience",
    type=choice_of(Sharing),
    help="Audience of the checklist; prompted for on a terminal.",
)
@workspace_option
def new(
    id_: str,
    phase: str,
    role: str | None,
    title: str | None,
    audience: str | None,
    workspace: str | None,
) -> None:
    """Start a checklist of your own in the workspace.

    The file has an example that is commented out: nothing counts until you write an item.

    A shared checklist counts in gates and appears in reports and hand-overs. An internal one stays
    inside your company. A private one stays under private/ on this computer.

    \b
    Example:
      fedcheck checklist new rev5.readiness.csp-acme --phase readiness --audience shared
      fedcheck checklist new acme.sales --phase readiness --audience internal
    """
    session = open_workspace(workspace)
    project = session.project
    name = parse_list_id(id_)
    for home in session.store.homes:
        path = checklist_writer.path_of(home, name)
        if os.path.lexists(path):
            raise FedcheckError(f"{path}: already exists", "choose another id", ErrorKind.USAGE)
    if id_ in session.catalog.effective_lists():
        hint = f"give yours a suffix, such as {id_}-acme; to pin the shipped lists: freeze"
        raise FedcheckError(f'the checklist "{id_}" already exists', hint, ErrorKind.USAGE)
    known = project.process.phase(phase)
    if known is None:
        phases = ", ".join(p.id for p in project.process.phases)
        raise FedcheckError(f'unknown phase "{phase[:60]}"', f"known: {phases}", ErrorKind.USAGE)
    owner = role or project.config.role
    if owner not in project.process.all_roles:
        roles = ", ".join(project.process.all_roles)
        raise FedcheckError(f'unknown role "{owner[:60]}"', f"known: {roles}", ErrorKind.USAGE)
    sharing = Sharing(audience) if audience else _ask_sharing(id_)
    text = SKELETON.format(
        id=json.dumps(id_),
        process=json.dumps(project.process.id),
        phase=json.dumps(phase),
        role=json.dumps(owner),
        title=json.dumps(
            title or f"{known.title}: {owner.upper()}, our additions", ensure_ascii=False
        ),
        audience='\naudience = "internal"' if sharing is Sharing.INTERNAL else "",
        counts=COUNTS
        if sharing is Sharing.SHARED
        else f"This checklist is {sharing}: it counts toward no gate.",
    )
    presence.check_present(session.root)
    home = paths.private_home(session.root) if sharing is Sharing.PRIVATE else session.root
    path = checklist_writer.path_of(home, name)
    atomic_files.replace_file(path, text.encode(), under=session.root)
    print_line(f"written  {path}")
    print_line(f"{sharing.capitalize()}: {SHARING_HINTS[sharing]}.")
    print_line("It has no items yet. Open it in an editor; the example shows how to add one.")


def _ask_sharing(name: str) -> Sharing:
    """Ask who sees a new checklist. Raises FedcheckError (usage) without a terminal."""
    if not (sys.stdin.isatty() and sys.stderr.isatty()):
        meanings = "; ".join(f"{one} ({what})" for one, what in SHARING_HINTS.items())
        raise FedcheckError(
            f"{name}: choose who sees it: {WHO}", f"add --audience: {meanings}", ErrorKind.USAGE
        )
    click.echo(f"Who sees {one_line(name, 60)}?", err=True)
    for one, what in SHARING_HINTS.items():
        click.echo(f"  {one}: {what}", err=True)
    return Sharing(click.prompt("Audience", type=choice_of(Sharing), err=True))


COUNTS = 'Required items count toward gates; level = "may" is for optional ones.'

SKELETON = '''format = 1
id = {id}
process = {process}
phase = {phase}
role = {role}
title = {title}{audience}

# An example: remove the #, and state what is true when it is done. Nothing counts until then.
# {counts} More: fedcheck docs files
#
# [[section]]
# id = "additions"
# title = "Additions"
#
#   [[section.item]]
#   id = "incident-drill"
#   title = "The incident response plan was tested this year"
#   guidance = """
# Run a tabletop exercise, and write down what went wrong.
# """
#   expects = ["Minutes of the exercise"]
'''


@click.command()
@click.argument("id_", metavar="ID", shell_complete=completion.suggestions(lambda p: p.checklists))
@click.argument("wanted", metavar="shared|internal", type=choice_of(Sharing))
@workspace_option
def audience(id_: str, wanted: str, workspace: str | None) -> None:
    """Make a checklist of the workspace shared or internal.

    Internal: your company works with it, but no gate, report or hand-over includes it. Records stay
    as they are, and fedcheck undo reverses the change. A checklist can be made private only when it
    is created.

    \b
    Example:
      fedcheck checklist audience acme.tracker internal
    """
    session = open_workspace(workspace)
    name = parse_list_id(id_)
    loaded = session.catalog.effective_lists().get(id_)
    if loaded is None:
        raise FedcheckError(f"{id_}: no such checklist", "see: fedcheck checklist list")
    if Sharing.PRIVATE in (wanted, loaded.sharing) and wanted != loaded.sharing:
        raise FedcheckError(
            f"{id_}: a checklist cannot move to or from private/, because its history is kept "
            "there",
            "make a new checklist with --audience, and import or copy the items",
            ErrorKind.REFUSED,
        )
    if loaded.layer not in ("workspace", "private"):
        hint = "copy the lists into the workspace first: fedcheck checklist freeze"
        raise FedcheckError(f"{id_}: is not in this workspace", hint, ErrorKind.REFUSED)
    if wanted == loaded.sharing:
        print_line(f"{id_} is already {wanted}.")
        return
    before = loaded.path.read_bytes()
    data = _with_audience(before, wanted)
    if loaded.checklist is None or data is None:
        line = 'add or remove the line: audience = "internal"'
        raise FedcheckError(f"{loaded.path}: cannot be changed", f"edit it: {line}")
    count = sum(row.checklist == id_ and not row.optional for row in session.board().rows.values())
    change = checklist_writer.Rewritten(name, data, loaded.sha256)
    session.apply_changes((), f"{id_} {wanted}", texts=[change])
    items = pluralize(count, "required item")
    counts = "count toward gates and appear in reports"
    print_line(f"{id_} is {wanted} now: {SHARING_HINTS[Sharing(wanted)]}.")
    print_line(f"{items} now {counts}." if wanted == "shared" else f"{items} no longer {counts}.")
    print_line("fedcheck undo reverses it.")


def _with_audience(raw: bytes, wanted: str) -> bytes | None:
    """Return a checklist file with another audience; None where that cannot be done safely.

    Only the line of the key changes: a person's comments and layout stay.
    """
    import tomli

    from fedcheck.storage.toml_lines import Lines

    try:
        text = raw.decode()
        expected = tomli.loads(text)
    except ValueError:
        return None
    known = Lines(text).known
    lines = text.split("\n")
    end = "\r" if lines[0].endswith("\r") else ""
    if place := known.get(("audience",)):
        del lines[place - 1]
    expected.pop("audience", None)
    if wanted == Sharing.INTERNAL:
        expected["audience"] = wanted
        lines.insert(known[("role",)], f'audience = "internal"{end}')
    changed = "\n".join(lines)
    try:
        return changed.encode() if tomli.loads(changed) == expected else None
    except ValueError:
        return None
