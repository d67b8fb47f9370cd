"""What history lines did, in a few words: messages of commits, and what a merge brought."""

import json
from collections import Counter
from collections.abc import Collection, Iterator, Mapping, Sequence
from itertools import pairwise
from pathlib import PurePosixPath

from msgspec import Struct

from fedcheck.domain.change import (
    MERGE,
    NOT_RECORDS,
    OUTSIDE,
    Change,
    HistoryLine,
    is_import,
    name_writer,
)
from fedcheck.domain.change_text import class_of
from fedcheck.domain.field_values import EVIDENCE_PREFIX
from fedcheck.domain.fields import field_of
from fedcheck.domain.glossary import RESULT_SIGNS, STATUS_WORDS
from fedcheck.domain.reference import split_ref
from fedcheck.domain.text import one_line, pluralize
from fedcheck.domain.workspace import Project
from fedcheck.storage.history_lines import parse_lines, split_lines
from fedcheck.storage.record_file import FINDINGS, MILESTONES, PACKAGE, REQUESTS, SENT

LONGEST = 72
"""The most characters of the first line of a message, as git's own tools show it."""

NAMED = 2
"""So many results and statuses are named by their item; more are counted."""

LONGEST_CODE = 20
"""A longer official id is a sentence; the item is then named by ours."""

PEOPLE = 3
"""So many people are named in one line."""

NOBODY = (OUTSIDE, MERGE)
"""Who is named for lines that are no person's."""


class Arrival(Struct, frozen=True):
    """What one person did.

    Attributes:
        by: the person, `outside fedcheck` or `merge`.
        words: what they did, such as `AC-01b satisfied, 3 observations`.
        lines: how many history lines that are.
    """

    by: str
    words: str
    lines: int


def list_new_lines(before: bytes, after: bytes) -> list[HistoryLine]:
    """Return the lines that a history file has and an earlier version of it had not."""
    known = set(split_lines(before))
    return parse_lines(line for line in split_lines(after) if line not in known)


def describe_lines(lines: Sequence[HistoryLine], project: Project) -> list[Arrival]:
    """Return what each person did, whoever did most first."""
    by_person: dict[str, list[HistoryLine]] = {}
    for line in lines:
        by_person.setdefault(name_writer(line), []).append(line)
    found = [
        Arrival(one_line(by, 40), ", ".join(_describe(each, project)), len(each))
        for by, each in by_person.items()
    ]
    return sorted(found, key=lambda one: (one.by in NOBODY, -one.lines, one.by))


def _describe(lines: Sequence[HistoryLine], project: Project) -> list[str]:
    """Return the parts of what one person did: results first, then texts, findings, the rest."""
    net = _net_changes(lines)
    parts = [*_describe_results(net, project), *_describe_statuses(net, project)]
    counts: Counter[str] = Counter()
    others: dict[str, list[str]] = {}
    for (ref, field), change in net.items():
        word = _count_word(ref, field, change, net)
        if word:
            counts[word] += 1
        elif word is None:
            others.setdefault(ref, []).append(_field_word(ref, field))
    parts += [
        pluralize(count, word, _MANY.get(word, ""))
        for word, count in sorted(counts.items(), key=lambda one: _ORDER.index(one[0]))
    ]
    if any(is_import(line.change) for line in lines):
        parts.append("an import")
    if len(others) <= NAMED:
        parts += [
            f"{' and '.join(words[:2])} of {_name(ref, project)}" for ref, words in others.items()
        ]
    else:
        parts.append(f"details of {pluralize(len(others), 'record')}")
    return parts or ["no lasting change"]


_ORDER = (
    "observation", "finding", "closed finding", "request", "answer", "accepted request",
    "evidence item", "note", "milestone", "package entry", "sent report", "list",
)  # fmt: skip

_MANY = {"package entry": "package entries"}


def _net_changes(lines: Sequence[HistoryLine]) -> Mapping[tuple[str, str], Change]:
    """Return what remains of the changes of each field: from its first old to its last new."""
    found: dict[tuple[str, str], Change] = {}
    for line in sorted(lines, key=lambda one: one.at):
        change = line.change
        if is_import(change):
            continue
        key = change.ref, change.field
        first = found.get(key)
        found[key] = Change(*key, first.old if first else change.old, change.new)
    return {key: one for key, one in found.items() if _as_text(one.old) != _as_text(one.new)}


def _as_text(value: object) -> str:
    return json.dumps(value, sort_keys=True, default=str)


def _describe_results(net: Mapping[tuple[str, str], Change], project: Project) -> Iterator[str]:
    given = [one for (_, field), one in net.items() if field == "result" and one.new]
    if len(given) <= NAMED:
        for one in given:
            yield f"{_name(one.ref, project)} {_result(str(one.new))}"
        return
    for value, count in Counter(str(one.new) for one in given).items():
        yield f"{count} {_result(value)}"


_RESULTS = {str(name): sign.word for name, sign in RESULT_SIGNS.items()}


