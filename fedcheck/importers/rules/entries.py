"""Read rules, indicators, definitions and control guidance in any of the structures."""

import re
from collections.abc import Iterator, Mapping
from typing import Any

from msgspec.structs import replace

from fedcheck.domain.text import one_line
from fedcheck.importers.rules.box import Box
from fedcheck.importers.rules.document import (
    CLASSES,
    LEVEL_CLASSES,
    Artifact,
    ControlGuidance,
    ControlWording,
    Example,
    Indicator,
    Link,
    LogEntry,
    Notification,
    PainCell,
    PainRow,
    Parameter,
    Rule,
    Term,
    Timeframe,
    Wording,
)

FORCES = ("MUST NOT", "MUST", "SHOULD NOT", "SHOULD", "MAY")
"""How binding a rule can be, the longer words first."""

_ID = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{0,59}")
_SPACES = re.compile(r"\s+")
_BUCKETS = {"both": "all", "all": "all", "20x": "20x", "rev5": "rev5"}
_OLD_PAIN = {
    "max_days_irv_lev": "irv_lev",
    "max_days_nirv_lev": "nirv_lev",
    "max_days_nlev": "nlev",
}


def is_official_id(name: str) -> bool:
    """Return whether a text can be an id: letters, digits, dots and hyphens."""
    return _ID.fullmatch(name) is not None


def bucket_of(name: str) -> str:
    """Return the bucket that a name of any structure stands for; the name in lower case."""
    return _BUCKETS.get(name.lower(), name.lower())


def class_of(name: str) -> str:
    """Return the class that a class or impact level stands for; empty where it is neither."""
    lower = name.lower()
    return LEVEL_CLASSES.get(lower, lower if lower in CLASSES else "")


def read_rule(name: str, box: Box, ruleset: str, bucket: str, subset: str) -> Rule:
    """Return a rule; the box must be its object."""
    entry = _entry(name, box)
    if box.has("controls"):  # of the previews; later a rule lists them by family
        entry["common"] = replace(entry["common"], controls=_by_family(_control_ids(box)))
    found = Rule(
        **entry,
        ruleset=ruleset,
        bucket=bucket,
        subset=subset,
        actors=box.texts("affects"),
        schema=next(iter(_links(box, "schema")), None),
        notifications=_notifications(box),
        dangers=box.texts("danger", "dangers"),
        examples=_examples(box),
        corrective_actions=box.texts("corrective_actions"),
    )
    box.close()
    return found


def read_indicator(name: str, box: Box, theme: str) -> Indicator:
    """Return an indicator; the box must be its object."""
    entry = _entry(name, box)
    found = Indicator(**entry, theme=theme, controls=_control_ids(box))
    box.ignore("affects", "force")
    box.close()
    return found


def read_term(name: str, box: Box) -> Term:
    """Return a definition; the box must be its object."""
    found = Term(
        name,
        box.text("term"),
        box.text("definition"),
        box.texts("alts"),
        box.texts("note", "notes"),
        box.text("tag"),
        _references(box),
        _log(box),
        box.texts("fka", "fkas"),
        not (box.flag("do_not_link") or box.flag("ignore_in_terms")),
    )
    box.ignore("id", "referenced_fr")
    box.close()
    return found


def read_control(name: str, box: Box, family: str) -> ControlGuidance:
    """Return FedRAMP's guidance for a control; the box must be its object."""
    varied: dict[str, ControlWording] = {}
    for key, inner in _classes(box):
        varied[key] = _control_wording(inner)
        inner.close()
    found = ControlGuidance(name, family, _control_wording(box), varied, _log(box))
    box.close()
    return found


def _entry(name: str, box: Box) -> dict[str, Any]:
    """Return the fields that rules and indicators share."""
    varied: dict[str, Wording] = {}
    for key, inner in _classes(box):
        varied[key] = _wording(inner)
        inner.ignore("name")
        inner.close()
    common = _wording(box)
    box.ignore("id", "referenced_fr", "referenced_rules", "tag", "status")
    return {
        "id": name,
        "name": one_line(box.text("name"), 200),
        "common": common,
        "by_class": varied,
        "classes": _restricted_to(box),
        "related": box.texts("related"),
        "terms": box.texts("terms"),
        "references": _references(box),
        "log": _log(box),
        "former": box.texts("fka", "fkas"),
        "retired": box.flag("retired"),
    }


def _classes(box: Box) -> Iterator[tuple[str, Box]]:
    """Yield what varies by class or level, by class."""
    inner = box.box("varies_by_class", "varies_by_level")
    for key, one in inner.children() if inner else ():
        if found := class_of(key):
            yield found, one
        else:
            box.findings.note(one.path, "is neither a class nor an impact level; left out")


def _restricted_to(box: Box) -> tuple[str, ...] | None:
    """Return the classes that an item restricts itself to by impact levels; None for all."""
    levels = box.texts("applied_impact_levels")
    impact = box.box("impact")
    if impact:
        levels += tuple(key for key in impact.data if impact.flag(key))
        impact.close()
    if not levels and impact is None:
        return None
    found = {class_of(level) for level in levels}
    return tuple(one for one in CLASSES if one in found)


def _wording(box: Box) -> Wording:
    return Wording(
        box.text("statement"),
        _force(box),
        box.texts("following_information", "following_information_bullets"),
        box.texts("note", "notes"),
        _artifacts(box),
        _timeframe(box),
        tuple(_pain(box)),
        _control_lists(box),
        _effective_date(box),
    )


