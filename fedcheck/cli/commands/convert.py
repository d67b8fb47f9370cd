"""Start a workspace of another process from one that is there."""

import os
import shlex
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from fedcheck.cli.new_workspace import (
    begins_option,
    check_role,
    collect_profile,
    find_process,
    profile_options,
)
from fedcheck.cli.options import (
    json_option,
    open_workspace,
    print_error,
    print_json,
    print_line,
    workspace_option,
)
from fedcheck.domain.glossary import Standing
from fedcheck.domain.profile import parse_profile
from fedcheck.domain.succession import list_open_processes
from fedcheck.domain.text import one_line, pluralize
from fedcheck.errors import ErrorKind, FedcheckError

if TYPE_CHECKING:
    from fedcheck.domain.process import Process
    from fedcheck.session import Session
    from fedcheck.sharing.conversion import Conversion

MANY = 40
"""How many lines of one kind are listed."""

GUIDANCE = "cr26.prepare.csp-conversion"
"""The checklist that has FedRAMP's own steps for a conversion."""


@click.command()
@click.argument("folder", metavar="DIR", type=click.Path(path_type=Path))
@workspace_option
@click.option("--to", "process_id", required=True, metavar="PROCESS", help="agency or cr26.")
@click.option("--role", help="Your role in the new workspace; the same by default.")
@profile_options
@begins_option
@click.option("--no-evidence", is_flag=True, help="Leave evidence files out; links stay.")
@click.option("--dry-run", is_flag=True, help="List what would carry over; write nothing.")
@json_option
def convert(
    folder: Path,
    workspace: str | None,
    process_id: str,
    role: str | None,
    begins: str,
    no_evidence: bool,
    dry_run: bool,
    as_json: bool,
    **given: Any,
) -> int:
    """Start a workspace of another process in DIR from this one.

    Records of checklists that both processes have carry over, with their evidence. Requests,
    findings and people carry over as well. For other items, records arrive as proposals where the
    new process has an item for the same thing: see fedcheck handover. Everything else is listed
    and stays behind. The old workspace is not changed.

    The impact level stays the same if the new process has it. For cr26, add --type, --path and
    --class as for fedcheck init.

    \b
    Example:
      fedcheck convert --to agency ../vault-agency --dry-run
      fedcheck convert --to agency ../vault-agency
      fedcheck convert --to cr26 ../vault-20x --type 20x --class b
    """
    from fedcheck.domain.process_names import resolve_phase
    from fedcheck.sharing import conversion, conversion_writer
    from fedcheck.storage.paths import expand_path

    session = open_workspace(workspace, settles=False)
    _refuse_unsettled(session)
    root = Path(os.path.abspath(expand_path(folder)))  # noqa: PTH100 - links stay
    process = find_process(session.catalog, process_id)
    config = session.project.config
    if process.id == config.process:
        text = f"this workspace already follows {process.id}"
        raise FedcheckError(text, "choose another process with --to", ErrorKind.USAGE)
    if process.status is Standing.HISTORICAL:
        text = f"{process.id} is historical: no effort can be converted to it"
        open_ones = list_open_processes(session.catalog.list_choices(), config.process)
        raise FedcheckError(text, "choose " + " or ".join(open_ones), ErrorKind.USAGE)
    role = role or config.role
    check_role(process, role)
    target = conversion.Target(
        process,
        role,
        parse_profile(process, _start_profile(session, process) | collect_profile(given), role),
        resolve_phase(process, begins),
        with_evidence=not no_evidence,
    )
    conversion_writer.check_folder(root, session.root)
    plan = conversion.plan_conversion(session, target)
    changed: list[str] = []
    if not dry_run:
        changed = conversion_writer.write_conversion(session, plan, root)
        open_workspace(str(root)).reconcile()
    if as_json:
        print_json(_to_json(session, plan, root, changed, not dry_run))
        return 0
    _print(session, plan, root, changed, dry_run)
    return 0


def _refuse_unsettled(session: "Session") -> None:
    if session.store.has_unsettled():
        raise FedcheckError(
            "a merge left fields with the values of both sides",
            "resolve them first: fedcheck status",
            ErrorKind.REFUSED,
        )


def _start_profile(session: "Session", process: "Process") -> dict[str, str]:
    """Return what of the profile the new process has too: the impact level, mostly."""
    options = process.profile or {}
    return {
        name: value
        for name, value in (session.project.config.profile or {}).items()
        if name in options and value in options[name].values
    }


