"""The definitions and control texts of a release, as files of the workspace."""

import hashlib
import os
from collections.abc import Iterator
from pathlib import Path

from fedcheck.domain.control_ids import parse_control
from fedcheck.domain.control_texts import ClassText, ControlText, ControlTexts, ParameterValue
from fedcheck.domain.terms import Glossary, Term, without_duplicates
from fedcheck.domain.text import one_line, pluralize
from fedcheck.importers.plan import PlannedText
from fedcheck.importers.rules import document
from fedcheck.importers.rules.document import ControlWording, Release
from fedcheck.storage.checklist_writer import TEXTS, Rewritten
from fedcheck.storage.names import TextName
from fedcheck.storage.official_texts import CONTROLS, GLOSSARY, dump, text_path
from fedcheck.storage.raw_files import read_bytes

LONGEST_NAME = 200
"""The most characters of a term, a form of it, or an id."""


def plan_texts(root: Path, release: Release) -> Iterator[PlannedText]:
    """Yield the files that a release writes: those whose content would be another.

    A release without definitions, or without control texts, leaves the earlier file as it is.
    Raises InvalidFileError where an earlier file cannot be read.
    """
    wanted: list[tuple[TextName, bytes, int, str]] = []
    if release.terms:
        data, count = dump(build_glossary(release)), len(release.terms)
        wanted.append((GLOSSARY, data, count, pluralize(count, "definition")))
    if release.controls:
        data, count = dump(build_controls(release)), len(release.controls)
        wanted.append((CONTROLS, data, count, pluralize(count, "control text")))
    for name, data, count, what in wanted:
        path = text_path(root, name)
        held = read_bytes(path, root) if os.path.lexists(path) else None
        if held != data:
            seen = None if held is None else hashlib.sha256(held).hexdigest()
            yield PlannedText(Rewritten(name, data, seen, TEXTS), count, what)


def describe_texts(release: Release) -> Iterator[str]:
    """Yield what a release defines, and how to read it."""
    if release.terms:
        example = one_line(release.terms[0].term, 60)
        count = pluralize(len(release.terms), "definition")
        yield f'{count} in {GLOSSARY}.toml: fedcheck show "{example}"'
    if release.controls:
        example = parse_control(release.controls[0].id) or release.controls[0].id
        count = pluralize(len(release.controls), "control text")
        yield f'{count} in {CONTROLS}.toml: fedcheck show "{one_line(example, 60)}"'


def build_glossary(release: Release) -> Glossary:
    """Return the definitions of a release."""
    terms = without_duplicates(_term(one) for one in release.terms)
    return Glossary(1, release.name, release.sha256, terms)


def build_controls(release: Release) -> ControlTexts:
    """Return what a release adds to controls, under their ids as NIST writes them."""
    found: dict[str, ControlText] = {}
    for one in release.controls:
        name = parse_control(one.id) or one_line(one.id, LONGEST_NAME)
        found.setdefault(
            name,
            ControlText(
                name,
                one.common.guidance,
                _parameters(one.common),
                tuple(
                    ClassText(key, wording.guidance, _parameters(wording))
                    for key, wording in sorted(one.by_class.items())
                ),
            ),
        )
    return ControlTexts(1, release.name, release.sha256, tuple(found.values()))


def _parameters(wording: ControlWording) -> tuple[ParameterValue, ...]:
    return tuple(ParameterValue(one.id, one.value) for one in wording.parameters)


def _term(one: document.Term) -> Term:
    reference = next(iter(one.references), None)
    return Term(
        one.id,
        one_line(one.term or one.id, LONGEST_NAME),
        one.definition,
        tuple(one_line(form, LONGEST_NAME) for form in one.alternatives if form),
        one.notes,
        reference.name if reference else "",
        reference.url if reference else "",
        one.linked,
    )
