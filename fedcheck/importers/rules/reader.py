"""Read a release of the rules from a file, or from the files of a folder.

A file is known by what stands where in it, never by its name. Whatever is not known is named, and
what cannot be rules is refused with the reason.
"""

import hashlib
from collections import Counter
from collections.abc import Iterable, Iterator
from datetime import date
from pathlib import Path
from typing import Any

from msgspec import Struct
from msgspec.structs import replace

from fedcheck.domain.text import one_line, pluralize
from fedcheck.errors import FedcheckError, InvalidFileError, Problem
from fedcheck.importers.json_file import (
    JsonLimits,
    explain,
    name_other_json,
    parse_json,
    read_bytes,
)
from fedcheck.importers.rules.box import Box, Findings
from fedcheck.importers.rules.document import ControlGuidance, Indicator, Release, Rule, Term, Theme
from fedcheck.importers.rules.entries import (
    is_official_id,
    read_control,
    read_indicator,
    read_term,
)
from fedcheck.importers.rules.ruleset_parts import Ruleset
from fedcheck.importers.rules.rulesets import read_info_of_file, read_ruleset

TAKE_RULES = "use fedramp-consolidated-rules.json of a release, or the folder of its files"

LIMITS = JsonLimits(
    32 * 1024 * 1024,
    400_000,
    f"fedcheck reads the rules as JSON; {TAKE_RULES}",
    TAKE_RULES,
    too_deep="this is not a release of the rules",
)
"""Official files are below 1 MB, with some 4,000 objects."""

DEEPEST = 40
"""How deep a file may nest; official ones nest 14 times."""

MOST_FILES = 200
"""The most files of a folder that are looked at."""

RULES_PARTS = ("FRR", "KSI", "FRD")
"""The parts of a rules file: rules, indicators, definitions."""

OSCAL_PARTS = (
    "catalog", "profile", "component-definition", "system-security-plan", "assessment-plan",
    "assessment-results", "plan-of-action-and-milestones", "mapping-collection",
)  # fmt: skip


class _File(Struct):
    """A file with rules: its JSON, and which keys are twice in it."""

    path: Path
    data: dict[str, Any]
    sha256: str
    twice: Counter[str]


def read_release(path: Path) -> Release:
    """Read a release from a file, or from a folder with the files of one release.

    Raises FedcheckError: the file holds no rules, cannot be read, or the folder holds several
    releases.
    """
    if path.is_dir():
        files, skipped = _read_folder(path)
    else:
        files, skipped = [_read_file(path)], []
    return _build_release(path, files, skipped)


def is_release(path: Path) -> bool:
    """Return whether a file holds rules or what is left of them.

    A damaged file counts where the names of two parts are in it, so that reading it states what is
    wrong.
    """
    try:
        raw = read_bytes(path, LIMITS)
    except FedcheckError:
        return False
    named = [name for name in RULES_PARTS if f'"{name}"'.encode() in raw]
    if not named:
        return False
    try:
        return not why_no_rules(parse_json(path, raw, LIMITS, Counter()))
    except FedcheckError:
        return len(named) > 1


def why_no_rules(data: Any) -> str:
    """Return what JSON is that is not the rules; empty where it is the rules."""
    if not isinstance(data, dict):
        return "is JSON, but not an object"
    parts = [name for name in RULES_PARTS if isinstance(data.get(name), dict)]
    if parts:
        return ""
    if any(name in data for name in OSCAL_PARTS):
        return "is an OSCAL document, not FedRAMP's rules"
    if other := name_other_json(data):
        return f"is {other}, not FedRAMP's rules"
    return "is JSON, but has none of the parts FRR, KSI and FRD"


def _read_file(path: Path) -> _File:
    raw = read_bytes(path, LIMITS)
    twice: Counter[str] = Counter()
    data = parse_json(path, raw, LIMITS, twice)
    reason = why_no_rules(data)
    if reason:
        raise FedcheckError(f"{path}: {reason}", TAKE_RULES)
    if _is_too_deep(data):
        raise explain(path, 0, "nested too deeply", LIMITS.too_deep)
    return _File(path, data, hashlib.sha256(raw).hexdigest(), twice)


def _is_too_deep(data: Any) -> bool:
    level = [data]
    for _ in range(DEEPEST):
        level = [
            inner
            for one in level
            for inner in (one.values() if isinstance(one, dict) else one)
            if isinstance(inner, dict | list)
        ]
        if not level:
            return False
    return True


