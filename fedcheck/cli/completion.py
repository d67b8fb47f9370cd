"""Shell completion of items, queries, milestones and checklists; silent where nothing opens.

Every command names its completers, and only a shell calls them: what they need is loaded there.

What a workspace states is data, and a shell runs what is on its line: only plain words are offered,
which every shell takes as they are. Names with blanks or other signs are left out, as click's
scripts hand values to bash without quotes.
"""

import os
from collections.abc import Callable, Iterable
from functools import wraps
from itertools import islice
from typing import TYPE_CHECKING

import click

from fedcheck.domain.reference import split_ref
from fedcheck.domain.text import clean, one_line

if TYPE_CHECKING:
    from click.shell_completion import CompletionItem

    from fedcheck.domain.query import QueryWords
    from fedcheck.domain.workspace import Project
    from fedcheck.session import Session

    Completions = list[CompletionItem]

Completer = Callable[[click.Context, click.Parameter, str], "Completions"]
"""Returns the completions of what is typed so far."""

MOST = 200
"""How many values are offered at once."""

MAX_WORD = 200
MAX_HELP = 60
"""The longest value and the widest help that are offered."""

_SIGNS = frozenset("._-:/@+%=")
"""What a plain word may hold next to letters and digits."""

_FIRST_SIGNS = frozenset("._/")
"""The signs that it may begin with: `-` is an option, `=` and `%` mean something to shells."""


def is_plain_word(text: str) -> bool:
    """Return whether bash, zsh and fish take a text as one word, without quotes, as it is."""
    if not text or len(text) > MAX_WORD or clean(text) != text:
        return False
    if not (text[0].isalnum() or text[0] in _FIRST_SIGNS):
        return False
    return all(char.isalnum() or char in _SIGNS for char in text)


def _offer(values: Iterable[tuple[str, str]]) -> "Completions":
    """Return the completions for values with their help; those that are no plain words are out.

    The shells' scripts read value and help from a line each, so help is one line.
    """
    from click.shell_completion import CompletionItem  # loaded here: only a shell asks for it

    plain = ((value, words) for value, words in values if is_plain_word(value))
    return [CompletionItem(value, help=_describe(words)) for value, words in islice(plain, MOST)]


def _describe(words: str) -> str | None:
    """Return help as one line without what a shell's script may read; None for none."""
    told = one_line(words, MAX_HELP).replace("\\", "/").replace("`", "'").replace("$", "")
    return told or None


def _silent(complete: Completer) -> Completer:
    """Return a completer that offers nothing where it fails, and never prints a failure."""

    @wraps(complete)
    def quiet(ctx: click.Context, param: click.Parameter, incomplete: str) -> "Completions":
        try:
            return complete(ctx, param, incomplete)
        except Exception:  # what is wrong is told by the command that is called then
            return []

    return quiet


def _open_session(ctx: click.Context) -> "Session | None":
    from pathlib import Path

    from fedcheck.session import open_session
    from fedcheck.storage import config, paths

    try:
        named = ctx.params.get("workspace") or (ctx.parent and ctx.parent.params.get("workspace"))
        root = paths.find_workspace(named or None, os.environ, Path.cwd())
        folders = paths.find_user_folders()
        cache = config.open_cache(config.load(folders)[0], folders)
        return open_session(root, folders, (), "completion", cache=cache)
    except Exception:  # completion must never print a failure into the command line
        return None


@_silent
def complete_items(ctx: click.Context, _: click.Parameter, incomplete: str) -> "Completions":
    """Complete a reference: full ones once a colon or dot is typed, bare ids before."""
    session = _open_session(ctx)
    if session is None:
        return []
    rows = session.project.applying()
    titles = {f"{checklist.id}:{item.id}": item.title for checklist, _, item in rows}
    bare = {split_ref(ref)[1]: title for ref, title in titles.items()}
    both = (*titles.items(), *bare.items())
    return _offer((name, title) for name, title in both if name.startswith(incomplete))


