"""Rules on the form of titles and sentences."""

import re
from collections.abc import Iterator

from fedcheck.linting.finding import Fault
from fedcheck.linting.verbs import has_verb

LONGEST_TITLE = 60
"""Characters of an item's title, so that lists show it whole at 120 columns."""

LONGEST_SENTENCE = 40
"""Words of a sentence."""

FEWEST_WORDS = 3
"""Words from which a sentence is judged: "Yes.", "See below." are left alone."""

_ABBREVIATIONS = re.compile(
    r"\b(a\.m|p\.m|e\.g|i\.e|etc|vs|No|Nos|sec|Sec|secs|App|Apps|app|p|pp|v|U\.S|St|Inc|approx|Rev|ch|Ch|col"
    r"|cols|fig|Fig|Vol|vol|Jr|Dr|Mr|Ms|ca|U\.S\.C|al)\."
)
_BREAK = re.compile(r"(?<=[.!?])[\"')\]]*\s+(?=[\"'(\[]?[A-Z0-9`])")
_BULLET = re.compile(r"\s*(?:[-*+]|\d+[.)])\s+|\s*\||\s*#|\s*>|\s*```")
_LABEL = re.compile(
    r"(?:Class|Minimum|Maximum|Default|Level|High|Moderate|Low|LI-SaaS)\b[^:.]{0,40}:"
)
"""A line of values by class or level, which needs no verb."""
_CODE = re.compile(r"`[^`]*`")
_LINK = re.compile(r"\[([^\]]*)\]\([^)]*\)|https?://\S+")


def check_title(title: str) -> Iterator[Fault]:
    """Yield what is wrong with an item's title."""
    if len(title) > LONGEST_TITLE:
        text = f'"{title}" has {len(title)} characters'
        yield Fault("title-length", title, text, f"at most {LONGEST_TITLE}: keep the one fact")
    if title.endswith((".", "?", "!")) or ";" in title or len(split_sentences(title)) > 1:
        text = f'"{title}" is more than one fact, or ends like a sentence of text'
        yield Fault("title-form", title, text, "write one fact without a final mark")
    elif not has_verb(title.partition(": ")[0]):
        text = f'"{title}" has no verb'
        yield Fault("title-form", title, text, "state a fact: what is true when it is ticked")


def check_sentences(text: str) -> Iterator[Fault]:
    """Yield what is wrong with the sentences of running text; lists and tables in it are left."""
    for sentence in split_sentences(text):
        count = len(sentence.split())
        if _longest_part(sentence) > LONGEST_SENTENCE:
            start = " ".join(sentence.split()[:8])
            message = f'"{start} ..." has {count} words'
            yield Fault("long-sentence", start, message, "split it: one idea a sentence")
        is_label = sentence.endswith(":") or _LABEL.match(sentence)
        if count >= FEWEST_WORDS and not is_label and not has_verb(sentence):
            shown = sentence if count <= 16 else " ".join(sentence.split()[:16]) + " ..."
            message = f'"{shown}" has no verb'
            yield Fault("verb", sentence, message, "write a whole sentence, or an instruction")


def _longest_part(sentence: str) -> int:
    """Return the words of a sentence; where a list follows a colon, the words before it."""
    before, colon, after = sentence.partition(": ")
    is_list = colon and after.count(",") + after.count(";") >= 3
    return len((before if is_list else sentence).split())


def split_sentences(text: str) -> list[str]:
    """Return the sentences of the paragraphs of a text in Markdown."""
    found: list[str] = []
    for paragraph in re.split(r"\n\s*\n", text):
        lines = [line for line in paragraph.split("\n") if line.strip()]
        bullets = next((n for n, line in enumerate(lines) if _BULLET.match(line)), len(lines))
        plain = " ".join(" ".join(lines[:bullets]).split())
        plain = _CODE.sub("Code", _LINK.sub(lambda link: link[1] or "Link", plain))
        plain = _ABBREVIATIONS.sub(lambda short: short[0].replace(".", "\u2024"), plain)
        found += [one.replace("\u2024", ".").strip() for one in _BREAK.split(plain) if one.strip()]
    return found
