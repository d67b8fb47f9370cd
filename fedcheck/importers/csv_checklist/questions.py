"""Ask a person on a terminal about a team's own list, once for each kind of list."""

from collections.abc import Generator
from pathlib import Path
from typing import Any

from fedcheck.domain.glossary import RESULTS, SHARING_HINTS, STATUSES
from fedcheck.domain.reference import did_you_mean
from fedcheck.domain.text import one_line
from fedcheck.importers.csv_checklist import columns, rows
from fedcheck.importers.csv_checklist.importer import WHERE, given_columns, look
from fedcheck.importers.csv_checklist.lists import is_new, make_slug
from fedcheck.importers.csv_checklist.plan import choose_target, matches_items
from fedcheck.importers.csv_checklist.rows import Look
from fedcheck.importers.option import Question, Values
from fedcheck.session import Session

ASKED_AT_MOST = 40
"""How many unknown words are asked about; more of them are no words for a status."""

Asking = Generator[Question, str, dict[str, Any]]
"""Yields questions, takes their answers, returns values of options."""


def ask(session: Session, path: Path, values: Values) -> Asking:
    """Ask for what the values, the file and `imports.toml` leave open; return all values.

    Asked are the meaning of the columns, where the rows go, who sees a new list, the order of the
    parts of days, and the meaning of unknown words. Raises FedcheckError as reading the file does.
    """
    found = look(session, path, values)
    answers = dict(values)
    if not found.remembered:
        given = yield from _ask_columns(found, given_columns(values))
        answers["map"] = tuple(f"{name}={heading}" for name, heading in given.items())
        found = look(session, path, answers)
        if not (values["list"] or values["onto"]):
            answers |= yield from _ask_target(session, found, values)
    found = choose_target(session, found, {name: answers[name] for name in WHERE})
    new = found.mapped.list and is_new(session, found.mapped.list)
    if new and not (answers["audience"] or found.mapped.audience):
        answers["audience"] = yield from _ask_audience(found.mapped.list)
    ambiguous = [] if found.mapped.dates else rows.find_ambiguous_days(found)
    if ambiguous and not rows.infer_date_order(found):
        shown = ", ".join(ambiguous[:3])
        text = f"Its days ({shown}) begin with the month (mdy) or the day (dmy)"
        answers["dates"] = yield Question(text, ("mdy", "dmy"))
    return answers | (yield from _ask_words(found, answers))


def _ask_columns(found: Look, given: dict[str, str]) -> Generator[Question, str, dict[str, str]]:
    """Ask what each column means, with what was guessed as the default; return all headings."""
    yield Question(
        f"{found.path.name} has {len(found.grid.lines)} rows. What do its columns mean?", shown=True
    )
    yield Question("Fields: " + ", ".join(columns.FIELDS) + "; - for none of them.", shown=True)
    meaning = {heading: name for name, heading in found.mapped.columns.items()}
    wanted: dict[str, str] = {}
    for heading in found.grid.header:
        if not heading or heading in given.values():
            continue
        samples = ", ".join(found.samples(heading)) or "empty"
        while True:
            text = f"  {one_line(heading, 40)}  ({samples})"
            answer = yield Question(text, default=meaning.get(heading, "-"))
            name = answer.strip().casefold()
            if name == "-":
                break
            if name in columns.FIELDS and name not in wanted:
                wanted[name] = heading
                break
            taken = f"{name} is {wanted[name]} already" if name in wanted else "no such field"
            hint = did_you_mean(name, columns.FIELDS) or "choose one, or -"
            yield Question(f"    {taken}; {hint}", shown=True)
    empty = dict.fromkeys(found.mapped.columns, "")
    return {**empty, **wanted, **given}


def _ask_target(session: Session, found: Look, values: Values) -> Asking:
    """Ask which checklist the rows make, unless they name items of the workspace."""
    if matches_items(session, found):
        yield Question("Its rows name items that are here: they are progress on these.", shown=True)
        return {}
    process = session.project.process
    phases = tuple(phase.id for phase in process.phases)
    name = yield Question("The checklist that its rows make", default=make_slug(found.path.stem))
    phase = values["phase"] or (yield Question("Its phase", phases))
    role = values["role"] or (
        yield Question("Its role", tuple(process.roles), session.project.config.role)
    )
    return {"list": name, "phase": phase, "role": role}


def _ask_audience(name: str) -> Generator[Question, str, str]:
    """Ask how far a new list travels; there is no default, so that nothing leaks unnoticed."""
    yield Question(f"Who sees {one_line(name, 60)}?", shown=True)
    for one, what in SHARING_HINTS.items():
        yield Question(f"  {one}: {what}", shown=True)
    return (yield Question("Audience", tuple(SHARING_HINTS)))


def _ask_words(found: Look, values: Values) -> Asking:
    """Ask for the meaning of words that are no status and no result."""
    answers: dict[str, Any] = {}
    for name, words in rows.find_unknown_words(found).items():
        known = STATUSES if name == "status" else RESULTS
        meanings = []
        for word, count in words.most_common()[:ASKED_AT_MOST]:
            text = f'  {name} "{one_line(word, 40)}" ({count}) means'
            meaning = yield Question(text, (*known, "-"), "-")
            meanings += [f"{word}={meaning}"] if meaning != "-" else []
        answers[name] = (*values[name], *meanings)
    return answers
