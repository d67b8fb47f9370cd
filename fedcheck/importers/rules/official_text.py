"""The official text of a rule or an indicator, as the items of a list contain it."""

from collections.abc import Iterable, Iterator

from fedcheck.domain.text import one_line
from fedcheck.importers.rules.compare import timeframe_text
from fedcheck.importers.rules.document import Entry, PainRow, Rule, Wording

LONGEST_ARTIFACT = 400
"""The most characters of an artifact; official ones stay below 300."""


def write_statement(wording: Wording) -> str:
    """Return what is stated to a class, or to everyone, with its points."""
    return wording.statement + "".join(f"\n- {point}" for point in wording.points)


def write_whole_statement(entry: Entry) -> str:
    """Return the statement with its points, of each class where it varies."""
    parts = []
    for key, wording in entry.wordings().items():
        head = f"Class {key.upper()}: " if key else ""
        parts.append(head + write_statement(wording))
    return "\n\n".join(parts)


def list_artifacts(wording: Wording, bucket: str) -> Iterator[str]:
    """Yield the artifacts that FedRAMP expects for a certification type, a line each."""
    for one in wording.artifacts:
        if one.text and one.bucket in ("all", bucket):
            yield one_line(one.text, LONGEST_ARTIFACT)


def write_remarks(entry: Entry) -> Iterator[str]:
    """Yield what the release states next to the statement, in Markdown: notes, times, examples."""
    wordings = entry.wordings()
    yield from _by_class("FedRAMP's note", {key: one.notes for key, one in wordings.items()})
    tables = {key: tuple(_rating_lines(one.pain)) for key, one in wordings.items()}
    yield from _by_class("Times by rating", tables)
    yield from _by_class("Effective", {key: (one.effective,) for key, one in wordings.items()})
    listed = {
        key: tuple(f"{family}: {', '.join(ids)}" for family, ids in one.controls.items() if ids)
        for key, one in wordings.items()
    }
    yield from _by_class("Controls", listed)
    yield from _bullets("References", (f"{one.name} {one.url}" for one in entry.references))
    if isinstance(entry, Rule):
        yield from _bullets("Dangers", entry.dangers)
        yield from _bullets("Corrective actions", entry.corrective_actions)
        for example in entry.examples:
            lines = (*(f"Test: {test}" for test in example.key_tests), *example.examples)
            yield from _bullets(f"Example {one_line(example.id, 60)}".strip(), lines)
    yield from _bullets("Terms", [", ".join(entry.terms)])
    yield from _bullets("FedRAMP's change log", (f"{one.date}: {one.comment}" for one in entry.log))


def _rating_lines(rows: Iterable[PainRow]) -> Iterator[str]:
    """Yield a line for each rating, with its kinds in the words of FedRAMP."""
    for row in rows:
        times = "; ".join(
            f"{one_line(one.description or one.kind)}: {timeframe_text(one.timeframe)}"
            for one in row.cells
        )
        if times:
            yield f"N{row.rating}: {times}"


def _by_class(title: str, found: dict[str, tuple[str, ...]]) -> Iterator[str]:
    """Yield a part for each text, with the classes that it is for where it is not for all."""
    texts: dict[tuple[str, ...], list[str]] = {}
    for key, lines in found.items():
        texts.setdefault(lines, []).append(key.upper())
    for lines, keys in texts.items():
        named = ", ".join(key for key in keys if key) if len(texts) > 1 else ""
        yield from _bullets(f"{title} (Class {named})" if named else title, lines)


def _bullets(title: str, lines: Iterable[str]) -> Iterator[str]:
    shown = [one_line(line) for line in lines if line.strip()]
    if len(shown) == 1:
        yield f"**{title}:** {shown[0]}"
    elif shown:
        yield f"**{title}:**\n\n" + "\n".join(f"- {line}" for line in shown)