@_silent
def complete_item_query(ctx: click.Context, _: click.Parameter, incomplete: str) -> "Completions":
    """Complete the keys of a query, and the values of those keys that have a list."""
    from fedcheck.domain import item_language, query, query_fields

    name, colon, _value = incomplete.removeprefix("-").partition(":")
    fixed = item_language.FIXED_VALUES
    known: QueryWords = {key: fixed.get(key, ()) for key in query_fields.KEYS}
    if colon and not known.get(name):
        session = _open_session(ctx)
        known = item_language.list_query_words(session.project) if session else known
    return _offer((word, "") for word in query.complete_word(incomplete, known))


@_silent
def complete_items_or_query(
    ctx: click.Context, param: click.Parameter, incomplete: str
) -> "Completions":
    """Complete a reference, or the keys and values of a query."""
    items = complete_items(ctx, param, incomplete)
    return [*complete_item_query(ctx, param, incomplete), *items][:MOST]


@_silent
def complete_milestones(ctx: click.Context, _: click.Parameter, incomplete: str) -> "Completions":
    """Complete the id of a milestone."""
    session = _open_session(ctx)
    milestones = session.project.process.milestones if session else ()
    return _offer((m.id, m.title) for m in milestones if m.id.startswith(incomplete))


@_silent
def complete_templates(ctx: click.Context, _: click.Parameter, incomplete: str) -> "Completions":
    """Complete the name of a report template."""
    from fedcheck.reports.template_files import list_templates
    from fedcheck.storage import paths

    session = _open_session(ctx)
    known = list_templates(session.root, paths.find_user_folders()) if session else []
    return _offer((t.name, t.summary) for t in known if t.name.startswith(incomplete))


@_silent
def complete_roles(ctx: click.Context, _: click.Parameter, incomplete: str) -> "Completions":
    """Complete a role of the process."""
    session = _open_session(ctx)
    known = session.project.process.roles if session else ()
    return _offer((role, "") for role in known if role.startswith(incomplete))


@_silent
def complete_people(ctx: click.Context, _: click.Parameter, incomplete: str) -> "Completions":
    """Complete the short name of a person."""
    session = _open_session(ctx)
    known = session.project.people() if session else []
    return _offer((name, "") for name in known if name.startswith(incomplete))


def suggestions(suggest: "Callable[[Project], Iterable[str]]") -> Completer:
    """Return a completer for the values that a function finds in the workspace."""

    @_silent
    def complete(ctx: click.Context, _: click.Parameter, incomplete: str) -> "Completions":
        session = _open_session(ctx)
        known = suggest(session.project) if session else ()
        return _offer((value, "") for value in known if value.startswith(incomplete))

    return complete


@_silent
def complete_requests(ctx: click.Context, _: click.Parameter, incomplete: str) -> "Completions":
    """Complete the id of a request."""
    session = _open_session(ctx)
    known = session.project.requests if session else ()
    return _offer((r.id, r.title) for r in known if r.id.startswith(incomplete))


@_silent
def complete_findings(ctx: click.Context, _: click.Parameter, incomplete: str) -> "Completions":
    """Complete the id of a finding."""
    session = _open_session(ctx)
    known = session.project.findings if session else ()
    return _offer((f.id, f.title) for f in known if f.id.startswith(incomplete))


@_silent
def complete_request_query(
    ctx: click.Context, _: click.Parameter, incomplete: str
) -> "Completions":
    """Complete a query on requests."""
    from fedcheck.analysis import issue_queries
    from fedcheck.domain import query

    session = _open_session(ctx)
    known = issue_queries.list_request_values(session.project) if session else {}
    return _offer((word, "") for word in query.complete_word(incomplete, known))


@_silent
def complete_finding_query(
    ctx: click.Context, _: click.Parameter, incomplete: str
) -> "Completions":
    """Complete a query on findings."""
    from fedcheck.analysis import issue_queries
    from fedcheck.domain import query

    session = _open_session(ctx)
    known = issue_queries.list_finding_values(session.project) if session else {}
    return _offer((word, "") for word in query.complete_word(incomplete, known))
