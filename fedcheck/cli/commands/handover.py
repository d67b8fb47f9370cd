"""Handing a workspace over to another party, and taking back what it filled in."""

import os
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from fedcheck.cli.options import (
    as_of_option,
    choice_of,
    json_option,
    open_workspace,
    print_error,
    print_json,
    print_line,
    workspace_option,
)
from fedcheck.domain.text import one_line, pluralize
from fedcheck.errors import ErrorKind, FedcheckError

if TYPE_CHECKING:
    from fedcheck.session import Session
    from fedcheck.sharing.handover import Package
    from fedcheck.sharing.handover_return import ReturnPlan
    from fedcheck.sharing.handover_store import Proposal

ACTIONS = ("--to", "--return", "--take-back", "--verify", "--accept", "--reject")
MANY = 40
"""How many lines of one kind are listed."""


@click.command()
@workspace_option
@as_of_option
@json_option
@click.option("--to", type=choice_of(("csp", "3pao", "agency", "pmo")), help="Make a package.")
@click.option("--return", "is_return", is_flag=True, help="Make the answer to a package.")
@click.option("-o", "--output", metavar="FOLDER|ZIP", help="Where the package is written.")
@click.option(
    "--evidence",
    type=choice_of(("none", "links", "files")),
    help="Evidence in it: none, links alone, or the files too. A return has the files.",
)
@click.option("--redact", type=choice_of(("owners",)), help="Leave the names of your people out.")
@click.option("--take-back", metavar="FILE", help="Merge a package that came back.")
@click.option("--verify", metavar="FILE", help="Compare a package with its manifest.")
@click.option("--accept", multiple=True, metavar="ID", help="Accept a proposal, or all.")
@click.option("--reject", multiple=True, metavar="ID", help="Reject a proposal, or all.")
@click.option("--replace", is_flag=True, help="Accept over what was changed here since.")
@click.option("--dry-run", is_flag=True, help="List what would be written, and write nothing.")
def handover(workspace: str | None, as_of: date | None, as_json: bool, **given: Any) -> int:
    """Hand the records over to another party, and merge what comes back.

    A package holds what the other party may see: its items, the requests between the two of you and
    the findings. It has no history, no internal list and nothing under private/. What was handed
    over is kept under handovers/. Merge the filled-in package with --take-back. What the other
    party may not set comes as a proposal, which you accept or reject.

    Without an option, list the hand-overs and the open proposals. Exit status 1: --verify found a
    difference.

    \b
    Example:
      fedcheck handover --to csp -o to-acme.zip --evidence files
      fedcheck handover --verify to-acme.zip
      fedcheck handover --take-back returned.zip --dry-run
      fedcheck handover --accept 3fa2b1
    """
    chosen = [
        name
        for name, value in zip(
            ACTIONS,
            [given[key] for key in ("to", "is_return", "take_back", "verify", "accept", "reject")],
            strict=True,
        )
        if value
    ]
    if len(chosen) > 1 and chosen != ["--accept", "--reject"]:
        text = f"{' and '.join(chosen)} do not go together"
        raise FedcheckError(text, "use one at a time", ErrorKind.USAGE)
    if given["verify"]:
        return _verify(given["verify"], as_json)
    session = open_workspace(workspace, as_of)
    if given["to"] or given["is_return"]:
        _make(session, given, as_json)
    elif given["take_back"]:
        _take_back(session, given["take_back"], given["dry_run"], as_json)
    elif chosen:
        _decide(session, given, as_json)
    else:
        _list(session, as_json)
    return 0


