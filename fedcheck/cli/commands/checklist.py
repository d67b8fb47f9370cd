"""Commands on checklists: list, validate, schema, freeze."""

import os
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click
from msgspec.structs import replace

from fedcheck.cli import output
from fedcheck.cli.commands import own_checklist
from fedcheck.cli.options import (
    Settings,
    json_option,
    open_workspace,
    print_json,
    print_line,
    print_lines,
    workspace_option,
)
from fedcheck.domain.text import one_line, pluralize
from fedcheck.errors import ErrorKind, FedcheckError, Problem
from fedcheck.storage import (
    atomic_files,
    checklist_files,
    checklist_writer,
    config,
    guidance_join,
    paths,
    presence,
)
from fedcheck.storage.names import TEXT_NAMES, parse_list_id
from fedcheck.storage.official_texts import check_text_file, list_text_problems

if TYPE_CHECKING:
    from fedcheck.linting.finding import Finding
    from fedcheck.storage.checklist_files import Catalog
    from fedcheck.storage.loaded_files import LoadedList, LoadedProcess


TEXT_FOLDERS = ("guidance", "controls")
"""Folders of a process with the words that are built into its lists; --strict takes these."""

TEXT_FILES = tuple(f"{name}.toml" for name in TEXT_NAMES)
"""The files of a workspace with official text, which `validate` takes too."""


@click.group()
def checklist() -> None:
    """List, check, write and pin checklists.

    \b
    Example:
      fedcheck checklist validate checklists/acme.toml
    """


def _catalog(workspace: str | None) -> "tuple[Catalog, Path | None]":
    """Return the catalog as seen from the workspace, or the shipped and user lists without one."""
    settings = click.get_current_context().find_object(Settings)
    named = workspace or (settings.workspace if settings else None)
    root: Path | None = None
    try:
        root = paths.find_workspace(named, os.environ, paths.find_working_folder())
    except FedcheckError as error:
        if named or os.environ.get("FEDCHECK_WORKSPACE") or error.kind is not ErrorKind.USAGE:
            raise
    shipped = paths.find_shipped_checklists()
    return checklist_files.load_catalog(shipped, config.user_checklists(), root), root


@checklist.command("list")
@workspace_option
@json_option
def list_(workspace: str | None, as_json: bool) -> None:
    """List the checklists, where each comes from, and which one counts.

    \b
    Example:
      fedcheck checklist list
    """
    catalog, _ = _catalog(workspace)
    winning = catalog.effective_lists()
    rows: list[dict[str, Any]] = []
    for loaded in catalog.lists:
        found = loaded.checklist
        rows.append(
            {
                "id": loaded.id,
                "layer": loaded.layer,
                "process": list(found.process) if found else [],
                "phase": found.phase if found else "",
                "role": found.role if found else "",
                "audience": loaded.sharing,
                "items": len(found.items) if found else 0,
                "counts": winning[loaded.id] is loaded,
                "problems": len(loaded.problems()),
                "path": str(loaded.path),
            }
        )
    if as_json:
        print_json(rows)
        return
    cells = [["id", "from", "process", "audience", "items", ""]]
    for row in rows:
        remark = "" if row["counts"] else "hidden by another checklist with this id"
        remark = f"{pluralize(row['problems'], 'problem')}" if row["problems"] else remark
        served = " ".join(row["process"])
        cells.append([row["id"], row["layer"], served, row["audience"], str(row["items"]), remark])
    print_lines(output.format_table(cells, right=(4,)))


