"""The entry points of the import of a team's own list: recognize, form, read."""

import dataclasses
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import Any

import msgspec.structs

from fedcheck.domain.glossary import RESULTS, SHARING_HINTS, STATUSES, Sharing
from fedcheck.domain.reference import did_you_mean
from fedcheck.domain.text import one_line
from fedcheck.errors import ErrorKind, FedcheckError
from fedcheck.importers.csv_checklist import column_mappings, columns, rows
from fedcheck.importers.csv_checklist.plan import choose_target, plan
from fedcheck.importers.csv_checklist.rows import Look
from fedcheck.importers.option import Option, Texts, Values, form_fields
from fedcheck.importers.plan import Prepared
from fedcheck.importers.registry import Peek
from fedcheck.session import Session, Transaction
from fedcheck.storage.paths import private_home

WHERE = ("list", "phase", "role", "level", "onto", "dates")
"""The options that state where the rows go, and how days are written."""

_COLUMN = "column-"
"""How the fields of the app's form begin that name a column."""

_WORD = {"status": "status-word-", "result": "result-word-"}
"""How those begin that state what a word means; the word follows, in hexadecimal digits."""

WORDS_AT_MOST = 12
"""How many words of a column are offered; more of them are no words for a status."""


def recognize(peek: Peek) -> bool:
    """Return whether a file may be a team's own list: any table with a header is."""
    return peek.score_header(columns.score_header) > 0


def prepare(session: Session, path: Path, values: Values) -> Prepared:
    """Read a list into a plan that remembers its columns once it was carried out.

    Raises FedcheckError, status 2 where it is not clear what its columns mean or where its rows go.
    """
    found = look(session, path, values)
    where = {name: str(values.get(name, "")).strip() for name in WHERE}
    found = choose_target(session, found, where)
    if not found.mapped.dates and rows.find_ambiguous_days(found):
        found = choose_target(session, found, {"dates": rows.infer_date_order(found)})

    said = values.get("audience") or ""
    made = plan(session, found, theirs=values["theirs"], audience=said)
    seen = made.sharing.value if found.mapped.list else ""
    mapped = msgspec.structs.replace(found.mapped, audience=seen)
    private = made.sharing is Sharing.PRIVATE
    home = private_home(session.root) if private else session.root

    def remember(transaction: Transaction | None) -> None:
        column_mappings.remember(home, mapped, transaction.tx if transaction else "")

    return Prepared(made, remember)


def look(session: Session, path: Path, values: Values) -> Look:
    """Return a list with the meaning of its columns and words: given, remembered or guessed."""
    found = rows.look(session, path, given_columns(values), values.get("sheet", ""))
    found = with_words(found, values.get("status", ()), values.get("result", ()))
    return _with_form_words(found, values)


def _with_form_words(found: Look, values: Values) -> Look:
    """Return a list with the meaning of its words as the app's form has them."""
    mapped = found.mapped
    for name, parse in (("status", columns.understand_status), ("result", columns.parse_result)):
        own = dict(getattr(mapped, name) or {})
        for key, meaning in values.items():
            if key.startswith(_WORD[name]) and meaning:
                word = bytes.fromhex(key.removeprefix(_WORD[name])).decode()
                if parse(word, own) != meaning:
                    own[word] = str(meaning)
        words: dict[str, Any] = {name: own or None}
        mapped = msgspec.structs.replace(mapped, **words)
    return dataclasses.replace(found, mapped=mapped)


def given_columns(values: Values) -> dict[str, str]:
    """Return the headings that a person gave, by field: with --map, or in the app's form."""
    form = {name: values.get(_COLUMN + name) for name in columns.FIELDS}
    typed = {name: heading.strip() for name, heading in form.items() if heading is not None}
    return {**typed, **parse_pairs(values.get("map", ()), "--map")}


