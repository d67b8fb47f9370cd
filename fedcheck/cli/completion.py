"""Shell completion of items, queries, milestones and checklists; silent where nothing opens."""

import os
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import TYPE_CHECKING

import click

from fedcheck.analysis import issues
from fedcheck.domain import query as completing
from fedcheck.domain import query_fields
from fedcheck.domain.query import Words
from fedcheck.domain.reference import split

if TYPE_CHECKING:
    from click.shell_completion import CompletionItem

    from fedcheck.domain.workspace import Project
    from fedcheck.session import Session

    Completions = list[CompletionItem]

Completer = Callable[[click.Context, click.Parameter, str], "Completions"]
"""Returns the completions of what is typed so far."""


def _item(word: str, words: str | None = None) -> "CompletionItem":
    from click.shell_completion import CompletionItem  # loaded here: only a shell asks for it

    return CompletionItem(word, help=words)


def _session(ctx: click.Context) -> "Session | None":
    from fedcheck.session import open_session
    from fedcheck.storage import paths

    try:
        named = ctx.params.get("workspace") or (ctx.parent and ctx.parent.params.get("workspace"))
        root = paths.find_workspace(named or None, os.environ, Path.cwd())
        return open_session(root, paths.user_folders(), (), "completion")
    except Exception:  # completion must never print a failure into the command line
        return None


def items(ctx: click.Context, _: click.Parameter, incomplete: str) -> "Completions":
    """Complete a reference: full ones once a colon or dot is typed, bare ids before."""
    session = _session(ctx)
    if session is None:
        return []
    rows = session.project.applying()
    titles = {f"{checklist.id}:{item.id}": item.title for checklist, _, item in rows}
    found = [_item(r, titles[r]) for r in titles if r.startswith(incomplete)]
    bare = {split(ref)[1]: title for ref, title in titles.items()}
    found += [_item(i, t) for i, t in bare.items() if i.startswith(incomplete)]
    return found[:200]


def query_words(ctx: click.Context, _: click.Parameter, incomplete: str) -> "Completions":
    """Complete the keys of a query, and the values of those keys that have a list."""
    name, colon, _value = incomplete.removeprefix("-").partition(":")
    known: Words = {key: query_fields.FIXED.get(key, ()) for key in query_fields.KEYS}
    if colon and not known.get(name):
        session = _session(ctx)
        known = query_fields.words(session.project) if session else known
    return [_item(word) for word in completing.endings(incomplete, known)]


def milestones(ctx: click.Context, _: click.Parameter, incomplete: str) -> "Completions":
    """Complete the id of a milestone."""
    session = _session(ctx)
    stones = session.project.process.milestones if session else ()
    return [_item(m.id, m.title) for m in stones if m.id.startswith(incomplete)]


def templates(ctx: click.Context, _: click.Parameter, incomplete: str) -> "Completions":
    """Complete the name of a report template."""
    from fedcheck.reports.template_files import list_templates
    from fedcheck.storage import paths

    session = _session(ctx)
    known = list_templates(session.root, paths.user_folders()) if session else []
    return [_item(t.name, t.summary) for t in known if t.name.startswith(incomplete)]


def roles(ctx: click.Context, _: click.Parameter, incomplete: str) -> "Completions":
    """Complete a role of the process."""
    session = _session(ctx)
    known = session.project.process.roles if session else ()
    return [_item(role) for role in known if role.startswith(incomplete)]


def people(ctx: click.Context, _: click.Parameter, incomplete: str) -> "Completions":
    """Complete the short name of a person."""
    session = _session(ctx)
    known = session.project.people() if session else []
    return [_item(name) for name in known if name.startswith(incomplete)]


def suggestions(suggest: "Callable[[Project], Iterable[str]]") -> Completer:
    """Return a completer for the values that a function finds in the workspace."""

    def complete(ctx: click.Context, _: click.Parameter, incomplete: str) -> "Completions":
        session = _session(ctx)
        known = suggest(session.project) if session else ()
        return [_item(value) for value in known if value.startswith(incomplete)]

    return complete


def requests(ctx: click.Context, _: click.Parameter, incomplete: str) -> "Completions":
    """Complete the id of a request."""
    session = _session(ctx)
    known = session.project.requests if session else ()
    return [_item(r.id, r.title) for r in known if r.id.startswith(incomplete)]


def findings(ctx: click.Context, _: click.Parameter, incomplete: str) -> "Completions":
    """Complete the id of a finding."""
    session = _session(ctx)
    known = session.project.findings if session else ()
    return [_item(f.id, f.title) for f in known if f.id.startswith(incomplete)]


def request_words(ctx: click.Context, _: click.Parameter, incomplete: str) -> "Completions":
    """Complete a query on requests."""
    session = _session(ctx)
    known = issues.request_values(session.project) if session else {}
    return [_item(word) for word in completing.endings(incomplete, known)]


def finding_words(ctx: click.Context, _: click.Parameter, incomplete: str) -> "Completions":
    """Complete a query on findings."""
    session = _session(ctx)
    known = issues.finding_values(session.project) if session else {}
    return [_item(word) for word in completing.endings(incomplete, known)]