def _effective_date(box: Box) -> str:
    """Return from when a wording binds; previews have dates by what they are for."""
    if not isinstance(box.data.get("effective_date"), dict):
        return box.text("effective_date")
    inner = box.box("effective_date")
    assert inner is not None
    days = ((name, inner.day(name)) for name in ("obtain", "maintain", "grace_ends"))
    found = [f"{name.replace('_', ' ')} {day.isoformat()}" for name, day in days if day]
    months = inner.number("grace_by_assessment_months")
    if months is not None:
        found.append(f"grace by assessment {months:g} months")
    inner.close()
    return ", ".join(found)


def _force(box: Box) -> str:
    said = _SPACES.sub(" ", box.text("force", "primary_key_word")).strip().upper()
    if said and said not in FORCES:
        box.findings.note(box.path, f'has the unknown force "{one_line(said, 40)}"; left out')
        return ""
    return said


def _artifacts(box: Box) -> tuple[Artifact, ...]:
    if isinstance(box.data.get("artifacts"), list | str):
        return tuple(Artifact("all", text) for text in box.texts("artifacts"))
    inner = box.box("artifacts")
    if inner is None:
        return ()
    found = []
    for key, value in inner.data.items():
        by_class = inner.box(key) if isinstance(value, dict) else None
        texts = inner.texts(key) if by_class is None else by_class.texts("all_classes")
        if by_class is not None:
            by_class.close()
        found += [Artifact(bucket_of(key), text) for text in texts]
    inner.close()
    return tuple(found)


def _timeframe(box: Box, unit: str = "", number: str = "timeframe_num") -> Timeframe | None:
    """Return a length of time; one with a range has both ends."""
    unit = box.text("timeframe_type") or unit
    most = box.number(number, f"{number}_max")
    least = box.number(f"{number}_min")
    if most is None:
        most, least = least, None
    return Timeframe(unit, most, least) if most is not None and unit else None


def _pain(box: Box) -> Iterator[PainRow]:
    """Yield the rows of a table of times by rating: by rating as key, or as a list of rows."""
    if isinstance(box.data.get("pain_timeframes"), list):
        for row in box.boxes("pain_timeframes"):
            number = row.number("pain")
            times = [(kind, _timeframe(row, "days", key)) for key, kind in _OLD_PAIN.items()]
            old_cells = [PainCell(kind, time) for kind, time in times if time is not None]
            row.close()
            yield PainRow(f"{number:g}" if number is not None else "", tuple(old_cells))
        return
    table = box.box("pain_timeframes")
    for rating, row in table.children() if table else ():
        cells = []
        for kind, cell in row.children():
            time = _timeframe(cell)
            if time is not None:
                cells.append(PainCell(kind, time, cell.text("description")))
            cell.ignore("description")
            cell.close()
        yield PainRow(one_line(rating, 20), tuple(cells))


def _control_lists(box: Box) -> Mapping[str, tuple[str, ...]]:
    inner = box.box("rev5_controls_list")
    return {key: inner.texts(key) for key in inner.data} if inner else {}


def _by_family(controls: tuple[str, ...]) -> Mapping[str, tuple[str, ...]]:
    """Return control ids by their family, as a list of controls is kept."""
    found: dict[str, tuple[str, ...]] = {}
    for one in controls:
        family = one.partition("-")[0].upper()
        found[family] = (*found.get(family, ()), one)
    return found


def _control_ids(box: Box) -> tuple[str, ...]:
    """Return control ids, which older structures write as objects with titles."""
    found = []
    values = box.data.get("controls")
    if isinstance(values, list) and any(isinstance(one, dict) for one in values):
        for one in box.boxes("controls"):
            found.append(one.text("control_id", "id"))
            one.ignore("title")
            one.close()
        return tuple(filter(None, found))
    return box.texts("controls")


def _notifications(box: Box) -> tuple[Notification, ...]:
    found = []
    for one in box.boxes("notification", "notifications"):
        found.append(
            Notification(
                one.text("party"),
                one.text("method"),
                one.text("target"),
                one.text("name"),
                one.text("url"),
                one.flag("optional"),
            )
        )
        one.close()
    return tuple(found)


def _examples(box: Box) -> tuple[Example, ...]:
    found = []
    for one in box.boxes("examples"):
        found.append(Example(one.text("id", "name"), one.texts("key_tests"), one.texts("examples")))
        one.close()
    return tuple(found)


def _links(box: Box, name: str) -> Iterator[Link]:
    for one in box.boxes(name):
        yield Link(one.text("name"), one.text("url"))
        one.close()


def _references(box: Box) -> tuple[Link, ...]:
    name = box.text("reference", "reference_url_web_name")
    url = box.text("reference_url", "referenceurl")
    box.ignore("reference_url_web_name")
    return (Link(name, url),) if name or url else ()


def _log(box: Box) -> tuple[LogEntry, ...]:
    found = []
    for one in box.boxes("updated"):
        found.append(LogEntry(one.text("date"), one.text("comment")))
        one.close()
    return tuple(found)


def _control_wording(box: Box) -> ControlWording:
    parameters = []
    for one in box.boxes("parameters"):
        parameters.append(Parameter(one.text("parameterId", "id"), one.text("value")))
        one.close()
    return ControlWording(box.texts("guidance"), tuple(parameters))
