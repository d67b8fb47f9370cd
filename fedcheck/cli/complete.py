"""Shell completion of items, queries, milestones and checklists; silent where nothing opens."""

import os
from pathlib import Path
from typing import TYPE_CHECKING

import click
from click.shell_completion import CompletionItem

from fedcheck.model import query
from fedcheck.model.checklist import LEVELS
from fedcheck.model.record import RESULTS, STATUSES
from fedcheck.model.reference import split

if TYPE_CHECKING:
    from fedcheck.session import Session

_VALUES: dict[str, tuple[str, ...]] = {
    "status": STATUSES,
    "kind": ("task", "test"),
    "level": LEVELS,
    "result": (*RESULTS, "none"),
    "method": ("examine", "interview", "test"),
    "evidence": query.EVIDENCE_WORDS,
    "is": tuple(query.IS),
    "due": ("<7d", "<14d", "<1mo", "none"),
}


def _session(ctx: click.Context) -> "Session | None":
    from fedcheck.session import open_session
    from fedcheck.store import paths

    try:
        named = ctx.params.get("workspace") or (ctx.parent and ctx.parent.params.get("workspace"))
        root = paths.find_workspace(named or None, os.environ, Path.cwd())
        return open_session(root, paths.user_folders(), (), "completion")
    except Exception:  # completion must never print a failure into the command line
        return None


def items(ctx: click.Context, _: click.Parameter, incomplete: str) -> list[CompletionItem]:
    """Complete a reference: full ones once a colon or dot is typed, bare ids before."""
    session = _session(ctx)
    if session is None:
        return []
    entries = session.project.applying()
    titles = {f"{checklist.id}:{item.id}": item.title for checklist, _, item in entries}
    found = [CompletionItem(r, help=titles[r]) for r in titles if r.startswith(incomplete)]
    bare = {split(ref)[1]: title for ref, title in titles.items()}
    found += [CompletionItem(i, help=t) for i, t in bare.items() if i.startswith(incomplete)]
    return found[:200]


def query_words(ctx: click.Context, _: click.Parameter, incomplete: str) -> list[CompletionItem]:
    """Complete the keys of a query, and the values of those keys that have a list."""
    name, colon, value = incomplete.partition(":")
    if not colon:
        return [CompletionItem(f"{key}:") for key in query.KEYS if key.startswith(name)]
    known = _VALUES.get(name, ())
    session = _session(ctx) if not known else None
    if session is not None:
        project = session.project
        known = {
            "role": project.process.roles,
            "phase": tuple(phase.id for phase in project.process.phases),
            "checklist": tuple(project.checklists),
            "owner": tuple(project.people()),
            "tester": tuple(project.people()),
        }.get(name, ())
    return [CompletionItem(f"{name}:{word}") for word in known if word.startswith(value)]


def milestones(ctx: click.Context, _: click.Parameter, incomplete: str) -> list[CompletionItem]:
    """Complete the id of a milestone."""
    session = _session(ctx)
    stones = session.project.process.milestones if session else ()
    return [CompletionItem(m.id, help=m.title) for m in stones if m.id.startswith(incomplete)]


def people(ctx: click.Context, _: click.Parameter, incomplete: str) -> list[CompletionItem]:
    """Complete the short name of a person."""
    session = _session(ctx)
    known = session.project.people() if session else []
    return [CompletionItem(name) for name in known if name.startswith(incomplete)]