def parse_pairs(texts: Iterable[str], option: str) -> dict[str, str]:
    """Return what `A=B` texts map. Raises FedcheckError for one without a sign."""
    found = {}
    for text in texts:
        name, equals, value = text.partition("=")
        if not equals or not name.strip():
            raise FedcheckError(
                f"{option} {text[:60]}: has no =", f'write {option} "A=B"', ErrorKind.USAGE
            )
        found[name.strip()] = value.strip()
    return found


def with_words(found: Look, statuses: Iterable[str], results: Iterable[str]) -> Look:
    """Return a list with words of its own for a status or a result: `In flight=doing`.

    Raises FedcheckError for an unknown status or result.
    """
    mapped = found.mapped
    for name, texts, known in (("status", statuses, STATUSES), ("result", results, RESULTS)):
        own = dict(getattr(mapped, name) or {})
        for word, meaning in parse_pairs(texts, f"--{name}").items():
            if meaning not in known:
                hint = did_you_mean(meaning, known) or "known: " + ", ".join(known)
                raise FedcheckError(f'"{meaning[:40]}" is not a {name}', hint, ErrorKind.USAGE)
            own[" ".join(word.casefold().split())] = meaning
        words: dict[str, Any] = {name: own or None}
        mapped = msgspec.structs.replace(mapped, **words)
    return dataclasses.replace(found, mapped=mapped)


def list_fields(
    session: Session, path: Path, texts: Texts, options: Sequence[Option]
) -> list[Option]:
    """Return the fields of the app's form: where the rows go, then a field for each column."""
    found = look(session, path, texts)
    mapped, process = found.mapped, session.project.process
    defaults: Mapping[str, str] = {
        "list": mapped.list,
        "phase": mapped.phase,
        "role": mapped.role or session.project.config.role,
        "onto": mapped.onto,
        "dates": mapped.dates,
    }
    hints = {
        "phase": " or ".join(phase.id for phase in process.phases),
        "role": " or ".join(process.roles),
    }
    headings = [heading for heading in found.grid.header if heading]
    shown = [
        f"{one_line(one, 30)}  ({', '.join(found.samples(one)) or 'empty'})" for one in headings
    ]
    targets = [
        dataclasses.replace(one, hint=hints.get(one.name, one.hint))
        for one in form_fields(options, session.project, texts, defaults)
    ]
    targets = [_with_meanings(one) if one.name == "audience" else one for one in targets]
    meanings = [
        Option(
            _COLUMN + name,
            label=name.capitalize(),
            hint=what,
            choices=("", *headings),
            titles=("(no column)", *(one_line(text, 70) for text in shown)),
            default=texts.get(_COLUMN + name, mapped.columns.get(name, "")),
        )
        for name, what in columns.FIELDS.items()
    ]
    return [*targets, *meanings, *_word_fields(found, texts)]


def _with_meanings(audience: Option) -> Option:
    """Return the field for the audience, with what each means; an existing list keeps its own."""
    titles = (f"{name}: {what}" for name, what in SHARING_HINTS.items())
    return dataclasses.replace(
        audience, choices=("", *SHARING_HINTS), titles=("(choose for a new checklist)", *titles)
    )


def _word_fields(found: Look, texts: Texts) -> list[Option]:
    """Return a field for each word of the status and result columns, with what it means."""
    fields = []
    meanings = (
        ("status", columns.understand_status, tuple(STATUSES)),
        ("result", columns.parse_result, tuple(RESULTS)),
    )
    for name, parse, known in meanings:
        own = getattr(found.mapped, name) or {}
        for word in rows.list_words(found, name)[:WORDS_AT_MOST]:
            key = _WORD[name] + word.casefold().encode().hex()
            fields.append(
                Option(
                    key,
                    label=f'"{one_line(word, 12)}"',
                    hint=f'what the {name} "{one_line(word, 30)}" means',
                    choices=("", *known),
                    titles=(f"(not a {name})", *known),
                    default=texts.get(key, parse(word, own) or ""),
                )
            )
    return fields
