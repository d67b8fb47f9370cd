"""Evidence: a link to proof, with what is known of it."""

import math
from collections.abc import Mapping
from datetime import date, time
from typing import Any

from msgspec import Struct

from fedcheck.domain.dates import DateRangeError, parse_date
from fedcheck.domain.glossary import EvidenceKind
from fedcheck.domain.key import extra


class Evidence(Struct, frozen=True, gc=False, rename="kebab", omit_defaults=True):
    """A link to proof: a URL, a file or a ticket."""

    id: str
    link: str
    label: str = ""
    kind: EvidenceKind = EvidenceKind.URL
    collected: date | None = None
    expires: date | None = None
    sha256: str = ""
    extra: dict[str, Any] = extra()

    @property
    def name(self) -> str:
        """Return what to call it: the label, or else the link."""
        return self.label or self.link


def normalize_link(link: str) -> str:
    """Return a link in composed form (NFC): macOS spells the names of files decomposed (NFD)."""
    if link.isascii():
        return link
    import unicodedata  # loaded here: most links are plain ASCII

    return unicodedata.normalize("NFC", link)


def file_key(evidence_item: Evidence) -> str:
    """Return what the state of an evidence file against the hash of this item is kept under."""
    return f"{evidence_item.link}\0{evidence_item.sha256}"


def find_file_state(states: Mapping[str, str], evidence_item: Evidence) -> str:
    """Return `missing`, `changed` or `unverified`; empty for what is good or is no file.

    A file is missing for every item that links to it; what differs from one hash may be what
    another item was added with.
    """
    if evidence_item.kind != EvidenceKind.FILE:
        return ""
    link = evidence_item.link
    return states.get(link, "") or states.get(file_key(evidence_item), "")


def evidence_to_dict(evidence_item: Evidence) -> dict[str, Any]:
    """Return evidence as plain JSON data, without its id and without defaults.

    Dates among unknown keys become text: history is JSON.
    """
    data: dict[str, Any] = {"link": evidence_item.link, "kind": evidence_item.kind}
    for name in ("label", "collected", "expires", "sha256"):
        value = getattr(evidence_item, name)
        if value:
            data[name] = value.isoformat() if isinstance(value, date) else value
    kept = {name: value for name, value in evidence_item.extra.items() if name not in data}
    return {**data, **{name: _as_json(value) for name, value in kept.items()}}


def _as_json(value: Any) -> Any:
    if isinstance(value, date | time):
        return value.isoformat()
    if isinstance(value, float) and not math.isfinite(value):
        return str(value)
    if isinstance(value, list | tuple):
        return [_as_json(one) for one in value]
    if isinstance(value, dict):
        return {name: _as_json(one) for name, one in value.items()}
    return value


def evidence_from_dict(evidence_id: str, data: Mapping[str, Any]) -> Evidence:
    """Return evidence from plain JSON data. Raises ValueError where it is none.

    A date outside of the range is kept for the file only, as where it is read from one.
    """
    texts, days = ("link", "kind", "label", "sha256"), ("collected", "expires")
    if not isinstance(data, Mapping) or not isinstance(data.get("link"), str):
        raise ValueError("evidence needs a link")
    known: dict[str, Any] = {}
    outside: dict[str, Any] = {}
    for name in (*texts, *days):
        value = data.get(name)
        if value is None or value == "":
            continue
        if not isinstance(value, str):
            raise ValueError(f"{name} is text, not {type(value).__name__}")
        try:
            known[name] = parse_date(value) if name in days else value
        except DateRangeError:
            outside[name] = date.fromisoformat(value)
    if known.get("kind", "url") not in tuple(EvidenceKind):
        raise ValueError(f"{known['kind']!r} is not a kind of evidence")
    known["kind"] = EvidenceKind(known.get("kind", "url"))
    rest = {k: v for k, v in data.items() if k not in (*texts, *days, "id")}
    return Evidence(id=evidence_id, **{"link": "", **known}, extra={**outside, **rest})
