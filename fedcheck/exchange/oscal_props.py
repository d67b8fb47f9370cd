"""Properties of what an OSCAL catalog holds: labels, and whether a control is withdrawn."""

import re
from collections.abc import Mapping
from typing import Any

from fedcheck.exchange.oscal_file import objects, text_of
from fedcheck.model.text import one_line

Data = Mapping[str, Any]

_TOKEN = re.compile(r"([a-z]{2,3})-0*(\d+)(?:\.0*(\d+))?")
_PADDING = re.compile(r"(?<=\D)0+(?=\d)")
_SAID_WITHDRAWN = re.compile(r"\s*\[?\s*withdrawn\b\s*(?:[:\].;]|$)", re.I)
_WENT = ("incorporated-into", "moved-to")
"""How a withdrawn control is linked to the one that it went into (SP 800-53 in OSCAL)."""


def props(data: Data) -> list[dict[str, Any]]:
    """Return the properties of a part or a control, by any of their names."""
    return list(objects(data, "props", "properties", "annotations"))


def prop(data: Data, name: str) -> str:
    """Return the value of a property; empty where there is none."""
    return next((text_of(p, "value") for p in props(data) if text_of(p, "name") == name), "")


def is_withdrawn(control: Data) -> bool:
    """Tell whether a control is withdrawn: by its status, or as editions without that say it."""
    named = [p for p in props(control) if text_of(p, "name", "class").casefold() == "status"]
    states = [text_of(control, "status"), *(text_of(p, "value") for p in named)]
    if any(state.strip().casefold() == "withdrawn" for state in states):
        return True
    if "withdrawn" in text_of(control, "class").casefold():
        return True
    said = [text_of(control, "title")]
    parts = list(objects(control, "parts"))
    said += [text_of(p, "prose") for p in parts if text_of(p, "name") == "statement"]
    if any(_SAID_WITHDRAWN.match(text) for text in said):
        return True
    links = list(objects(control, "links"))
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


def label_of(control: Data) -> str:
    """Return a control's id as people write it: `AC-2(1)`, for `ac-2.1` and `AC-02 (01)` too."""
    name = text_of(control, "id").strip()
    labels = [p for p in props(control) if text_of(p, "name") == "label"]
    plain = [p for p in labels if not text_of(p, "class")]
    said = one_line(text_of((plain or labels or [{}])[0], "value"), 60)
    if said:
        return (said if plain else _PADDING.sub("", said)).replace(" (", "(")
    token = _TOKEN.fullmatch(name.lower())
    if token is None:
        return one_line(name, 60).upper()
    return f"{token[1].upper()}-{token[2]}" + (f"({token[3]})" if token[3] else "")
