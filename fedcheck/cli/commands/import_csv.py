"""The command that brings a team's own list in, and asks once what its columns mean."""

import dataclasses
import sys
from collections.abc import Iterable
from datetime import date
from typing import TYPE_CHECKING, Any

import click
from msgspec.structs import replace

from fedcheck.cli import completion
from fedcheck.cli.commands.imports import existing_file, finish
from fedcheck.cli.options import (
    as_of_option,
    choice_of,
    json_option,
    open_workspace,
    say,
    workspace_option,
)
from fedcheck.domain.glossary import LEVELS, RESULTS, STATUSES
from fedcheck.domain.reference import did_you_mean
from fedcheck.domain.text import one_line
from fedcheck.errors import ErrorKind, FedcheckError

if TYPE_CHECKING:
    from fedcheck.importers.csv_checklist.rows import Look
    from fedcheck.session import Session

ASKED_AT_MOST = 40
"""How many unknown words are asked about; more of them are no words for a status."""


@click.command()
@click.argument("file", type=click.Path())
@click.option("--map", "maps", multiple=True, metavar="FIELD=COLUMN", help="What a column means.")
@click.option("--sheet", default="", metavar="NAME", help="Sheet of a workbook.")
@click.option("--list", "list_", default="", metavar="ID", help="Checklist that its rows make.")
@click.option("--phase", default="", help="Phase of that checklist.")
@click.option("--role", default="", shell_complete=completion.roles, help="Role of that checklist.")
@click.option("--level", type=choice_of(LEVELS), help="How binding its items are; else must.")
@click.option("--onto", default="", metavar="QUERY", help="Its rows are progress of these items.")
@click.option("--status", "statuses", multiple=True, metavar="WORD=STATUS", help="A word of its.")
@click.option("--result", "results", multiple=True, metavar="WORD=RESULT", help="A word of its.")
@click.option(
    "--dates", type=click.Choice(["mdy", "dmy"]), help="What 2/1/2027 means: month or day first."
)
@click.option("--theirs", is_flag=True, help="Where both sides changed a field, take the sheet's.")
@click.option("--dry-run", is_flag=True, help="Say what it would do, and do nothing.")
@workspace_option
@as_of_option
@json_option
def csv(
    file: str,
    maps: tuple[str, ...],
    sheet: str,
    list_: str,
    phase: str,
    role: str,
    level: str | None,
    onto: str,
    statuses: tuple[str, ...],
    results: tuple[str, ...],
    dates: str | None,
    theirs: bool,
    dry_run: bool,
    workspace: str | None,
    as_of: date | None,
    as_json: bool,
) -> None:
    """Bring in a list that a team keeps in a spreadsheet: CSV or .xlsx.

    What its columns mean is guessed, asked on a terminal, or said with --map; it is kept in
    imports.toml and used for the next file with these columns. The rows make a checklist
    (--list), or are progress on items that they name by reference or official code. A sheet that
    comes again changes only what was changed in it. --map FIELD= leaves a field out.

    Fields: id, title, status, owner, due, note, reason, evidence, control, section, result, done,
    guidance, phase, role.

    \b
    Example:
      fedcheck import csv tracker.xlsx --list acme.tracker --phase readiness --role csp
      fedcheck import csv tracker.csv --map title="Task name" --map status=State --dry-run
    """
    from fedcheck.importers.csv_checklist import column_mappings, rows
    from fedcheck.importers.csv_checklist import plan as tracker_plan

    path = existing_file(file)
    session = open_workspace(workspace, as_of)
    seen = rows.look(session, path, _pairs(maps, "--map"), sheet)
    asking = not as_json and sys.stdin.isatty() and sys.stdout.isatty()
    if asking and not seen.remembered:
        seen = _ask_columns(seen, _pairs(maps, "--map"))
    seen = _with_words(seen, statuses, results)
    where = {"list": list_, "phase": phase, "role": role, "level": level or "", "onto": onto}
    if asking and not seen.remembered and not (list_ or onto):
        where |= _ask_target(session, seen, where)
    seen = tracker_plan.target(session, seen, {**where, "dates": dates or ""})
    if not seen.mapped.dates and rows.ambiguous_days(seen):
        order = rows.sure_dates(seen) or (_ask_dates(seen) if asking else "")
        seen = tracker_plan.target(session, seen, {"dates": order}) if order else seen
    if asking:
        seen = _ask_words(seen)
    plan = tracker_plan.plan(session, seen, theirs=theirs)
    action = finish(session, plan, dry_run, as_json)
    if not dry_run:
        column_mappings.remember(session.root, seen.mapped, action.tx if action else "")


