"""Read OSCAL JSON within bounds; labels and properties of its controls."""

import re
from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from fedcheck.domain.text import one_line
from fedcheck.errors import FedcheckError
from fedcheck.importers.json_file import JsonLimits, name_other_json, parse_json, read_bytes
from fedcheck.importers.registry import Peek
from fedcheck.storage import atomic_files

TAKE_JSON = (
    "fedcheck reads OSCAL as JSON; use the .json file of the same catalog, or convert it "
    "(oscal-cli)"
)

TAKE_BASELINE = "use the resolved profile catalog of one baseline"

LIMITS = JsonLimits(
    32 * 1024 * 1024, 600_000, TAKE_JSON, TAKE_BASELINE, too_deep="this is not a catalog"
)
"""The whole of SP 800-53 with its assessment is some 10 MB."""

OTHER_KINDS = {
    "profile": "a profile, which only names the controls of another catalog",
    "component-definition": "a component definition",
    "system-security-plan": "a system security plan",
    "assessment-plan": "an assessment plan",
    "assessment-results": "assessment results",
    "plan-of-action-and-milestones": "a plan of action and milestones",
    "mapping-collection": "a mapping of controls",
}
"""The kinds of OSCAL documents next to the catalog, by the name at the top of their JSON."""


@dataclass(frozen=True, slots=True)
class CatalogFile:
    """A catalog as it was read: its own data, what it is called, and its editions.

    Attributes:
        version: edition of the catalog itself.
        oscal: version of the format.
        twice: the keys that an object has more than once, each with how many objects do.
    """

    path: Path
    data: dict[str, Any]
    title: str
    version: str
    oscal: str
    twice: Counter[str] = field(default_factory=Counter)


def recognize(peek: Peek) -> bool:
    """Return whether a file is JSON in any encoding; reading it states what else it may be."""
    try:
        head = atomic_files.read_prefix(peek.path, 64)
    except OSError:
        return False
    bare = head.translate(None, b"\x00\xef\xbb\xbf\xff\xfe").lstrip()
    return bare.startswith((b"{", b"["))


def read_catalog(path: Path) -> CatalogFile:
    """Read a catalog, or a profile resolved into one.

    Raises InvalidFileError with line and remedy, or FedcheckError where the file is
    something else.
    """
    twice: Counter[str] = Counter()
    document = parse_json(path, read_bytes(path, LIMITS), LIMITS, twice)
    if isinstance(document, dict):
        catalog = document.get("catalog")
        if isinstance(catalog, dict):
            about = catalog.get("metadata")
            words = about if isinstance(about, dict) else {}
            named = (text_of(words, name) for name in ("title", "version", "oscal-version"))
            title, version, oscal = (one_line(text, 120) for text in named)
            name = title or one_line(path.stem, 80)
            return CatalogFile(path, catalog, name, version, oscal, twice)
        for name, what in OTHER_KINDS.items():
            if name in document:
                raise FedcheckError(f"{path}: is {what}, not a catalog", _explain_other(name))
    if other := name_other_json(document):
        raise FedcheckError(
            f"{path}: is {other}, not an OSCAL catalog or a release of FedRAMP's rules",
            "for the rules, use fedramp-consolidated-rules.json; for the controls of a baseline, "
            "its resolved profile catalog",
        )
    raise FedcheckError(
        f"{path}: is JSON, but not an OSCAL catalog",
        'a catalog begins with {"catalog": ...; use the resolved profile catalog of a baseline',
    )


def list_objects(data: Any, *names: str) -> Iterator[dict[str, Any]]:
    """Yield the objects of the arrays under some names of an object, whatever else is there."""
    for name in names:
        found = data.get(name)
        if isinstance(found, dict):  # before OSCAL 1.0 parameters stood under their ids
            found = [{"id": key, **one} for key, one in found.items() if isinstance(one, dict)]
        for one in found if isinstance(found, list) else ():
            if isinstance(one, dict):
                yield one


def text_of(data: Mapping[str, Any], *names: str) -> str:
    """Return the first text under some names of an object; empty where there is none."""
    for name in names:
        found = data.get(name)
        if isinstance(found, str):
            return found
    return ""


