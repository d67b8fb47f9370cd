"""What `fedcheck show` prints about a term of the rules, or about a control."""

import textwrap
from collections.abc import Iterable, Sequence
from typing import TYPE_CHECKING, Any

from fedcheck.analysis.board import NO_GUESS
from fedcheck.analysis.explanations import list_items_of_control, list_uses
from fedcheck.cli import output
from fedcheck.cli.options import print_error, print_json, print_line, style_text
from fedcheck.domain.control_ids import parse_control
from fedcheck.domain.terms import Lexicon, Term, find_term, suggest_terms
from fedcheck.domain.text import clean, one_line, pluralize
from fedcheck.errors import ErrorKind, FedcheckError, InvalidFileError, Problem
from fedcheck.storage.official_texts import Terminology, load_controls, load_terminology

if TYPE_CHECKING:
    from fedcheck.analysis.board import Board
    from fedcheck.domain.control_texts import ClassText, ControlText, ControlTexts
    from fedcheck.domain.row import Row
    from fedcheck.session import Session

FIRST = 5
"""How many of the items that use a term are listed; --json has all."""

LONGEST = 20_000
"""The most characters of one text that are printed; official ones stay below 2,000."""

IMPORT_HINT = "fedcheck import rules FILE"


def explain(session: "Session", board: "Board", text: str, as_json: bool) -> bool:
    """Print what a text means that names no item; return whether it is a term or a control.

    Raises InvalidFileError where the file that holds the answer cannot be used.
    """
    terminology = load_terminology(session.root, session.project.process.id)
    lexicon = Lexicon(terminology.terms)
    term = find_term(lexicon, text)
    if term is not None:
        _warn(terminology.problems)
        show = _print_term_json if as_json else _print_term
        show(terminology, term, list_uses(board, lexicon, term))
        return True
    control = parse_control(text)
    return bool(control) and _explain_control(session, board, control, bool(lexicon.terms), as_json)


def load_lexicon(session: "Session") -> Lexicon:
    """Return the terms of a workspace; where its glossary cannot be used, that is a warning."""
    try:
        terminology = load_terminology(session.root, session.project.process.id)
    except InvalidFileError as error:
        print_error(f"warning: {error}", error.hint)
        return Lexicon()
    _warn(terminology.problems)
    return Lexicon(terminology.terms)


def with_suggestions(session: "Session", error: FedcheckError, text: str) -> FedcheckError:
    """Return the error of a name that means nothing, with the terms that may be meant."""
    terminology = load_terminology(session.root, session.project.process.id)
    near = suggest_terms(Lexicon(terminology.terms), text)
    is_guess = "did you mean" in error.hint
    if not near or not (is_guess or error.hint.startswith(NO_GUESS)):
        return error  # it says what the name is
    names = " or ".join(f'"{one_line(one, 60)}"' for one in near)
    hint = f"{error.hint}\n  or the term {names}?" if is_guess else ""
    return FedcheckError(str(error), hint or f"did you mean the term {names}?", ErrorKind.USAGE)


def print_item_terms(terms: Sequence[Term]) -> None:
    """Print the terms that an item uses, and how to read them."""
    if not terms:
        return
    print_line()
    print_line("Terms")
    names = ", ".join(one_line(one.name, 60) for one in terms)
    _print_text(names, "  ")
    print_line(
        style_text(f'  fedcheck show "{one_line(terms[0].name, 60)}" explains one', dim=True)
    )


def _warn(problems: Iterable[Problem]) -> None:
    for one in problems:
        print_error(f"warning: {one_line(str(one))}", "")


def _print_text(text: str, indent: str = "") -> None:
    room = min(output.terminal_width() or 100, 100)
    for line in clean(text[:LONGEST]).splitlines():
        filled = textwrap.fill(line, room, initial_indent=indent, subsequent_indent=indent)
        print_line(filled)


def _print_term(terminology: Terminology, term: Term, uses: "Sequence[Row]") -> None:
    print_line(style_text(one_line(term.term, 200), bold=True))
    forms = [one_line(form, 80) for form in term.alts if form != term.term]
    print_line(
        style_text("   ".join(filter(None, (one_line(term.id, 60), ", ".join(forms)))), dim=True)
    )
    print_line()
    _print_text(term.definition or "This release does not define the term.")
    for note in term.notes:
        print_line()
        _print_text(f"Note: {note}")
    if term.reference or term.url:
        print_line()
        _print_text("  ".join(filter(None, (f"Taken from {term.reference}", term.url))))
    official, own = terminology.official, _own_words(terminology, term)
    print_line()
    if official:
        _print_text(f"Source: FedRAMP rules, release {one_line(official.release, 60)}")
        if own:
            print_line()
            print_line("Plain-language definition")
            _print_text(own, "  ")
    else:
        _print_text(f"A plain-language definition. To import the official one: {IMPORT_HINT}")
    _print_uses(uses, "uses", "use")