def _result(value: str) -> str:
    return _RESULTS.get(value, one_line(value, 30))


def _describe_statuses(net: Mapping[tuple[str, str], Change], project: Project) -> Iterator[str]:
    """Yield statuses that are not just what a result made of them."""
    given = [
        one
        for (ref, field), one in net.items()
        if field == "status" and (ref, "result") not in net and _is_item(ref)
    ]
    if len(given) <= NAMED:
        for one in given:
            yield f"{_name(one.ref, project)} {_status(one)}"
        return
    for word, count in Counter(_status(one) for one in given).items():
        yield f"{count} {word}"


def _status(change: Change) -> str:
    value = str(change.new or "todo")
    return STATUS_WORDS.get(value, one_line(value, 20))


def _is_item(ref: str) -> bool:
    return split_ref(ref)[0] not in (REQUESTS, FINDINGS, MILESTONES, PACKAGE, SENT, *NOT_RECORDS)


def _count_word(
    ref: str, field: str, change: Change, net: Mapping[tuple[str, str], Change]
) -> str | None:
    """Return what a change counts as; empty where it is counted already, None for other fields."""
    book = split_ref(ref)[0]
    if field.startswith(EVIDENCE_PREFIX):
        return "evidence item"
    if book == FINDINGS:
        if field == "title" and change.old is None:
            return "finding"
        if field == "state" and change.new == "closed":
            return "closed finding"
        return "" if _is_new(ref, net) else None
    if book == REQUESTS:
        if field == "title" and change.old is None:
            return "request"
        if field == "answer" and change.new:
            return "answer"
        if field == "state" and change.new == "accepted":
            return "accepted request"
        return "" if _is_new(ref, net) or field in ("state", "answered") else None
    fixed = {
        MILESTONES: "milestone",
        PACKAGE: "package entry",
        "checklists": "list",
        "texts": "list",
    }
    if book in fixed:
        return fixed[book]
    if book == SENT:
        return "sent report" if field == "on" and change.old is None else ""
    if field in ("observation", "note"):
        return field
    if field in _FOLLOWING:
        return ""
    return None


_FOLLOWING = ("status", "result", "done", "basis", "tested", "tester", "reason", "history")
"""Fields that come with a result or a status, and are not named again."""


def _field_word(ref: str, field: str) -> str:
    row = field_of(class_of(ref), field)
    return row.label.lower() if row is not None else one_line(field.replace("_", " "), 30)


def _is_new(ref: str, net: Mapping[tuple[str, str], Change]) -> bool:
    title = net.get((ref, "title"))
    return title is not None and title.old is None


def _name(ref: str, project: Project) -> str:
    book, name = split_ref(ref)
    if book in (REQUESTS, FINDINGS):
        return f"{book.removesuffix('s')} {one_line(name, 20)}"
    item = project.item(ref)
    is_code = item is not None and 0 < len(item.code) <= LONGEST_CODE
    return one_line(item.code if item is not None and is_code else name, 40)


def write_message(
    arrivals: Sequence[Arrival], paths: Sequence[str], evidence: Collection[str]
) -> str:
    """Return the message of a commit.

    Args:
        arrivals: what people did since the commit before.
        paths: the files of the commit.
        evidence: those of them that are evidence.
    """
    if not arrivals:
        return _describe_files(paths, evidence)
    if len(arrivals) == 1:
        subject = arrivals[0].words
        if arrivals[0].by in NOBODY:
            subject = f"{arrivals[0].by}: {subject}"
    else:
        subject = join_people(arrivals)
    if len(subject) <= LONGEST:
        return subject
    whole = "\n".join(f"{one.by}: {one.words}" for one in arrivals)
    return f"{_shorten(subject)}\n\n{whole}"


def join_people(arrivals: Sequence[Arrival]) -> str:
    """Return what several people did in one line."""
    named = [f"{one.by}: {one.words}" for one in arrivals[:PEOPLE]]
    more = len(arrivals) - PEOPLE
    return "; ".join(
        [*named, *([f"and {pluralize(more, 'more person', 'more people')}"] if more > 0 else [])]
    )


def _shorten(subject: str) -> str:
    """Cut a line at a comma, so that every part is whole."""
    ends = [at for at, (one, two) in enumerate(pairwise(subject)) if one in ",;" and two == " "]
    fitting = [end for end in ends if end <= LONGEST - 4]
    return f"{subject[: fitting[-1]]} ..." if fitting else one_line(subject, LONGEST)


def _describe_files(paths: Sequence[str], evidence: Collection[str]) -> str:
    """Return what changed where no history line has it."""
    own = [path for path in paths if path not in evidence]
    named = [path for path in own if "/" not in path or path.startswith("checklists/")]
    parts = [PurePosixPath(one).name for one in named[:3]]
    if len(named) > 3:
        parts.append(f"{len(named) - 3} more files")
    if evidence:
        parts.append(pluralize(len(evidence), "evidence file"))
    return one_line(", ".join(parts), LONGEST) or pluralize(len(paths), "file")