def _read_folder(folder: Path) -> tuple[list[_File], list[str]]:
    """Return the files of a folder that hold rules, and the others with the reason."""
    try:
        paths = sorted(path for path in folder.iterdir() if path.suffix.lower() == ".json")
    except OSError as error:
        reason = (error.strerror or str(error)).lower()
        raise FedcheckError(
            f"{folder}: cannot be read: {reason}", "check its permissions"
        ) from None
    if len(paths) > MOST_FILES:
        raise FedcheckError(f"{folder}: holds {len(paths)} JSON files", TAKE_RULES)
    files: list[_File] = []
    skipped: list[str] = []
    for path in paths:
        try:
            files.append(_read_file(path))
        except InvalidFileError:
            raise  # a broken file may be a part of the release: without it the rest misleads
        except FedcheckError as error:
            skipped.append(str(error).replace(f"{folder}/", "", 1))
    whole = [one for one in files if _structure(one.data) > LAST_OF_LISTS]
    if len(whole) > 1 or (whole and len(files) > 1):
        names = ", ".join(one_line(one.path.name, 60) for one in files[:5])
        raise FedcheckError(
            f"{folder}: contains several releases: {names}", "name one of the files"
        )
    if not files:
        said = f": {one_line(skipped[0], 200)}" if skipped else ": it has no JSON file"
        raise FedcheckError(f"{folder}: contains no rules{said}", TAKE_RULES)
    return files, skipped


LAST_OF_LISTS = 3
"""The last structure that is spread over several files, with lists of requirements."""


def _structure(data: dict[str, Any]) -> int:
    """Return which of the seven structures a file has, by what stands where."""
    rules = [one for one in _objects(data.get("FRR")) if isinstance(one, dict)]
    themes = [one for one in _objects(data.get("KSI")) if isinstance(one, dict)]
    definitions = data.get("FRD")
    keyed = isinstance(definitions, dict) and isinstance(definitions.get("data"), dict)
    if not keyed and not any("data" in one for one in rules):
        if any("indicators" in one for one in themes) or _any_key(rules, "name"):
            return 3
        return 2 if _any_key([*rules, *themes], "impact") else 1
    if _any_key(rules, "force"):
        return 7
    if _any_key(rules, "varies_by_level") or _any_key(rules, "fka"):
        return 4
    return 6 if _any_key(rules, "subsets") else 5


def _objects(value: Any) -> Iterable[Any]:
    return value.values() if isinstance(value, dict) else ()


def _any_key(values: list[Any], key: str) -> bool:
    """Return whether any object under some values has a key."""
    level = list(values)
    while level:
        if any(isinstance(one, dict) and key in one for one in level):
            return True
        level = [
            inner
            for one in level
            for inner in (one.values() if isinstance(one, dict) else one)
            if isinstance(inner, dict | list)
        ]
    return False


class _Parts(Struct):
    """What the files of a release hold, while they are read."""

    rulesets: dict[str, Ruleset] = {}
    rules: dict[str, Rule] = {}
    themes: dict[str, Theme] = {}
    indicators: dict[str, Indicator] = {}
    terms: dict[str, Term] = {}
    controls: dict[str, ControlGuidance] = {}
    versions: list[str] = []
    dates: list[date] = []
    titles: list[str] = []
    descriptions: list[str] = []
    artifacts: dict[str, tuple[str, ...]] = {}


def _build_release(path: Path, files: list[_File], skipped: list[str]) -> Release:
    findings = Findings()
    parts = _Parts()
    structure = 0
    for file in files:
        structure = max(structure, _structure(file.data))
        for key, count in sorted(file.twice.items())[:20]:
            text = f"appears several times in {pluralize(count, 'object')}; the last one counts"
            findings.note(one_line(key, 60), text)
        _read_parts(Box(file.data, findings), parts)
    if not parts.rules and not parts.indicators:
        only = "contains only definitions" if parts.terms else "contains no readable rule"
        raise InvalidFileError([Problem(path, 0, only, TAKE_RULES)])
    hashes = "".join(file.sha256 for file in files)
    return Release(
        " + ".join(dict.fromkeys(parts.versions)) if len(files) == 1 else _newest(parts),
        max(parts.dates, default=None),
        files[0].sha256 if len(files) == 1 else hashlib.sha256(hashes.encode()).hexdigest(),
        structure,
        tuple(file.path.name for file in files),
        next(iter(parts.titles), ""),
        next(iter(parts.descriptions), ""),
        tuple(skipped),
        parts.artifacts,
        tuple(parts.rulesets.values()),
        tuple(parts.rules.values()),
        tuple(parts.themes.values()),
        tuple(parts.indicators.values()),
        tuple(parts.terms.values()),
        tuple(parts.controls.values()),
        findings.unknown(),
        findings.notes(),
    )


def _newest(parts: _Parts) -> str:
    """Return the version of a release of several files, each of which has its own: the last."""
    return max(parts.versions, default="")