def _make(session: "Session", given: dict[str, Any], as_json: bool) -> None:
    from fedcheck.sharing import handover as packages
    from fedcheck.storage.paths import expand_path

    if not given["output"]:
        raise FedcheckError(
            "name the package with -o", "-o package.zip, or -o FOLDER", ErrorKind.USAGE
        )
    path = Path(os.path.abspath(expand_path(given["output"])))  # noqa: PTH100 - links stay
    packages.check_target(path)
    if given["is_return"]:
        package = _prepare_return(session, given["evidence"] or "files")
    else:
        package = packages.prepare(
            session, given["to"], given["evidence"] or "links", without_names=bool(given["redact"])
        )
    if not given["dry_run"]:
        if not given["is_return"]:
            packages.keep(session, package)
        packages.write(package, path)
    for note in package.notes:
        print_error(f"evidence file not packed: {note}")
    if as_json:
        print_json({**_head_of(package), "written": not given["dry_run"], "output": str(path)})
        return
    manifest = package.manifest
    print_line(f"Hand-over {manifest.id} to {manifest.to}: {packages.summarize(package)}.")
    if given["dry_run"]:
        print_line("Nothing was written. It would hold:")
        for name in sorted(package.files)[:MANY]:
            print_line(f"  {name}")
        if len(package.files) > MANY:
            print_line(f"  and {len(package.files) - MANY} more")
        return
    print_line(f"Written: {path}")
    if not given["is_return"]:
        print_line("When it comes back: fedcheck handover --take-back FILE")


def _prepare_return(session: "Session", evidence: str) -> "Package":
    from fedcheck.sharing import handover as packages
    from fedcheck.sharing.handover_package import FolderFiles, list_writers, read_manifest

    files = FolderFiles(session.root)
    people = list_writers(files) or [session.who]
    return packages.prepare_return(session, read_manifest(files), evidence, tuple(people))


def _head_of(package: "Package") -> dict[str, Any]:
    manifest = package.manifest
    return {
        "schema": "fedcheck/handover@1",
        "id": manifest.id,
        "from": manifest.sender,
        "to": manifest.to,
        "made": manifest.made.isoformat(),
        "marking": manifest.marking,
        "evidence": manifest.evidence,
        "counts": dict(package.counts),
        "files": [{"path": name, "sha256": one} for name, one in sorted(manifest.files.items())],
        "notes": list(package.notes),
    }


def _verify(typed: str, as_json: bool) -> int:
    from fedcheck.sharing.handover_package import format_stamp, open_files, read_manifest, verify
    from fedcheck.storage.paths import expand_path

    files = open_files(expand_path(typed))
    manifest = read_manifest(files)
    found = verify(files, manifest)
    if as_json:
        print_json(
            {
                "schema": "fedcheck/handover-verify@1",
                "id": manifest.id,
                "whole": found.is_whole,
                "altered": list(found.altered),
                "missing": list(found.missing),
                "added": list(found.added),
            }
        )
        return 0 if found.is_whole else 1
    made = format_stamp(manifest.made)
    print_line(f"Hand-over {manifest.id} from {manifest.sender} to {manifest.to}, made {made}")
    for word in ("altered", "missing", "added"):
        names = getattr(found, word)
        for name in names[:MANY]:
            print_line(f"{word}  {one_line(name, 200)}")
        if len(names) > MANY:
            print_line(f"{word}  and {len(names) - MANY} more")
    if found.is_whole:
        print_line(f"Whole: {pluralize(len(manifest.files), 'file')} as made.")
    return 0 if found.is_whole else 1


def _take_back(session: "Session", typed: str, dry_run: bool, as_json: bool) -> None:
    from fedcheck.sharing.handover_package import open_files
    from fedcheck.sharing.handover_return import describe_changes, plan_return, take_back
    from fedcheck.storage.paths import expand_path

    files = open_files(expand_path(typed))
    plan = plan_return(session, files)
    if not dry_run:
        take_back(session, files, plan)
    if as_json:
        print_json({**_return_json(session, plan), "done": not dry_run and not plan.is_repeated})
        return
    manifest = plan.handover.manifest
    if plan.is_repeated:
        print_line(f"Hand-over {manifest.id}: taken back already; nothing to do.")
        return
    records = describe_changes(plan.changes)
    for ref, fields in list(records.items())[:MANY]:
        print_line(
            f"{'would merge' if dry_run else 'merged'}  {one_line(ref, 80)}  {', '.join(fields)}"
        )
    if len(records) > MANY:
        print_line(f"and {len(records) - MANY} more records")
    for name in sorted(plan.evidence):
        print_line(f"{'would copy' if dry_run else 'copied'}  {one_line(name, 120)}")
    for remark in plan.remarks[:MANY]:
        print_line(f"note  {one_line(remark, 300)}")
    _print_proposals(session, plan.proposals)
    count = pluralize(len(records), "record")
    if dry_run:
        print_line(f"Would merge {count} from {manifest.to}. Nothing was changed.")
    elif records:
        print_line(f"Merged {count} as {plan.signed}. fedcheck undo takes it back.")
    else:
        print_line(f"Hand-over {manifest.id}: nothing to merge.")


