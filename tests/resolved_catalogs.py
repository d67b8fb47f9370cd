"""Catalogs in the shape of resolved baselines as NIST and FedRAMP publish them, in our own words.

`small_catalog` answers one question at a time. These two have all at once what the published ones
have: controls in families, enhancements, parameters of every kind, determinations in levels,
methods with their objects, references into a back matter.
"""

from typing import Any

from small_catalog import FEDRAMP, RMF, control, group, insert, label, method, part, prop

BOOK = "6c2b1d6e-0d3a-4a55-9a53-0c2f6f1d2a10"
RESPOND = prop("response-point", "You must fill in this response point.", ns=FEDRAMP)
LINKS = [{"href": f"#{BOOK}", "rel": "reference"}, {"href": "#dr-2", "rel": "related"}]


def resolved(publisher: str) -> dict[str, Any]:
    """Return a catalog of 4 controls and 8 determinations; `publisher` is `nist` or `fedramp`."""
    nist = publisher == "nist"
    about = {
        "title": f"{publisher} doors, a baseline",
        "last-modified": "2026-03-02T09:00:00.000000-05:00",
        "version": "5.2.0",
        "oscal-version": "1.1.3",
        "props": [prop("resolution-tool", "our own", **({"uuid": BOOK} if nist else {}))],
        "links": [{"href": "baseline_profile.json", "rel": "resolution-source"}],
        "roles": [{"id": "creator", "title": "Document creator"}],
        "parties": [{"uuid": BOOK, "type": "organization", "name": "We"}],
        "responsible-parties": [{"role-id": "creator", "party-uuids": [BOOK]}],
    }
    groups = [
        group("dr", "Doors", _policy(nist), _locks(nist)),
        group("wn", "Windows", _panes(nist)),
    ]
    resource = {"uuid": BOOK, "title": "BK 1", "citation": {"text": "A book on doors."},
                "rlinks": [{"href": "https://books.example/doors"}]}  # fmt: skip
    matter = {"resources": [resource]}
    return {"catalog": {"uuid": BOOK, "metadata": about, "groups": groups, "back-matter": matter}}


def other_document(kind: str) -> dict[str, Any]:
    """Return an OSCAL document that is no catalog, with the parts of its kind."""
    about = {"title": "[System Name] plan", "version": "1", "oscal-version": "1.0.4"}
    import_of = "import-ap" if kind == "assessment-results" else "import-ssp"
    return {
        kind: {
            "uuid": BOOK,
            "metadata": about,
            import_of: {"href": "#6"},
            "local-definitions": {"components": []},
            "results": [{"uuid": BOOK, "title": "Doors", "reviewed-controls": {}}],
            "back-matter": {"resources": []},
        }
    }


def _named(name: str, nist: bool) -> list[dict[str, str]]:
    family, number = name.split("-")
    padded = label(f"{family.upper()}-{number.zfill(2)}", "zero-padded")
    core = [] if nist else [prop("CORE", "true", ns=FEDRAMP)]
    sort = prop("sort-id", f"{family}-{number.zfill(2)}")
    return [*core, label(name.upper()), padded, sort]


def _item(name: str, prose: str, nist: bool, *parts: Any) -> dict[str, Any]:
    mark = name.rpartition(".")[2]
    props = [label(f"{mark}.")] if nist else [RESPOND, label(f"{mark}.")]
    return part("item", prose, *parts, id=name, props=props)


def _found(name: str, code: str, prose: str, nist: bool, *parts: Any) -> dict[str, Any]:
    """Return a determination. FedRAMP's own carry no label at their ends, but a method."""
    props = [label(code, "sp800-53a")]
    if not nist and not parts:
        props = [RESPOND, prop("method", "EXAMINE", ns=FEDRAMP, **{"class": "fedramp"})]
    links = [{"href": f"#{name.replace('_obj', '_smt')}", "rel": "assessment-for"}]
    return part("assessment-objective", prose, *parts, id=name, props=props, links=links)


def _methods(name: str, *kinds: str) -> list[dict[str, Any]]:
    found = []
    for kind in kinds:
        made = method(kind.upper(), f"Things to {kind}\n\npapers on {name}")
        made["props"].append(label(f"{name}-{kind.title()}", "sp800-53a"))
        found.append({"id": f"{name.casefold()}_asm-{kind}", **made})
    return found


