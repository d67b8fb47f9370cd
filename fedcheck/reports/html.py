"""A report as one HTML file: made from the same Markdown, and nothing in it can be active.

The body comes here with its texts still marked (see `markdown`): the parser takes a stand-in for a
letter, so a text cannot become anything but text. What a template writes itself is read as
Markdown; of its raw HTML only `<br>` stays, and of its links those to web pages and email
addresses.
"""

import re
from collections.abc import Sequence
from html import escape
from pathlib import Path

from markdown_it import MarkdownIt
from markdown_it.token import Token

from fedcheck.domain.text import clean
from fedcheck.reports.charts import as_drawings
from fedcheck.reports.markdown import mark_text, unmark_text

STYLE = Path(__file__).with_name("page.css")

SHORT = 16
"""Up to how many characters code is not broken into lines."""

_POLICY = "default-src 'none'; style-src 'unsafe-inline'; base-uri 'none'; form-action 'none'"
_BREAK = re.compile(r"\s*<br\s*/?>\s*", re.IGNORECASE)
_LINK = re.compile(r"(?:https?://|mailto:|#)", re.IGNORECASE)
_WHOLE = re.compile(r"(?<![\w-])\d{4}-\d\d-\d\d(?![\w-])|[☐◐■✓✗–] [a-z/]+")
"""Dates, and states with their sign: what is not to be broken into two lines."""
_SAME = {
    "paragraph": "p",
    "bullet_list": "ul",
    "ordered_list": "ol",
    "list_item": "li",
    "blockquote": "blockquote",
    "thead": "thead",
    "tbody": "tbody",
    "tr": "tr",
    "strong": "strong",
    "em": "em",
    "s": "s",
}


def render_page(body: str, marking: str, withheld: str) -> str:
    """Return a whole page.

    Args:
        body: what a template made, with its texts marked.
        marking: is at the top and the foot of every printed page; empty for none.
        withheld: what was left out, as text; empty for nothing.
    """
    if withheld:
        body += f"\n\n*Left out of this copy: {mark_text(withheld)}.*\n"
    tokens = _parser().parse(clean(body))
    titles = [_heading(tokens[at + 1]) for at, t in enumerate(tokens) if t.type == "heading_open"]
    title = escape(titles[0]) if titles else "Report"
    style = STYLE.read_text(encoding="utf-8").strip()
    head = [
        "<!DOCTYPE html>",
        '<html lang="en">',
        "<head>",
        '<meta charset="utf-8">',
        f'<meta http-equiv="Content-Security-Policy" content="{_POLICY}">',
        '<meta name="viewport" content="width=device-width, initial-scale=1">',
        f"<title>{title}</title>",
        f"<style>\n{style}\n</style>",
        "</head>",
        "<body>",
    ]
    content = f"<main>\n{_Writer(_anchors(titles)).blocks(tokens)}</main>"
    sheet = _wrap_in_marking(content, _text(mark_text(marking))) if marking.strip() else content
    return "\n".join([*head, sheet, "</body>", "</html>", ""])


def _parser() -> MarkdownIt:
    """Return the parser: tables and strikethrough as on GitHub, no bare addresses as links."""
    return MarkdownIt("commonmark", {"html": True}).enable(["table", "strikethrough"])


def _wrap_in_marking(content: str, marking: str) -> str:
    """Put a page between two lines that a browser repeats on every printed page.

    Only the head and the foot of a table are repeated by every browser; read aloud, this table is
    none.
    """
    line = f'<tr><td><div class="marking">{marking}</div></td></tr>'
    return "\n".join(
        [
            '<table class="sheet" role="presentation">',
            f"<thead>{line}</thead>",
            f"<tbody><tr><td>\n{content}\n</td></tr></tbody>",
            f"<tfoot>{line}</tfoot>",
            "</table>",
        ]
    )


def _heading(token: Token) -> str:
    """Return the words of a heading."""
    return unmark_text("".join(part.content for part in token.children or ()))


