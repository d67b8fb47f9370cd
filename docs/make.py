"""Make the pages of docs/ that are generated from the code: commands, keys, fields, examples/.

Run it with `make docs`; a test fails while a page is not current.
"""

import tempfile
import textwrap
import tomllib
from collections.abc import Mapping
from datetime import UTC, date, datetime, time
from pathlib import Path

import click

from fedcheck.cli.main import cli
from fedcheck.demo import example
from fedcheck.domain.checklist import Checklist
from fedcheck.domain.evidence import Evidence
from fedcheck.domain.field import Kind
from fedcheck.domain.field_values import choices
from fedcheck.domain.fields import FIELDS
from fedcheck.domain.finding import Finding
from fedcheck.domain.record import Record
from fedcheck.domain.request import Request
from fedcheck.keys.action import PLACES
from fedcheck.keys.actions import list_actions
from fedcheck.keys.key_names import key_text
from fedcheck.reports import render
from fedcheck.reports.past_state import load_past_state
from fedcheck.reports.template_files import find_comparison_date
from fedcheck.session import open_session
from fedcheck.storage import paths
from fedcheck.storage.checklist_files import load_catalog

FOLDER = Path(__file__).parent
MADE = "<!-- Made by docs/make.py from the code: change it there. -->\n"


def keys_page() -> str:
    """Return the page of the keys."""
    lines = [MADE, "# Keys", "", "The keys of each screen. Dialogs show their own keys.", ""]
    for place, title in PLACES.items():
        lines += [f"## {title}", "", "| key | does | id |", "| --- | --- | --- |"]
        for action in list_actions(place):
            keys = " ".join(f"`{key_text(key)}`" for key in action.keys)
            if action.vim:
                keys += ", vim " + " ".join(f"`{key_text(key)}`" for key in action.vim)
            lines.append(f"| {keys} | {action.help} | `{action.id}` |")
        lines.append("")
    lines += [
        "`ctrl+p` opens the palette, which finds every action by its name.",
        "",
        'Keys after *vim* are those that `preset = "vim"` adds. Set yours under `[keys]` in',
        "[config.toml](files.md#your-configuration). `fedcheck config keys` prints those in force.",
        "The movement keys work in every list, tree and page.",
        "",
    ]
    return "\n".join(lines)


def commands_page() -> str:
    """Return the page of the commands: the help of each."""
    parts = [MADE + "\n# Commands\n\nEvery command takes `--help`."]
    for path, command in _commands(cli, ("fedcheck",)):
        context = click.Context(
            command,
            info_name=" ".join(path),
            max_content_width=90,
            help_option_names=["-h", "--help"],
        )
        context.terminal_width = 90
        parts.append(f"## {' '.join(path)}\n\n```\n{command.get_help(context).rstrip()}\n```")
    return "\n\n".join(parts) + "\n"


TITLES = {
    Record: 'Item (`[item."ID"]` in `progress/`)',
    Evidence: "Evidence item (`evidence` of an item, a request or a finding)",
    Request: "Request (`[[request]]` in `requests.toml`)",
    Finding: "Finding (`[[finding]]` in `findings.toml`)",
}
HOLDS = {
    Kind.ID: "id",
    Kind.LINE: "text in one line",
    Kind.TEXT: "text",
    Kind.PERSON: "person or role",
    Kind.DAY: "date",
    Kind.DUE: "date, or `ANCHOR - 30d`",
    Kind.LINES: "list of texts",
    Kind.REFS: "list of references",
    Kind.LINK: "URL, path or ticket",
    Kind.HASH: "hash",
    Kind.EVIDENCE: "evidence items",
}


def fields_page() -> str:
    """Return the page of the fields: the table of each class."""
    lines = [
        MADE,
        "# Fields",
        "",
        "Every field of the files that fedcheck writes, with its key. A key with its default value",
        "is left out. Screens, the history and messages show the label.",
        "",
    ]
    for cls, title in TITLES.items():
        lines += [
            f"## {title}",
            "",
            "| key | label | value | description |",
            "| --- | --- | --- | --- |",
        ]
        for row in FIELDS[cls]:
            known = ", ".join(f"`{value}`" for value in choices(cls, row.name) if value)
            lines.append(f"| `{row.key}` | {row.label} | {known or HOLDS[row.kind]} | {row.doc} |")
        lines.append("")
    return "\n".join(lines)