def _read_parts(top: Box, parts: _Parts) -> None:
    about = top.box("info")
    names = list(_read_rules(top, parts))
    if about is not None:
        _read_about(about, parts, names[0] if len(names) == 1 else "")
    _read_indicators(top, parts)
    _read_terms(top, parts)
    if controls := top.box("CTL"):
        for family, inner in controls.children():
            for name, one in inner.children():
                parts.controls.setdefault(name, read_control(name, one, family))
    top.ignore("$schema", "$id", "FRA")
    top.close()


def _read_about(about: Box, parts: _Parts, ruleset: str) -> None:
    """Read the head of a file: of a release, or of the one ruleset that is in it."""
    version = one_line(about.text("version", "current_release"), 60)
    day = about.day("last_updated")
    for release in about.boxes("releases")[:1]:  # the newest is first
        version = version or one_line(release.text("id"), 60)
        day = day or release.day("published_date")
    if version:
        parts.versions.append(version)
    if day:
        parts.dates.append(day)
    parts.titles.append(one_line(about.text("title", "name"), 200))
    parts.descriptions.append(about.text("description"))
    if artifacts := about.box("default_artifacts"):
        parts.artifacts |= {key: artifacts.texts(key) for key in artifacts.data}
    if ruleset and about.has("effective", "front_matter", "short_name"):
        found = read_info_of_file(ruleset, about)
        groups = parts.rulesets[ruleset].subsets
        parts.rulesets[ruleset] = Ruleset(
            ruleset, found.name, found.purpose, found.status, found.tag, groups, found.effective
        )
        return
    about.ignore("short_name", "types", "releases", "effective", "front_matter")
    about.close()


def _read_rules(top: Box, parts: _Parts) -> Iterator[str]:
    rulesets = top.box("FRR")
    for key, box in rulesets.children() if rulesets else ():
        found, rules = read_ruleset(key, box)
        parts.rulesets.setdefault(found.id, found)
        for rule in rules:
            if rule.id in parts.rules:
                _note_twice(box, rule.id, parts.rules[rule.id] == rule)
            parts.rules.setdefault(rule.id, rule)
        yield found.id


def _read_indicators(top: Box, parts: _Parts) -> None:
    themes = top.box("KSI")
    for key, box in themes.children() if themes else ():
        name = one_line(key, 40)
        theme = Theme(
            name,
            one_line(box.text("name"), 200),
            box.text("theme", "indicator", "purpose"),
            box.text("status"),
        )
        parts.themes.setdefault(name, theme)
        for official, one in _named(box, "indicators", "requirements"):
            found = read_indicator(official, one, name)
            if found.id in parts.indicators or found.id in parts.rules:
                _note_twice(box, found.id, parts.indicators.get(found.id) == found)
            parts.indicators.setdefault(found.id, found)
        box.ignore("id", "short_name", "web_name", "impact", "referenced_fr", "description")
        box.close()


IGNORED_TERMS = "ignore_in_terms"
"""The key that names terms, by id or name, which texts do not mark; a term may have it itself."""


def _read_terms(top: Box, parts: _Parts) -> None:
    definitions = top.box("FRD")
    if definitions is None:
        return
    if definitions.has("data"):
        data = definitions.box("data")
        groups = list(data.children()) if data else []
        definitions.ignore("info")
    else:
        groups = []
        for key in [key for key in definitions.data if key not in ("info", IGNORED_TERMS)]:
            for name, one in _named(definitions, key):
                parts.terms.setdefault(name, read_term(name, one))
        definitions.ignore("info")
    for _, group in groups:
        for name, one in group.children():
            if is_official_id(name):
                parts.terms.setdefault(name, read_term(name, one))
    ignored = {one.casefold() for one in definitions.texts(IGNORED_TERMS)}
    for name, term in parts.terms.items():
        if {name.casefold(), term.term.casefold()} & ignored:
            parts.terms[name] = replace(term, linked=False)
    definitions.close()


def _named(box: Box, *keys: str) -> Iterator[tuple[str, Box]]:
    """Yield objects with their ids, from an object keyed by id or a list of objects with ids."""
    for key in keys:
        value = box.data.get(key)
        if isinstance(value, dict):
            inner = box.box(key)
            found = list(inner.children()) if inner else []
        else:
            found = [(one.text("id"), one) for one in box.boxes(key)]
        for name, one in found:
            if is_official_id(name):
                yield name, one
            else:
                box.findings.note(one.path, "has no valid id; left out")


def _note_twice(box: Box, name: str, same: bool) -> None:
    if not same:
        box.findings.note(box.place(name), "appears twice; the first one is used")