def _return_json(session: "Session", plan: "ReturnPlan") -> dict[str, Any]:
    return {
        "schema": "fedcheck/handover-return@1",
        "id": plan.handover.manifest.id,
        "from": plan.handover.manifest.to,
        "people": plan.came.people,
        "repeated": plan.is_repeated,
        "changes": [
            {"ref": one.ref, "field": one.field, "old": one.old, "new": one.new}
            for one in plan.changes
        ],
        "proposals": [_proposal_json(one) for one in plan.proposals],
        "evidence_files": sorted(plan.evidence),
        "notes": list(plan.remarks),
    }


def _proposal_json(one: "Proposal") -> dict[str, Any]:
    return {
        "id": one.id,
        "ref": one.ref,
        "why": one.why,
        "from": one.origin,
        "line": one.line,
        "changes": [
            {"field": change.field, "ours": change.ours, "proposed": change.proposed}
            for change in one.changes
        ],
    }


def _print_proposals(
    session: "Session", proposals: "tuple[Proposal, ...] | list[Proposal]"
) -> None:
    from fedcheck.sharing.proposals import describe

    for one in proposals[:MANY]:
        ref = one_line(one.ref, 80)
        line = f", history line {one.line[:12]}" if one.line else ""
        why = one_line(one.why, 120) + line
        print_line(f"proposal {one.id}  {ref}  {describe(session, one)} ({why})")
    if len(proposals) > MANY:
        print_line(f"and {len(proposals) - MANY} more proposals")


def _decide(session: "Session", given: dict[str, Any], as_json: bool) -> None:
    from fedcheck.sharing import proposals

    opened = proposals.list_open(session)
    accepted = proposals.select(opened, given["accept"])
    rejected = proposals.select(opened, given["reject"])
    if not given["dry_run"]:
        if rejected:
            proposals.reject(session, rejected)
        if accepted:
            proposals.accept(session, accepted, replaces=given["replace"])
    if as_json:
        print_json(
            {
                "schema": "fedcheck/handover-decision@1",
                "done": not given["dry_run"],
                "accepted": [_proposal_json(one) for one in accepted],
                "rejected": [_proposal_json(one) for one in rejected],
            }
        )
        return
    for word, listed in (("accepted", accepted), ("rejected", rejected)):
        for one in listed:
            ref = one_line(one.ref, 80)
            print_line(f"{word}  {one.id}  {ref}  {proposals.describe(session, one)}")
    if given["dry_run"]:
        print_line("Nothing was changed.")
    elif accepted:
        print_line("fedcheck undo takes it back.")


def _list(session: "Session", as_json: bool) -> None:
    from fedcheck.cli.options import print_problems
    from fedcheck.sharing.handover_store import list_handovers
    from fedcheck.sharing.proposals import list_open

    found, problems = list_handovers(session.root)
    print_problems(problems)
    opened = list_open(session)
    if as_json:
        print_json(
            {
                "schema": "fedcheck/handovers@1",
                "handovers": [
                    {
                        "id": one.manifest.id,
                        "to": one.manifest.to,
                        "converted_from": one.manifest.converted_from,
                        "made": one.manifest.made.isoformat(),
                        "returns": [
                            {"at": came.at, "by": came.by, "people": came.people}
                            for came in one.returns
                        ],
                    }
                    for one in found
                ],
                "proposals": [
                    {**_proposal_json(one), "handover": one.handover, "people": one.people}
                    for one in opened
                ],
            }
        )
        return
    if not found:
        print_line("Nothing was handed over yet: fedcheck handover --to ROLE -o FILE")
    for one in found:
        made = one.manifest.made.date().isoformat()
        if one.manifest.converted_from:
            former = one_line(one.manifest.converted_from, 40)
            print_line(f"{one.manifest.id}  converted from {former} {made}")
            continue
        last = one.returns[-1].at[:10] if one.returns else ""
        state = f"came back {last}" if last else "not back yet"
        print_line(f"{one.manifest.id}  to {one.manifest.to:7} {made}  {state}")
    _print_proposals(session, opened)
    if opened:
        print_line("Decide with: fedcheck handover --accept ID, or --reject ID")