def _commands(
    command: click.Command, path: tuple[str, ...]
) -> list[tuple[tuple[str, ...], click.Command]]:
    found = [(path, command)]
    if isinstance(command, click.Group):
        context = click.Context(command)
        for name in command.list_commands(context):
            inner = command.get_command(context, name)
            if inner is not None:
                found += _commands(inner, (*path, name))
    return found


EXAMPLE_DAY = date(2027, 1, 11)
"""The date of the example workspace and of its reports."""


BRIEFINGS = {"kick-off-briefing": "kick-off", "sar-debrief": "sar-debrief"}
"""The reports that only an agency authorization has, with the milestone of each."""


def examples() -> dict[str, str]:
    """Return the example of each report that comes with fedcheck, by the name of its file."""
    with tempfile.TemporaryDirectory() as place:
        folders = (Path(place) / name for name in ("config", "state", "cache"))
        nobody = paths.UserFolders(*folders)
        return {**_examples(Path(place), nobody, ""), **_examples(Path(place), nobody, "agency")}


def _examples(place: Path, nobody: paths.UserFolders, process: str) -> dict[str, str]:
    """Return the reports of the example workspace of a process; for `agency` its briefings."""
    found = {}
    root = place / (process or "example")
    example.make_example(root, EXAMPLE_DAY, process)
    noon = datetime.combine(EXAMPLE_DAY, time(15), UTC)
    session = open_session(root, nobody, (), "alice", lambda: noon)
    board = session.board(EXAMPLE_DAY)
    for one in render.list_templates(root, nobody):
        if (one.name in BRIEFINGS) is not (process == "agency"):
            continue
        since = find_comparison_date(root, nobody, one.name, EXAMPLE_DAY)
        for form in render.FORMATS:
            found[f"{one.name}.{form}"] = render.render_report(
                board,
                root=root,
                folders=nobody,
                template=one.name,
                milestone=BRIEFINGS.get(one.name, "kick-off"),
                form=form,
                earlier=load_past_state(session, since, root) if since else None,
            )
    return found


DUTIES = """
Each row is a duty that FedRAMP's documents name, with its source and the items that cover it.
The codes of the sources: AP Agency Authorization Playbook, WBS work breakdown structure, RR
roles and responsibilities, IPD In Process Designation (2017), IPR In Process Request template,
MKT Marketplace page, KO kick-off and SAR debrief guidance, PC package checklist, CP CSP
Authorization Playbook, PM Performance Management Guide, CMS Continuous Monitoring Strategy
Guide, CC Collaborative ConMon Quick Guide, AA Annual Assessment Guidance, IC Incident
Communications Procedures, SC Significant Change Policies, DR Deviation Request Form, PO POA&M
Completion Guide, AL ATO letter template, FAQ FAQs page, ST SSP template, AT SAP template, RG
Reusing Authorizations Quick Guide, AN post on annual assessments."""


def duties_page() -> str:
    """Return the table of the duties of the agency path, with the items that cover them."""
    rows = tomllib.loads((FOLDER / "agency-duties.toml").read_text(encoding="utf-8"))["row"]
    catalog = load_catalog(paths.find_shipped_checklists(), (), None)
    lists = catalog.checklists_for(catalog.processes["agency"])
    lines = [
        MADE,
        "# Duties of the Rev 5 agency path",
        "",
        *textwrap.wrap(DUTIES.strip(), 120),
        "",
        "| # | role | items | source |",
        "| --- | --- | --- | --- |",
    ]
    for row in rows:
        items = [f"{_title_of(lists, ref)} (`{ref}`)" for ref in row["items"]]
        source = row["source"].replace("|", "\\|")
        lines.append(f"| {row['number']} | {row['role']} | {'<br>'.join(items)} | {source} |")
    return "\n".join(lines) + "\n"


def _title_of(lists: Mapping[str, Checklist], ref: str) -> str:
    name, item = ref.split(":")
    return lists[name].items[item][1].title.replace("|", "\\|")


PAGES = {
    "keys.md": keys_page,
    "commands.md": commands_page,
    "fields.md": fields_page,
    "agency-duties.md": duties_page,
}


def main() -> None:
    """Write the pages."""
    for name, page in PAGES.items():
        (FOLDER / name).write_text(page(), encoding="utf-8")
        print(f"made  docs/{name}")
    folder = FOLDER / "examples"
    folder.mkdir(exist_ok=True)
    made = examples()
    for path in folder.iterdir():
        if path.name not in made:
            path.unlink()
    for name, text in made.items():
        (folder / name).write_text(text, encoding="utf-8")
    print(f"made  docs/examples, {len(made)} reports")


if __name__ == "__main__":
    main()
