"""Which items a command changes: those that its words name, or those that a query means."""

import sys
from collections import Counter
from collections.abc import Sequence
from typing import TYPE_CHECKING

import click

from fedcheck.cli.invocation import print_error
from fedcheck.cli.output import quote_value
from fedcheck.domain.control_ids import parse_control
from fedcheck.domain.text import one_line, pluralize
from fedcheck.errors import ErrorKind, FedcheckError, NoSuchItemError

if TYPE_CHECKING:
    from fedcheck.session import Session

MOST = 20
"""How many items a query may mean before a person is asked."""

SHOWN = 5
"""How many of them the question names."""


def select_items(session: "Session", words: Sequence[str], yes: bool) -> list[str]:
    """Return the items that words mean.

    A word that names one item is that item; where none does, the words are a query. More than MOST
    items of a query, or all there are, are confirmed by a person, or by `yes`.

    Raises:
        FedcheckError: for a word that may be several items, for items and a query at once, for a
            query that means nothing, and for many items without a terminal and without `yes`.
    """
    refs: dict[str, str] = {}
    unknown: dict[str, NoSuchItemError] = {}
    for word in words:
        try:
            refs[word] = session.resolve(word)
        except NoSuchItemError as error:
            unknown[word] = error
    if not unknown:
        return list(dict.fromkeys(refs.values()))
    if refs:
        word, wrong = next(iter(unknown.items()))
        if _has_key(session, word):
            named = one_line(next(iter(refs)), 60)
            raise FedcheckError(
                f"{named} names an item, but {one_line(word, 60)} is a query",
                "name the items in one command, and use the query in another",
                ErrorKind.USAGE,
            )
        raise wrong
    found = _select(session, words, next(iter(unknown.values())))
    if not yes:
        _confirm(session, found)
    if not any("role:" in word for word in words):
        _note_other_roles(session, found)
    return found


def _note_other_roles(session: "Session", refs: Sequence[str]) -> None:
    """Report on stderr how many items of a query are another party's."""
    own = session.project.config.role
    rows = session.board().rows
    counts = Counter(rows[ref].role for ref in refs if ref in rows)
    others = [f"{count} of {role}" for role, count in counts.items() if role != own]
    if others and own in counts:
        print_error(
            f"note: {sum(counts.values()) - counts[own]} of these {len(refs)} items are another"
            f" party's ({', '.join(others)}); for yours only, add role:{own}"
        )


def _has_key(session: "Session", word: str) -> bool:
    """Return whether a word is `key:value` of the query language."""
    from fedcheck.domain.item_language import build_item_language

    name, colon, _ = word.removeprefix("-").partition(":")
    return bool(colon) and name.casefold() in build_item_language(session.project).keys


def _select(session: "Session", words: Sequence[str], error: NoSuchItemError) -> list[str]:
    """Return the items that a query means. A control that is no item is looked for as one."""
    from fedcheck.domain.item_language import build_item_language  # most words name an item

    parts = []
    for word in words:
        control = parse_control(word)
        spaced = any(char.isspace() for char in word) and '"' not in word
        if control:
            parts.append(f"control:{control}")
        elif ":" in word.partition(" ")[0]:
            parts.append(quote_value(word))
        else:
            parts.append(f'"{word}"' if spaced else word)
    language = build_item_language(session.project)
    board = session.board()
    rows = language.parse(" ".join(parts)).select(board.rows.values(), board.today)
    if rows:
        return [row.ref for row in rows]
    if len(words) == 1 and not _has_key(session, words[0]):
        raise error
    said = one_line(" ".join(words), 80)
    raise FedcheckError(f"no item matches {said}", "see: fedcheck list", ErrorKind.USAGE)


def _confirm(session: "Session", refs: Sequence[str]) -> None:
    """Ask before many items are changed. Raises FedcheckError, status 2, without a terminal."""
    every = len(refs) == len(session.board().rows)
    if len(refs) <= MOST and not every:
        return
    what = f"all {len(refs)} items" if every else pluralize(len(refs), "item")
    if not (sys.stdin.isatty() and sys.stderr.isatty()):
        raise FedcheckError(
            f"the query matches {what}",
            "check them with fedcheck list, then add --yes",
            ErrorKind.USAGE,
        )
    named = [one_line(ref, 70) for ref in refs[:SHOWN]]
    more = [f"and {len(refs) - SHOWN} more"] if len(refs) > SHOWN else []
    click.echo("\n".join(f"  {line}" for line in [*named, *more]), err=True)
    if not click.confirm(f"Change {what}?", err=True):
        raise FedcheckError("nothing was changed", "", ErrorKind.USAGE)