def _pairs(texts: Iterable[str], option: str) -> dict[str, str]:
    found = {}
    for text in texts:
        name, equals, value = text.partition("=")
        if not equals or not name.strip():
            raise FedcheckError(
                f"{option} {text[:60]}: has no =", f'write {option} "A=B"', ErrorKind.USAGE
            )
        found[name.strip()] = value.strip()
    return found


def _with_words(seen: "Look", statuses: Iterable[str], results: Iterable[str]) -> "Look":
    """Return a list with words of its own for a status or a result."""
    mapped = seen.mapped
    for name, texts, known in (("status", statuses, STATUSES), ("result", results, RESULTS)):
        own = dict(getattr(mapped, name) or {})
        for word, meaning in _pairs(texts, f"--{name}").items():
            if meaning not in known:
                hint = did_you_mean(meaning, known) or "known: " + ", ".join(known)
                raise FedcheckError(f'"{meaning[:40]}" is no {name}', hint, ErrorKind.USAGE)
            own[" ".join(word.casefold().split())] = meaning
        words: dict[str, Any] = {name: own or None}
        mapped = replace(mapped, **words)
    return dataclasses.replace(seen, mapped=mapped)


def _ask_columns(seen: "Look", given: dict[str, str]) -> "Look":
    """Ask what each column means, with what was guessed as the answer to begin with."""
    from fedcheck.importers.csv_checklist import columns, rows

    say(f"{seen.path.name} has {len(seen.grid.lines)} rows. What do its columns mean?")
    say("Fields: " + ", ".join(columns.FIELDS) + "; - for none of them.")
    meaning = {heading: name for name, heading in seen.mapped.columns.items()}
    wanted: dict[str, str] = {}
    for heading in seen.grid.header:
        if not heading or heading in given.values():
            continue
        shown = ", ".join(seen.samples(heading)) or "empty"
        while True:
            text = f"  {one_line(heading, 40)}  ({shown})"
            said = click.prompt(text, default=meaning.get(heading, "-")).strip().casefold()
            if said == "-":
                break
            if said in columns.FIELDS and said not in wanted:
                wanted[said] = heading
                break
            taken = f"{said} is {wanted[said]} already" if said in wanted else "no such field"
            say(f"    {taken}; {did_you_mean(said, columns.FIELDS) or 'choose one, or -'}")
    empty = dict.fromkeys(seen.mapped.columns, "")
    return rows.with_columns(seen, {**empty, **wanted, **given})


def _ask_target(session: "Session", seen: "Look", where: dict[str, str]) -> dict[str, str]:
    """Ask which checklist the rows make, unless they name items that are here."""
    from fedcheck.importers.csv_checklist import plan as tracker_plan
    from fedcheck.importers.csv_checklist.lists import slug

    if tracker_plan.fits_what_is_here(session, seen):
        say("Its rows name items that are here: they are progress on these.")
        return {}
    process = session.project.process
    phases = [phase.id for phase in process.phases]
    name = click.prompt("The checklist that its rows make", default=slug(seen.path.stem))
    phase = where["phase"] or click.prompt("Its phase", type=click.Choice(phases))
    role = where["role"] or click.prompt(
        "Its role", type=click.Choice(process.roles), default=session.project.config.role
    )
    return {"list": name, "phase": phase, "role": role}


def _ask_dates(seen: "Look") -> str:
    from fedcheck.importers.csv_checklist.rows import ambiguous_days

    shown = ", ".join(ambiguous_days(seen)[:3])
    text = f"Its days ({shown}) begin with the month (mdy) or the day (dmy)"
    return str(click.prompt(text, type=click.Choice(["mdy", "dmy"])))


def _ask_words(seen: "Look") -> "Look":
    """Ask what words mean that are no status and no result."""
    from fedcheck.importers.csv_checklist.rows import unknown_words

    for name, words in unknown_words(seen).items():
        known = STATUSES if name == "status" else RESULTS
        said = []
        for word, count in list(words.most_common())[:ASKED_AT_MOST]:
            text = f'  {name} "{one_line(word, 40)}" ({count}) means'
            meant = click.prompt(text, type=choice_of([*known, "-"]), default="-")
            said += [f"{word}={meant}"] if meant != "-" else []
        seen = _with_words(seen, said if name == "status" else (), said if name == "result" else ())
    return seen
