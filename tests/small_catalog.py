"""Small OSCAL catalogs of our own words, for tests of the import."""

import json
from pathlib import Path
from typing import Any

FEDRAMP = "https://fedramp.gov/ns/oscal"
RMF = "http://csrc.nist.gov/ns/rmf"


def prop(name: str, value: str, **more: str) -> dict[str, str]:
    return {"name": name, "value": value, **more}


def label(text: str, kind: str = "") -> dict[str, str]:
    return prop("label", text, **({"class": kind} if kind else {}))


def insert(name: str) -> str:
    return f"{{{{ insert: param, {name} }}}}"


def part(name: str, prose: str = "", *parts: Any, **more: Any) -> dict[str, Any]:
    found = {"name": name, **more}
    if prose:
        found["prose"] = prose
    return {**found, "parts": list(parts)} if parts else found


def method(kind: str, objects: str, name: str = "assessment-method", box: str = "") -> Any:
    box = box or "assessment-objects"
    return part(name, "", part(box, objects), props=[prop("method", kind, ns=RMF)])


def control(name: str, title: str, *parts: Any, **more: Any) -> dict[str, Any]:
    return {"id": name, "class": "SP800-53", "title": title, "parts": list(parts), **more}


def group(name: str, title: str, *controls: Any, **more: Any) -> dict[str, Any]:
    return {"id": name, "class": "family", "title": title, "controls": list(controls), **more}


def catalog(*groups: Any, title: str = "Toy Baseline", version: str = "1", **more: Any) -> Any:
    about = {"title": title, "version": version, "oscal-version": "1.1.2"}
    return {"catalog": {"uuid": "0", "metadata": about, "groups": list(groups), **more}}


def written(folder: Path, data: Any, name: str = "catalog.json") -> Path:
    path = folder / name
    path.write_bytes(data if isinstance(data, bytes) else json.dumps(data).encode())
    return path


LOCKS = control(
    "xx-1",
    "Locks",
    part(
        "statement",
        "",
        part("item", f"Lock each door {insert('xx-01_odp.01')} ;", id="xx-1_smt.a",
             props=[label("a."), prop("response-point", "Fill in.", ns=FEDRAMP)]),
        part("item", "Keep the keys:", part("item", f"with {insert('xx-1_prm_2')}.",
             id="xx-1_smt.b.1", props=[label("1.")]), id="xx-1_smt.b", props=[label("b.")]),
        part("item", "", part("item", "Doors of glass count too.", props=[label("Requirement:")]),
             part("guidance", "A bolt is a lock.", props=[label("Guidance:")]),
             title="XX-1 Additional FedRAMP Requirements and Guidance"),
    ),
    part("guidance", "Doors that nobody locks are open (see [XX-2](#xx-2) )."),
    part(
        "assessment-objective",
        "",
        part("assessment-objective", f"doors are locked {insert('xx-01_odp.01')};", id="xx-1_obj.a",
             props=[label("XX-01a.", "sp800-53a"), prop("response-point", "x", ns=FEDRAMP),
                    prop("method", "TEST", ns=FEDRAMP)],
             links=[{"rel": "assessment-for", "href": "#xx-1_smt.a"}]),
        part("assessment-objective", "", part("assessment-objective", "keys are kept; and",
             id="xx-1_obj.b-1", props=[label("XX-01b.[01]", "sp800-53a")],
             links=[{"rel": "assessment-for", "href": "#xx-1_smt.b.1"}]),
             part("assessment-objective", "keys are counted.", id="xx-1_obj.b-2",
                  props=[label("XX-01b.[02]", "sp800-53a")])),
        id="xx-1_obj",
    ),
    method("EXAMINE", "key book\n\nfloor plan"),
    method("TEST", "the doors"),
    params=[
        {"id": "xx-01_odp.01", "label": "frequency", "constraints": [{"description": "each night"}],
         "guidelines": [{"prose": "how often doors are locked is defined;"}]},
        {"id": "xx-1_prm_2", "label": "organization-defined people"},
    ],
    props=[label("XX-01", "zero-padded"), label("XX-1"), prop("CORE", "true", ns=FEDRAMP)],
    controls=[
        control("xx-1.1", "Alarms", part("statement", "Ring when a door is forced."),
                part("assessment-objective", "the alarm rings.", id="xx-1.1_obj"),
                method("INTERVIEW", "the guard")),
        control("xx-1.2", "Moats", props=[prop("status", "withdrawn")]),
    ],
)  # fmt: skip

BADGES = control("xx-2", "Badges", part("statement", "Wear a badge."))

TOY = catalog(group("xx", "Doors", LOCKS, BADGES))
