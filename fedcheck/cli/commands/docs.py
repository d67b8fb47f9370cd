"""The command that shows the documentation that came with fedcheck."""

import os
import re
import sys
from pathlib import Path

import click

from fedcheck.cli import output
from fedcheck.cli.options import print_line, print_lines
from fedcheck.domain.reference import did_you_mean
from fedcheck.domain.text import clean, one_line
from fedcheck.errors import ErrorKind, FedcheckError
from fedcheck.storage.paths import find_shipped_docs

_COMMENT = re.compile(r"\A(?:<!--.*?-->\s*)+", re.DOTALL)
_PICTURE = re.compile(r"!\[([^\]]*)\]\([^)]*\)")
_LINK = re.compile(r"\[(`[^`]+`|[^\]]+)\]\((?!https?:)([^)#]*)(?:#[^)]*)?\)")
"""A link to another page, or to a file of the checkout that is on no other machine."""


def _complete_topics(ctx: click.Context, param: click.Parameter, incomplete: str) -> list[str]:
    try:
        return [name for name in find_shipped_docs() if name.startswith(incomplete)]
    except FedcheckError:
        return []


@click.command()
@click.argument("topic", required=False, shell_complete=_complete_topics)
def docs(topic: str | None) -> None:
    """Show the documentation of a TOPIC in your pager; without one, list the topics.

    Without a terminal, the page is printed as it is.

    \b
    Example:
      fedcheck docs
      fedcheck docs report
    """
    pages = find_shipped_docs()
    if topic is None:
        rows = [[name, one_line(_read_title(path), 70)] for name, path in pages.items()]
        print_lines(output.format_table(rows, flexible=1))
        print_line()
        print_line("Read one: fedcheck docs TOPIC")
        return
    path = pages.get(topic.removeprefix("docs/").removesuffix(".md").casefold())
    if path is None:
        raise FedcheckError(
            f'no documentation of "{one_line(topic, 60)}"', _suggest(topic, pages), ErrorKind.USAGE
        )
    text = format_page(path.read_text(encoding="utf-8"), set(pages))
    if sys.stdin.isatty() and sys.stdout.isatty() and os.environ.get("TERM") != "dumb":
        click.echo_via_pager(text)
    else:
        click.echo(text, nl=False)


def format_page(text: str, topics: set[str]) -> str:
    """Return a page as it reads in a terminal: a link to a page is the command that shows it."""

    def name_page(found: re.Match[str]) -> str:
        words, path = found[1], found[2]
        page = Path(path).stem.casefold()
        if page not in topics or not path.endswith(".md"):
            return words
        is_path = words.strip("`").endswith(".md")
        return f"`fedcheck docs {page}`" if is_path else f"{words} (`fedcheck docs {page}`)"

    text = _PICTURE.sub(r"[picture: \1]", _COMMENT.sub("", text))
    return clean(_LINK.sub(name_page, text))


def _read_title(path: Path) -> str:
    """Return the first heading of a page."""
    with path.open(encoding="utf-8") as lines:
        return next((line[2:].strip() for line in lines if line.startswith("# ")), path.stem)


def _suggest(topic: str, pages: dict[str, Path]) -> str:
    """Return the topic that is probably meant, else the pages that have the word."""
    if near := did_you_mean(topic.casefold(), pages):
        return near
    word = topic.casefold()
    found = [
        name for name, path in pages.items() if word in path.read_text(encoding="utf-8").casefold()
    ]
    if found:
        return f"it appears in: {', '.join(found)}"
    return f"topics: {', '.join(pages)}"