@checklist.command()
@click.argument("files_", nargs=-1, metavar="[FILE]...", type=click.Path(path_type=Path))
@click.option("--strict", is_flag=True, help="Check titles, sentences, words and facts as well.")
@click.option(
    "--rule", "rules", multiple=True, metavar="NAME", help="With --strict: only this rule."
)
@click.option(
    "--official",
    type=click.Path(path_type=Path, exists=True, file_okay=False),
    metavar="DIR",
    help="With --strict: folder of official texts to check for copied wording.",
)
@click.option("--counts", is_flag=True, help="With --strict: counts by list and rule.")
@workspace_option
@json_option
@click.pass_context
def validate(
    ctx: click.Context,
    files_: tuple[Path, ...],
    strict: bool,
    rules: tuple[str, ...],
    official: Path | None,
    counts: bool,
    workspace: str | None,
    as_json: bool,
) -> None:
    """Check checklists, and report every problem with its line and what to do.

    Without a FILE: all shipped lists, the user's and the workspace's, and the workspace's
    glossary.toml and controls.toml. Exit status 1 if there are problems.

    \b
    Example:
      fedcheck checklist validate checklists/acme.toml
      fedcheck checklist validate --strict checklists/acme.toml
    """
    from fedcheck.storage.validation import check_across, check_processes

    if not strict and (rules or official or counts):
        raise FedcheckError("--rule, --official and --counts need --strict", "", ErrorKind.USAGE)

    catalog, root = _catalog(workspace)
    texts: list[Problem] = []
    text_files: list[Path] | None
    if files_:
        for path in files_:
            if not os.path.lexists(path):
                raise FedcheckError(f"{path}: no such file", "check the name")
        given: list[LoadedList] = []
        processes: list[LoadedProcess] = []
        text_files = [path for path in files_ if path.name in TEXT_FILES]
        texts = [problem for path in text_files for problem in check_text_file(path)]
        text_files += [path for path in files_ if strict and path.parent.name in TEXT_FOLDERS]
        files_ = tuple(path for path in files_ if path not in text_files)
        for path in files_:
            if path.name == checklist_files.PROCESS_FILE:
                processes.append(checklist_files.load_process(path))
        known = {**catalog.processes, **{p.id: p.process for p in processes if p.process}}
        for path in files_:
            if path.name != checklist_files.PROCESS_FILE:
                given.append(checklist_files.load_list(path, "file", known))
        named = {loaded.path.resolve() for loaded in given}
        others = [one for one in catalog.lists if one.path.resolve() not in named]
        catalog = checklist_files.Catalog([*given, *others], known, processes)
    else:
        given, processes = list(catalog.lists), list(catalog.process_files)
        texts = list_text_problems(root) if root else []
        text_files = None
    guidance_join.join_shipped_guidance(given, catalog.lists)
    check_processes(catalog)
    check_across(catalog, given)
    problems = catalog.process_problems + texts
    problems += [problem for loaded in given for problem in loaded.problems()]
    findings: list[Finding] = []
    if strict:
        from fedcheck.cli import lint_output

        findings = lint_output.find(catalog, given, processes, text_files, official, rules)
        if counts:
            lint_output.print_counts(findings, as_json)
            ctx.exit(1 if problems or findings else 0)
    _print_problems(problems, findings, len(given), as_json)
    ctx.exit(1 if problems or findings else 0)


def _print_problems(
    problems: list[Problem], findings: "list[Finding]", count: int, as_json: bool
) -> None:
    if as_json:
        rows = [(p, "", "format", "") for p in problems]
        rows += [(f.as_problem(), f.item, f.rule, f.text) for f in findings]
        print_json(
            [
                {
                    "file": str(problem.file),
                    "line": problem.line,
                    "item": item,
                    "rule": rule,
                    "text": text,
                    "message": problem.message,
                    "hint": problem.hint,
                }
                for problem, item, rule, text in rows
            ]
        )
        return
    problems = problems + [one.as_problem() for one in findings]
    for problem in problems:
        print_line(one_line(str(problem)))
    lists = pluralize(count, "checklist")
    print_line(
        f"{lists} checked; {pluralize(len(problems), 'problem')} found."
        if problems
        else f"{lists} checked; no problem found."
    )


@checklist.command()
@click.option("--process", is_flag=True, help="The format of process.toml instead.")
def schema(process: bool) -> None:
    """Print the JSON Schema of the checklist format, for completion in editors.

    \b
    Example:
      fedcheck checklist schema > checklist.schema.json
    """
    from fedcheck.domain.checklist import Checklist
    from fedcheck.domain.process import Process
    from fedcheck.storage.validation import schema as make

    print_json(
        make(Process, "fedcheck process") if process else make(Checklist, "fedcheck checklist")
    )


checklist.add_command(own_checklist.new)
checklist.add_command(own_checklist.audience)


@checklist.command()
@workspace_option
def freeze(workspace: str | None) -> None:
    """Copy the checklists of the process into the workspace, which pins them.

    A checklist of the workspace that includes our guidance (guidance = "cr26") gets today's
    wording; other checklists of the workspace stay as they are. If the process is your own, its
    file is copied too, so that others can open the workspace.

    \b
    Example:
      fedcheck checklist freeze
    """
    session = open_workspace(workspace)
    copied, joined = 0, []
    for name, loaded in session.catalog.effective_lists().items():
        if loaded.checklist is None or name not in session.project.checklists:
            continue
        if loaded.checklist.guidance and loaded.layer != "private":
            joined.append(replace(loaded.checklist, guidance=""))
            continue
        if loaded.layer == "workspace":
            continue
        presence.check_present(session.root)
        place = checklist_writer.path_of(session.root, parse_list_id(name))
        atomic_files.replace_file(place, loaded.path.read_bytes(), under=session.root)
        print_line(f"frozen  {name}")
        copied += 1
    if joined:
        session.apply_changes((), "froze lists with their guidance", checklists=joined)
        for one in joined:
            print_line(f"frozen  {one.id}  with today's guidance")
    file = session.catalog.process_file(session.project.process.id)
    if file and file.layer == "user":
        folder = session.root / "checklists" / parse_list_id(file.id)
        place = folder / checklist_files.PROCESS_FILE
        atomic_files.replace_file(place, file.path.read_bytes(), under=session.root)
        print_line(f"frozen  {file.id}/{checklist_files.PROCESS_FILE}")
    print_line(
        f"{pluralize(copied + len(joined), 'checklist')} copied to {session.root / 'checklists'}"
    )