def _anchors(titles: Sequence[str]) -> list[str]:
    """Return an id for each heading: that of GitHub, so that links within a page work in both."""
    found: list[str] = []
    for title in titles:
        name = re.sub(r"\s+", "-", re.sub(r"[^\w\s-]", "", title).strip().lower()) or "part"
        number = sum(one == name or one.startswith(f"{name}~") for one in found)
        found.append(f"{name}~{number}" if number else name)
    return [one.replace("~", "-") for one in found]


def _text(text: str) -> str:
    """Return text of the document as HTML; a date or a state in it stays on one line."""
    kept = _WHOLE.sub(r'<span class="whole">\g<0></span>', escape(unmark_text(text)))
    return as_drawings(kept)


class _Writer:
    """Writes the tokens that it knows, and nothing of those that it does not know."""

    def __init__(self, anchors: Sequence[str]) -> None:
        self.anchors = anchors
        self.headings = 0
        self.in_body = False
        self.first = False
        self.links: list[bool] = []

    def blocks(self, tokens: Sequence[Token]) -> str:
        """Return blocks as HTML."""
        parts = []
        for token in tokens:
            if token.type == "inline":
                parts += [self._inline(child) for child in token.children or ()]
            else:
                parts.append(self._block(token))
        return "".join(parts)

    def _block(self, token: Token) -> str:
        kind, _, side = token.type.rpartition("_")
        if kind in _SAME:
            return self._same(kind, side, token)
        match token.type:
            case "heading_open":
                self.headings += 1
                return f'<{token.tag} id="{escape(self.anchors[self.headings - 1])}">'
            case "heading_close":
                return f"</{token.tag}>\n"
            case "table_open":
                label = escape(self.anchors[self.headings - 1]) if self.headings else ""
                return f'<table aria-labelledby="{label}">\n' if label else "<table>\n"
            case "table_close":
                return "</table>\n"
            case "th_open" | "td_open":
                return self._cell(token)
            case "th_close":
                return "</th>"
            case "td_close":
                return self._cell_end()
            case "hr":
                return "<hr>\n"
            case "fence" | "code_block":
                return f"<pre><code>{_text(token.content)}</code></pre>\n"
            case _:
                return ""

    def _same(self, kind: str, side: str, token: Token) -> str:
        tag = _SAME[kind]
        if token.hidden:
            return ""
        if side == "close":
            return f"</{tag}>\n" if token.block else f"</{tag}>"
        if kind in ("thead", "tbody"):
            self.in_body = kind == "tbody"
        if kind == "tr":
            self.first = self.in_body
        start = token.attrs.get("start")
        number = f' start="{start}"' if kind == "ordered_list" and isinstance(start, int) else ""
        return f"<{tag}{number}>" + ("\n" if kind in ("thead", "tbody") else "")

    def _cell(self, token: Token) -> str:
        """Begin a cell; the first of a row names the row."""
        style = str(token.attrs.get("style", ""))
        side = "right" if "right" in style else "centre" if "center" in style else ""
        align = f' class="{side}"' if side else ""
        if token.type == "th_open":
            return f'<th scope="col"{align}>'
        return f'<th scope="row"{align}>' if self.first else f"<td{align}>"

    def _cell_end(self) -> str:
        was_first, self.first = self.first, False
        return "</th>" if was_first else "</td>"

    def _inline(self, token: Token) -> str:
        match token.type:
            case "text":
                return _text(token.content)
            case "softbreak":
                return "\n"
            case "hardbreak":
                return "<br>\n"
            case "code_inline":
                short = ' class="whole"' if len(token.content) <= SHORT else ""
                return f"<code{short}>{_text(token.content)}</code>"
            case "html_inline":
                return "<br>" if _BREAK.fullmatch(token.content) else ""
            case "image":
                return _text(token.content)
            case "link_open":
                return self._link(token)
            case "link_close":
                return "</a>" if self.links and self.links.pop() else ""
            case _:
                return self._block(token)

    def _link(self, token: Token) -> str:
        target = unmark_text(str(token.attrs.get("href", "")))
        self.links.append(bool(_LINK.match(target)))
        if not self.links[-1]:
            return ""
        return f'<a href="{escape(target)}" rel="noopener noreferrer">'