def _print(
    session: "Session", plan: "Conversion", root: Path, changed: list[str], dry_run: bool
) -> None:
    config, target = session.project.config, plan.target
    name = one_line(config.name)
    print_line(f"{name}: {config.process} to {target.process.id}")
    _print_carried(plan)
    _print_proposed(plan)
    _print_left(plan)
    for one in changed[:MANY]:
        print_error(f"warning: {one}: changed since it was recorded; copied as it is")
    print_line(_describe_guidance(session, target.process))
    if dry_run:
        print_line("Nothing was written.")
        return
    print_line(f"made  {root}")
    if plan.proposals:
        print_line(f"Confirm the proposals with: fedcheck -w {shlex.quote(str(root))} handover")


def _describe_guidance(session: "Session", process: "Process") -> str:
    """Return where FedRAMP's own steps are: for FedRAMP Ready, a lost sponsor, Rev5 to 20x."""
    if GUIDANCE in session.catalog.checklists_for(process):
        return f"FedRAMP's own steps for a conversion: see: fedcheck list checklist:{GUIDANCE}"
    return f"For FedRAMP Ready or after a lost sponsor, see {GUIDANCE} in a cr26 workspace."


def _print_carried(plan: "Conversion") -> None:
    for one in plan.lists.values():
        if one.carried:
            print_line(f"copied    {one_line(one.id, 60)}  {pluralize(one.carried, 'record')}")
    counts = [
        (plan.requests, "request", "requests"),
        (plan.findings, "finding", "findings"),
        (len(plan.people), "person", "people"),
        (len(plan.evidence), "evidence file", "evidence files"),
        (len(plan.own_lists), "checklist of your own", "checklists of your own"),
    ]
    for count, noun, nouns in counts:
        if count:
            print_line(f"copied    {pluralize(count, noun, nouns)}")
    dates = [one.new for one in plan.milestones if one.outcome == "carried"]
    if dates:
        print_line(f"copied    dates of {', '.join(dates)}")


def _print_proposed(plan: "Conversion") -> None:
    for one in plan.lists.values():
        if one.proposed:
            print_line(f"proposed  {one_line(one.id, 60)}  {pluralize(one.proposed, 'record')}")
    for date in plan.milestones:
        if date.outcome == "proposed":
            print_line(f"proposed  the date of {one_line(date.old, 40)} for {date.new}")


def _print_left(plan: "Conversion") -> None:
    for one in plan.lists.values():
        if one.left:
            print_line(f"left      {one_line(one.id, 60)}  {pluralize(one.left, 'record')}")
    counts = [
        (
            plan.left_requests,
            "request of a former role",
            "requests of former roles",
        ),
        (plan.links_left, "link of requests and findings", "links of requests and findings"),
        (plan.private_notes, "private note", "private notes"),
    ]
    for count, noun, nouns in counts:
        if count:
            print_line(f"left      {pluralize(count, noun, nouns)}")
    dates = [one_line(one.old, 40) for one in plan.milestones if one.outcome == "left"]
    named = (
        ("dates of", dates),
        ("people", [one_line(one, 40) for one in plan.left_people]),
        ("checklists of your own:", [one_line(one, 60) for one in plan.left_lists]),
    )
    for words, names in named:
        if names:
            print_line(f"left      {words} {', '.join(names)}")
    for text in plan.left_evidence[:MANY]:
        print_line(f"left      evidence file {text}")
    if len(plan.left_evidence) > MANY:
        print_line(f"left      and {len(plan.left_evidence) - MANY} more evidence files")


def _to_json(
    session: "Session", plan: "Conversion", root: Path, changed: list[str], written: bool
) -> dict[str, Any]:
    def counts(name: str) -> list[dict[str, Any]]:
        return [
            {"id": one.id, "records": getattr(one, name)}
            for one in plan.lists.values()
            if getattr(one, name)
        ]

    def dates(outcome: str) -> list[dict[str, str]]:
        return [
            {"from": one.old, "to": one.new} for one in plan.milestones if one.outcome == outcome
        ]

    return {
        "schema": "fedcheck/convert@1",
        "from": session.project.config.process,
        "to": plan.target.process.id,
        "profile": dict(plan.target.profile),
        "output": str(root),
        "written": written,
        "carried": {
            "lists": counts("carried"),
            "own_checklists": plan.own_lists,
            "requests": plan.requests,
            "findings": plan.findings,
            "people": list(plan.people),
            "milestones": dates("carried"),
            "evidence_files": len(plan.evidence),
            "changed_files": changed,
        },
        "proposed": {
            "lists": counts("proposed"),
            "milestones": dates("proposed"),
            "records": [
                {"id": one.id, "ref": one.ref, "from": one.origin, "line": one.line}
                for one in plan.proposals
            ],
        },
        "left": {
            "lists": counts("left"),
            "own_checklists": plan.left_lists,
            "requests": plan.left_requests,
            "links": plan.links_left,
            "private_notes": plan.private_notes,
            "people": plan.left_people,
            "milestones": [one.old for one in plan.milestones if one.outcome == "left"],
            "evidence_files": plan.left_evidence,
        },
        "see": GUIDANCE,
    }