def _policy(nist: bool) -> dict[str, Any]:
    chosen = {"how-many": "one-or-more", "choice": ["house-level", f"{insert('dr-01_odp.03')}"]}
    params: list[dict[str, Any]] = [
        {"id": "dr-01_odp.01", "label": "people", "guidelines": [{"prose": "who is told;"}]},
        {"id": "dr-01_odp.02", "select": chosen},
        {"id": "dr-01_odp.03", "label": "level"},
        {"id": "dr-01_odp.04", "label": "frequency",
         "constraints": [] if nist else [{"description": "at least every year "}],
         "guidelines": [{"prose": "how often it is read;"}]},
    ]  # fmt: skip
    if nist:
        both = [prop("aggregates", f"dr-01_odp.0{n}", ns=RMF) for n in (1, 3)]
        params.insert(0, {"id": "dr-1_prm_1", "label": "organization-defined people",
                          "props": both})  # fmt: skip
        params[2]["props"] = [prop("alt-identifier", "dr-1_prm_2")]
    people = insert("dr-1_prm_1" if nist else "dr-01_odp.01")
    return control(
        "dr-1",
        "Policy",
        part(
            "statement", "",
            _item("dr-1_smt.a", f"Write and give to {people}:", nist,
                  _item("dr-1_smt.a.1", f"{insert('dr-01_odp.02')} policy that:", nist)),
            _item("dr-1_smt.b", f"Read it {insert('dr-01_odp.04')} .", nist),
            id="dr-1_smt",
        ),
        part("guidance", "A policy says who opens (see [DR-2](#dr-2) ).", id="dr-1_gdn"),
        _found("dr-1_obj", "DR-01", "", nist,
               _found("dr-1_obj.a", "DR-01a.", "", nist,
                      _found("dr-1_obj.a-1", "DR-01a.[01]", "a policy is written;", nist),
                      _found("dr-1_obj.a-2", "DR-01a.[02]", f"{people} have it;", nist)),
               _found("dr-1_obj.b", "DR-01b.", f"it is read {insert('dr-01_odp.04')}.", nist)),
        *_methods("DR-01", "examine", "interview"),
        params=params, props=_named("dr-1", nist), links=LINKS,
    )  # fmt: skip


def _locks(nist: bool) -> dict[str, Any]:
    extra = [] if nist else [
        part("item", "", part("item", "Glass doors count.", id="dr-2_fr_smt.1",
                              props=[label("Requirement:"), RESPOND]),
             part("guidance", "A bolt is a lock.", id="dr-2_fr_gdn.1", props=[label("Guidance:")]),
             id="dr-2_fr", title="DR-2 Additional FedRAMP Requirements and Guidance")
    ]  # fmt: skip
    bells = control(
        "dr-2.1", "Locks | Bells",
        part("statement", "Ring when a lock is forced.", id="dr-2.1_smt"),
        part("guidance", "A bell may be a lamp.", id="dr-2.1_gdn"),
        _found("dr-2.1_obj", "DR-02(01)", "the bell rings.", nist),
        *_methods("DR-02(01)", "examine", "test"),
        props=[label("DR-2(1)"), label("DR-02(01)", "zero-padded")],
        links=[{"href": "#dr-2", "rel": "required"}],
    )  # fmt: skip
    return control(
        "dr-2",
        "Locks",
        part("statement", "",
             _item("dr-2_smt.a", "Lock the doors;", nist),
             _item("dr-2_smt.b", "Count the keys.", nist), *extra, id="dr-2_smt"),
        part("guidance", "Keys are counted by two people.", id="dr-2_gdn"),
        _found("dr-2_obj", "DR-02", "", nist,
               _found("dr-2_obj.a", "DR-02a.", "doors are locked;", nist),
               _found("dr-2_obj.b", "DR-02b.", "keys are counted.", nist)),
        *_methods("DR-02", "examine", "interview", "test"),
        props=_named("dr-2", nist), links=LINKS, controls=[bells],
    )  # fmt: skip


def _panes(nist: bool) -> dict[str, Any]:
    return control(
        "wn-1",
        "Panes",
        part("statement", f"Wash the panes in {insert('wn-01_odp')}.", id="wn-1_smt"),
        part("guidance", "Rain is no washing.", id="wn-1_gdn"),
        _found("wn-1_obj", "WN-01", "", nist,
               _found("wn-1_obj-1", "WN-01[01]", "panes are washed;", nist),
               _found("wn-1_obj-2", "WN-01[02]", "it is done in time.", nist)),
        *_methods("WN-01", "examine"),
        params=[{"id": "wn-01_odp", "label": "months", "values": ["May"]}],
        props=_named("wn-1", nist),
    )  # fmt: skip
