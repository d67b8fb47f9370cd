"""Read the rulesets of a file with their rules, subsets and dates, in any of the structures."""

from collections.abc import Iterator

from fedcheck.domain.text import one_line
from fedcheck.importers.rules.box import Box
from fedcheck.importers.rules.document import Rule
from fedcheck.importers.rules.entries import bucket_of, class_of, is_official_id, read_rule
from fedcheck.importers.rules.ruleset_parts import (
    Applicability,
    Effective,
    Flow,
    FlowStep,
    Ruleset,
    Subset,
)

FRAMEWORKS = ("20x", "rev5")
"""The certification types that have a part of their own in the info of a ruleset."""

DEEPEST = 6
"""How deep groups of requirements may nest; official ones nest twice."""


def read_ruleset(name: str, box: Box) -> tuple[Ruleset, list[Rule]]:
    """Return a ruleset and its rules; the box must be its object under `FRR`."""
    ruleset = one_line(name, 40)
    if box.has("data"):
        info = box.box("info")
        data = box.box("data")
        rules = list(_keyed_rules(ruleset, data)) if data else []
        box.close()
        return _info(ruleset, info, []), rules
    groups: list[Subset] = []
    rules = list(_listed_rules(ruleset, box, "", groups, 0))
    return _info(ruleset, None, groups), rules


def read_info_of_file(ruleset: str, box: Box) -> Ruleset:
    """Return the dates of a file with one ruleset; the box must be the file's `info`."""
    return _info(ruleset, box, [])


def _keyed_rules(ruleset: str, data: Box) -> Iterator[Rule]:
    """Yield the rules of `data`: by bucket, subset and id."""
    for bucket, subsets in data.children():
        for subset, rules in subsets.children():
            for name, rule in rules.children():
                if is_official_id(name):
                    yield read_rule(name, rule, ruleset, bucket_of(bucket), one_line(subset, 40))
                else:
                    data.findings.note(rule.path, "is not the id of a rule; left out")


def _listed_rules(
    ruleset: str, box: Box, group: str, groups: list[Subset], depth: int
) -> Iterator[Rule]:
    """Yield the rules of groups that hold lists of them, groups within groups included."""
    if box.has("requirements"):
        official = box.text("id").rpartition("-")[2] if group != "base" else ""
        subset = official or group
        groups.append(Subset(subset, "all", box.text("name"), box.text("application")))
        for rule in box.boxes("requirements"):
            name = rule.text("id")
            if is_official_id(name):
                yield read_rule(name, rule, ruleset, "all", subset)
            else:
                box.findings.note(rule.path, "has no valid id; left out")
    for key in list(box.data):
        if key != "requirements" and isinstance(box.data[key], dict) and key not in _GROUP_KEYS:
            inner = box.box(key)
            if inner is not None and depth < DEEPEST:
                yield from _listed_rules(ruleset, inner, key, groups, depth + 1)
    box.ignore(*_GROUP_KEYS)
    if depth:
        box.close()


_GROUP_KEYS = (
    "id", "name", "application", "applied_impact_levels", "impact", "referenced_fr",
    "referenced_rules", "info",
)  # fmt: skip
"""What a group of requirements has next to them."""


def _info(ruleset: str, info: Box | None, groups: list[Subset]) -> Ruleset:
    if info is None:
        return Ruleset(ruleset, ruleset, subsets=tuple(groups))
    purpose = info.text("purpose")
    if front := info.box("front_matter"):
        purpose = purpose or front.text("purpose")
        front.ignore("authority", "expected_outcomes")
        front.close()
    subsets = list(_subsets(info, "all"))
    effective = list(_effective(info, "all"))
    for bucket in FRAMEWORKS:
        if part := info.box(bucket):
            subsets += _subsets(part, bucket)
            effective += _effective(part, bucket)
            part.close()
    found = Ruleset(
        ruleset,
        one_line(info.text("name"), 200) or ruleset,
        purpose,
        info.text("status"),
        info.text("tag"),
        (*groups, *subsets),
        tuple(effective),
        tuple(_flows(info)),
    )
    info.ignore("short_name", "web_name", "current_release", "releases", "types", "id")
    info.close()
    return found


def _subsets(info: Box, bucket: str) -> Iterator[Subset]:
    named = info.box("subsets", "labels")
    for name, one in named.children() if named else ():
        applicability = None
        if part := one.box("applicability"):
            applicability = Applicability(
                tuple(text.lower() for text in part.texts("types")),
                tuple(text.lower() for text in part.texts("paths")),
                tuple(class_of(text) or text.lower() for text in part.texts("classes")),
                tuple(part.texts("affects")),
            )
            part.close()
        name = one_line(name, 40)
        yield Subset(name, bucket, one.text("name"), one.text("description"), applicability)
        one.close()


def _effective(info: Box, bucket: str) -> Iterator[Effective]:
    effective = info.box("effective")
    if effective is None:
        return
    split = [(key, part) for key, part in _by_framework(effective)]
    for key, part in split:
        yield _dates(part, key)
        part.close()
    if not split:
        yield _dates(effective, bucket)
    effective.close()


def _by_framework(effective: Box) -> Iterator[tuple[str, Box]]:
    """Yield the parts of dates that are split by certification type, as older structures are."""
    for key in effective.data:
        if bucket_of(key) in ("all", *FRAMEWORKS) and isinstance(effective.data[key], dict):
            part = effective.box(key)
            assert part is not None
            yield bucket_of(key), part


def _dates(box: Box, bucket: str) -> Effective:
    days = box.box("date")
    adopt = obtain = maintain = ends = months = None
    until = False
    if days:
        months = days.number("grace_by_assessment_months")
        adopt, obtain = days.day("optional_adoption"), days.day("obtain")
        maintain, ends = days.day("maintain"), days.day("grace_ends")
        if grace := days.box("grace"):
            ends = grace.day("default") or ends
            until = grace.flag("until_next_assessment")
            grace.close()
        days.close()
    box.ignore("signup_url")
    return Effective(
        bucket,
        box.text("is"),
        box.text("current_status"),
        adopt,
        obtain,
        maintain,
        ends,
        until,
        box.day("start_date"),
        box.day("end_date"),
        box.texts("comments", "warnings", "comment"),
        dict(_listed_by_class(box)),
        months,
    )


def _listed_by_class(box: Box) -> Iterator[tuple[str, tuple[str, ...]]]:
    """Yield the ids that apply to each class that the rules do not apply to in full."""
    classes = box.box("class")
    for key, one in classes.children() if classes else ():
        in_full, ids = one.flag("applies_in_full"), one.texts("applies")
        one.close()
        if not class_of(key):
            box.findings.note(one.path, "is not a class; left out")
        elif not in_full and (ids or one.has("applies_in_full")):
            yield class_of(key), ids


def _flows(info: Box) -> Iterator[Flow]:
    for one in info.boxes("flows"):
        steps = []
        for step in one.boxes("steps"):
            steps.append(FlowStep(step.text("from"), step.text("to"), step.text("description")))
            step.close()
        kinds: dict[str, str] = {}
        if nodes := one.box("nodes"):
            kinds = {key: nodes.text(key) for key in nodes.data}
        yield Flow(one.text("activity"), one.text("description"), tuple(steps), kinds)
        one.close()