def _own_words(terminology: Terminology, term: Term) -> str:
    """Return our definition of an official term; nothing where there is none."""
    if terminology.official is None or terminology.own is None:
        return ""
    found = find_term(Lexicon(terminology.own.terms), term.name)
    return found.definition if found else ""


def _print_uses(rows: "Sequence[Row]", verb: str, verbs: str) -> None:
    print_line()
    count = pluralize(len(rows), "item")
    if not rows:
        print_line(f"No item here {verb} it.")
        return
    print_line(f"{count} {verb if len(rows) == 1 else verbs} it")
    wide = max(len(row.item.code or row.item.id) for row in rows[:FIRST])
    for row in rows[:FIRST]:
        code = one_line(row.item.code or row.item.id, 40)
        print_line(f"  {code:<{min(wide, 40)}}  {one_line(row.item.title, 70)}")
    if len(rows) > FIRST:
        print_line(style_text(f"  and {len(rows) - FIRST} more; --json lists all", dim=True))


def _row(row: "Row") -> dict[str, Any]:
    return {"ref": row.ref, "code": row.item.code, "title": row.item.title}


def _print_term_json(terminology: Terminology, term: Term, uses: "Sequence[Row]") -> None:
    official = terminology.official
    own = _own_words(terminology, term) if official else term.definition
    print_json(
        {
            "schema": "fedcheck/term@1",
            "id": term.id,
            "term": term.term,
            "alts": list(term.alts),
            "definition": term.definition if official else "",
            "notes": list(term.notes),
            "reference": term.reference,
            "url": term.url,
            "release": official.release if official else "",
            "sha256": official.sha256 if official else "",
            "own": own,
            "items": [_row(row) for row in uses],
        }
    )


def _explain_control(
    session: "Session", board: "Board", control: str, has_rules: bool, as_json: bool
) -> bool:
    """Print what FedRAMP adds to a control; false where nothing here has to do with it."""
    texts, problems = load_controls(session.root)
    rows = list_items_of_control(board, control)
    if texts is None and not (has_rules or rows):
        return False
    _warn(problems)
    found = texts.find(control) if texts else None
    wanted = str((session.project.config.profile or {}).get("class", ""))
    show = _print_control_json if as_json else _print_control
    show(control, texts, found, wanted, rows)
    return True


def _print_control(
    control: str,
    texts: "ControlTexts | None",
    found: "ControlText | None",
    wanted: str,
    rows: "Sequence[Row]",
) -> None:
    print_line(style_text(control, bold=True))
    print_line()
    if texts is None:
        _print_text(
            "FedRAMP's parameter values and guidance for controls come with its rules: "
            + IMPORT_HINT
        )
    elif found is None:
        _print_text(
            f"Release {one_line(texts.release, 60)} of the rules adds nothing to this control."
        )
    else:
        _print_part(found)
        named = found.for_class(wanted)
        for one in named:
            _print_part(one, f"Class {one_line(one.id, 20).upper()}: ")
        others = [one.id.upper() for one in found.classes if one not in named]
        if others and not named:
            print_line(f"Nothing is added for Class {wanted.upper()}.")
        if others:
            print_line(
                f"Differs for Class {one_line(', '.join(others), 60)}; --json has every class."
            )
        print_line()
        _print_text(f"Source: FedRAMP rules, release {one_line(texts.release, 60)}")
    _print_uses(rows, "names", "name")


def _print_part(one: "ControlText | ClassText", lead: str = "") -> None:
    if one.parameters:
        print_line(f"{lead}Parameters")
        for value in one.parameters:
            _print_text(f"{one_line(value.id, 60)}: {value.value}", "  ")
    if one.guidance:
        print_line(f"{lead}FedRAMP's guidance")
        for text in one.guidance:
            _print_text(text, "  ")


def _part(one: "ControlText | ClassText") -> dict[str, Any]:
    return {
        "guidance": list(one.guidance),
        "parameters": [{"id": value.id, "value": value.value} for value in one.parameters],
    }


def _print_control_json(
    control: str,
    texts: "ControlTexts | None",
    found: "ControlText | None",
    wanted: str,
    rows: "Sequence[Row]",
) -> None:
    common = _part(found) if found else {"guidance": [], "parameters": []}
    print_json(
        {
            "schema": "fedcheck/control@1",
            "control": control,
            "release": texts.release if texts else "",
            "sha256": texts.sha256 if texts else "",
            "class": wanted,
            **common,
            "classes": [{"class": one.id, **_part(one)} for one in found.classes] if found else [],
            "items": [_row(row) for row in rows],
        }
    )
