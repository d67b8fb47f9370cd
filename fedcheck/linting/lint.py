"""All rules over checklists, process files, guidance and glossaries."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

from fedcheck.domain.checklist import Checklist, Item
from fedcheck.errors import InvalidFileError
from fedcheck.linting import facts
from fedcheck.linting.copies import find_copies, read_official_texts
from fedcheck.linting.finding import Fault, Finding
from fedcheck.linting.sentences import check_sentences, check_title
from fedcheck.linting.texts import Places, Sort, Text, list_texts
from fedcheck.linting.words import find_words
from fedcheck.storage.checklist_files import GLOSSARY_FILE, Catalog
from fedcheck.storage.loaded_files import LoadedList, LoadedProcess
from fedcheck.storage.paths import find_shipped_checklists
from fedcheck.storage.toml_io import read

TEXT_FOLDERS = ("guidance", "controls")
"""Folders of a shipped process with words that are built into its lists."""


def lint_files(
    catalog: Catalog,
    lists: Iterable[LoadedList],
    processes: Iterable[LoadedProcess] = (),
    texts: Iterable[Path] = (),
    official: Sequence[Path] = (),
) -> list[Finding]:
    """Return everything that the strict rules find, in the order of files and lines.

    Args:
        catalog: all lists and processes that references may lead to.
        lists: the checklists to check.
        processes: the process files to check.
        texts: other files with our words: guidance, glossaries.
        official: folders with official texts; without one the rule `copied` is not checked.
    """
    lint = _Lint(catalog)
    for loaded in lists:
        lint.check_list(loaded)
    for process in processes:
        if process.document is not None:
            data = process.document.data
            lint.check_texts(process.path, process.document.text, list_texts(data))
            lint.names += [str(one.get("title", "")) for one in _tables(data, "source")]
    for path in texts:
        try:
            document = read(path)
        except InvalidFileError:
            continue  # a check without --strict finds it, or the builder
        by_id = path.parent.name in TEXT_FOLDERS
        lint.check_texts(path, document.text, list_texts(document.data, by_id))
    if official:
        lint.check_copies(official)
    found = {id(one): one for one in lint.found}.values()
    return sorted(found, key=lambda one: (str(one.path), one.line))


def list_shipped_texts() -> list[Path]:
    """Return the files with our words that are shipped with the lists."""
    home = find_shipped_checklists()
    glossaries = sorted(home.glob(f"*/{GLOSSARY_FILE}"))
    return [
        *glossaries,
        *(one for name in TEXT_FOLDERS for one in sorted(home.glob(f"*/{name}/*.toml"))),
    ]


def is_shipped(path: Path) -> bool:
    """Return whether a file is one of the shipped ones, also where a person named it."""
    return path.resolve().is_relative_to(find_shipped_checklists().resolve())


class _Lint:
    """What was found so far, and the texts that are compared with official ones at the end."""

    def __init__(self, catalog: Catalog) -> None:
        self.found: list[Finding] = []
        self.names: list[str] = []
        self.processes = catalog.processes
        self.lists = {
            name: one.checklist for name, one in catalog.effective_lists().items() if one.checklist
        }
        self._texts: dict[object, tuple[Path, Places, Text]] = {}

    def check_list(self, loaded: LoadedList) -> None:
        checklist, document = loaded.in_file, loaded.document
        if checklist is None or document is None:
            return
        shipped = is_shipped(loaded.path)
        self.names += [source.title for source in checklist.sources]
        places = Places(document.text)
        imported = {
            item.id for _, item in checklist.items.values() if item.statement or item.own_basis
        }
        texts: Iterable[Text] = list_texts(document.data, skip_items=shipped)
        if not shipped:
            texts = (one for one in texts if one.item not in imported or one.sort is Sort.PROSE)
        self.check_texts(loaded.path, document.text, texts, places)
        for _, item in checklist.items.values():
            at = loaded.place(item.id)
            for key, fault in self._facts(item, checklist, shipped):
                self._add(loaded.path, places, Text((*at, key), Sort.PHRASE, "", item.id), fault)

    def _facts(
        self, item: Item, checklist: Checklist, shipped: bool
    ) -> Iterator[tuple[str, Fault]]:
        if shipped or checklist.sources:
            yield from (("source", one) for one in facts.check_source(item, checklist))
        # The level of an item with a basis is the force of its rule: its builder sets it.
        needs_quote = shipped and not item.own_basis
        if needs_quote and not facts.is_historical(item, checklist, self.processes):
            yield from (("source", one) for one in facts.check_says(item))
        yield from (("source", one) for one in facts.check_level(item))
        controls = facts.check_controls(item, checklist, self.processes)
        yield from (("controls", one) for one in controls)
        needs = facts.check_needs(item, checklist, self.lists, self.processes)
        yield from (("needs", one) for one in needs)

    def check_texts(
        self, path: Path, text: str, texts: Iterable[Text], places: Places | None = None
    ) -> None:
        places = places or Places(text)
        for one in texts:
            self._texts[len(self._texts)] = (path, places, one)
            for fault in check_text(one):
                self._add(path, places, one, fault)

    def check_copies(self, official: Sequence[Path]) -> None:
        ours = {key: one.text for key, (_, _, one) in self._texts.items()}
        for copied in find_copies(ours, read_official_texts(official), self.names):
            path, places, text = self._texts[copied.place]
            message = f'{copied.count} words are those of {copied.document}: "{copied.words}"'
            fault = Fault("copied", copied.words, message, "use your own words")
            self._add(path, places, text, fault)

    def _add(self, path: Path, places: Places, text: Text, fault: Fault) -> None:
        words = fault.text if text.sort is Sort.PROSE else ""
        line = places.line_of(text.path, words)
        self.found.append(
            Finding(path, line, text.item, fault.rule, fault.text, fault.message, fault.remedy)
        )


def check_text(text: Text) -> Iterator[Fault]:
    """Yield what is wrong with the words of a text, by what sort of text it is."""
    if text.sort is Sort.ITEM_TITLE:
        yield from check_title(text.text)
    elif text.sort is Sort.PROSE:
        yield from check_sentences(text.text)
    yield from find_words(text.text)


def _tables(data: Mapping[str, Any], name: str) -> list[Mapping[str, Any]]:
    found = data.get(name)
    return [one for one in found if isinstance(one, dict)] if isinstance(found, list) else []
