"""What `checklist validate --strict` adds: the findings of the rules, and their counts."""

from collections import Counter
from collections.abc import Collection, Sequence
from pathlib import Path

import click

from fedcheck.cli import output
from fedcheck.cli.options import print_json, print_lines
from fedcheck.domain.reference import did_you_mean
from fedcheck.errors import ErrorKind, FedcheckError
from fedcheck.linting.copies import find_official_texts
from fedcheck.linting.finding import RULES, Finding
from fedcheck.linting.lint import lint_files, list_shipped_texts
from fedcheck.storage.checklist_files import Catalog
from fedcheck.storage.loaded_files import LoadedList, LoadedProcess
from fedcheck.storage.paths import find_shipped_checklists


def find(
    catalog: Catalog,
    lists: Sequence[LoadedList],
    processes: Sequence[LoadedProcess],
    texts: Sequence[Path] | None,
    official: Path | None,
    rules: Collection[str],
) -> list[Finding]:
    """Return what the rules find.

    Args:
        catalog: all lists and processes.
        lists: the checklists to check.
        processes: the process files to check.
        texts: guidance and glossaries to check; None for the shipped ones.
        official: folder of official texts; None for those next to a checkout.
        rules: the rules to report; all where there are none.

    Raises FedcheckError for an unknown rule.
    """
    for name in rules:
        if name not in RULES:
            hint = did_you_mean(name, RULES) or "known: " + ", ".join(RULES)
            raise FedcheckError(f'unknown rule "{name[:60]}"', hint, ErrorKind.USAGE)
    wanted = not rules or "copied" in rules
    folders: list[Path] = []
    if wanted:
        folders = [official] if official else find_official_texts(find_shipped_checklists())
        if not folders:
            note = "Copied text was not checked: name a folder of official texts with --official."
            click.echo(note, err=True)
    chosen = list_shipped_texts() if texts is None else texts
    found = lint_files(catalog, lists, processes, chosen, folders)
    return [one for one in found if not rules or one.rule in rules]


def print_counts(findings: Sequence[Finding], as_json: bool) -> None:
    """Print how many findings each file has by rule."""
    counted = Counter((_name(one.path), one.rule) for one in findings)
    files = list(dict.fromkeys(_name(one.path) for one in findings))
    if as_json:
        print_json(
            [{"file": file, "rules": {r: counted[file, r] for r in RULES}} for file in files]
        )
        return
    rows = [["file", *RULES, "all"]]
    for file in files:
        numbers = [counted[file, rule] for rule in RULES]
        rows.append([file, *(str(number or "") for number in numbers), str(sum(numbers))])
    totals = [sum(counted[file, rule] for file in files) for rule in RULES]
    rows.append(["all", *map(str, totals), str(sum(totals))])
    print_lines(output.format_table(rows, right=tuple(range(1, len(RULES) + 2))))


def _name(path: Path) -> str:
    """Return a short name of a file: its list, or folder and name."""
    plain = path.stem in ("process", "glossary") or path.parent.name in ("guidance", "controls")
    return f"{path.parent.name}/{path.stem}" if plain else path.stem