def _explain_other(name: str) -> str:
    if name == "profile":
        return "use the resolved profile catalog of this baseline, which contains their text"
    return "use the catalog, or the resolved profile catalog, that it was made for"


Data = Mapping[str, Any]

_TOKEN = re.compile(r"([a-z]{2,3})-0*(\d+)(?:\.0*(\d+))?")
_PADDING = re.compile(r"(?<=\D)0+(?=\d)")
_SAID_WITHDRAWN = re.compile(r"\s*\[?\s*withdrawn\b\s*(?:[:\].;]|$)", re.I)
_WENT = ("incorporated-into", "moved-to")
"""How a withdrawn control is linked to the one that it went into (SP 800-53 in OSCAL)."""


def props(data: Data) -> list[dict[str, Any]]:
    """Return the properties of a part or a control, by any of their names."""
    return list(list_objects(data, "props", "properties", "annotations"))


def prop(data: Data, name: str) -> str:
    """Return the value of a property; empty where there is none."""
    return next((text_of(p, "value") for p in props(data) if text_of(p, "name") == name), "")


def is_withdrawn(control: Data) -> bool:
    """Return whether a control is withdrawn, by its status or as older editions mark it."""
    named = [p for p in props(control) if text_of(p, "name", "class").casefold() == "status"]
    states = [text_of(control, "status"), *(text_of(p, "value") for p in named)]
    if any(state.strip().casefold() == "withdrawn" for state in states):
        return True
    if "withdrawn" in text_of(control, "class").casefold():
        return True
    said = [text_of(control, "title")]
    parts = list(list_objects(control, "parts"))
    said += [text_of(p, "prose") for p in parts if text_of(p, "name") == "statement"]
    if any(_SAID_WITHDRAWN.match(text) for text in said):
        return True
    links = list(list_objects(control, "links"))
    rels = {text_of(one, "rel").casefold() for one in links}
    rels |= {
        text_of(o, "href").strip("#").casefold() for o in links if text_of(o, "rel") == "status"
    }
    if "withdrawn" in rels:
        return True
    return not rels.isdisjoint(_WENT) and not any(
        text_of(p, "prose").strip() or "parts" in p for p in parts
    )


def part_label(part: Data) -> str:
    """Return the official label of a part; that of SP 800-53A where there are several."""
    labels = [p for p in props(part) if text_of(p, "name") == "label"]
    labels.sort(key=lambda p: text_of(p, "class").casefold() != "sp800-53a")
    return one_line(text_of(labels[0], "value"), 80) if labels else ""


def _without_title(label: str, title: str) -> str:
    """Return the code of a label that has a title next to it: `Account Management (03.01.01)`."""
    if title and len(label) > len(title) and title.casefold() in label.casefold():
        at = label.casefold().index(title.casefold())
        rest = (label[:at] + " " + label[at + len(title) :]).strip(" ()[]-–:,.")
        if any(char.isdigit() for char in rest):
            return rest
    found = _TITLED.fullmatch(label)
    return found[1] if found else label


_TITLED = re.compile(r"[^\d()]*[a-z]{3}[^\d()]*\s\(([^()\s]*\d[^()\s]*)\)")
"""A title without numbers, then a code in brackets; `AC-2 (1)` is a code as it is."""


def label_of(control: Data) -> str:
    """Return a control's id as people write it: `AC-2(1)`, for `ac-2.1` and `AC-02 (01)` too."""
    name = text_of(control, "id").strip()
    labels = [p for p in props(control) if text_of(p, "name") == "label"]
    plain = [p for p in labels if not text_of(p, "class")]
    said = one_line(text_of((plain or labels or [{}])[0], "value"), 60)
    if said:
        code = _without_title(said, one_line(text_of(control, "title")))
        return (code if plain else _PADDING.sub("", code)).replace(" (", "(")
    token = _TOKEN.fullmatch(name.lower())
    if token is None:
        return one_line(name, 60) if name != name.lower() else one_line(name, 60).upper()
    return f"{token[1].upper()}-{token[2]}" + (f"({token[3]})" if token[3] else "")
