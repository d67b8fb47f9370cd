"""Which rules and indicators apply to a profile, and how binding each is for it.

Everything is computed from the release; no id of a rule is written here. A subset states to whom
its rules apply. One class can have rules of its own that list more items for it (FRC-CLA for Class
A): where a subset is for a single class alone, the items in `related` of its rules apply to that
class too, and of the indicators only these do. The previews of the Consolidated Rules list them
with the dates of each ruleset instead, where it does not apply to a class in full. An item that
varies by class applies to the classes that it has a wording for.
"""

import re
from collections.abc import Iterator, Mapping

from fedcheck.domain.glossary import Level
from fedcheck.importers.rules.document import Entry, Indicator, Release, Rule, Wording
from fedcheck.importers.rules.ruleset_parts import Applicability

ROLES: Mapping[str, str] = {
    "providers": "csp",
    "provider": "csp",
    "cloud service providers": "csp",
    "assessors": "3pao",
    "3paos": "3pao",
    "agencies": "agency",
    "fedramp": "pmo",
    "advisors": "advisor",
}
"""The role of each actor of FedRAMP's; who is not among them (All, Everyone) is every role."""

PROVIDER = "csp"

NOT_BINDING = "no"
"""What the dates of a ruleset state about a certification type that it is not for."""

ANY = "any"
"""The value of an option that restricts nothing, for roles without a class of their own."""

INDICATOR_TYPE = "20x"
"""The certification type that indicators belong to; Rev5 has controls instead."""

STRICTEST = (Level.MUST, Level.MUST_NOT, Level.SHOULD, Level.SHOULD_NOT, Level.MAY)

_FORCE = re.compile(r"\b(MUST NOT|MUST|SHOULD NOT|SHOULD|MAY)\b")
_OPTIONAL = re.compile(r"^\W*optional\b\W", re.IGNORECASE)


def list_applicable(release: Release, profile: Mapping[str, str], role: str) -> dict[str, Level]:
    """Return the ids that apply to a role, each with its force, in the order of the release.

    Args:
        release: a release of the rules.
        profile: `type` (20x, rev5), `path` (program, agency) and `class` (a to d), in any case.
            What is missing, empty or "any" restricts nothing; where force then varies, the
            strictest counts.
        role: csp, 3pao, agency, pmo or advisor.
    """
    chosen = {name: value.lower() for name, value in profile.items() if value not in ("", ANY)}
    certification_class = chosen.get("class")
    listed = _listed_for(release, chosen)
    found: dict[str, Level] = {}
    for entry in release.entries.values():
        if role not in roles_of(release, entry):
            continue
        if not _is_in_scope(release, entry, chosen, listed):
            continue
        wordings = list(_wordings(entry, certification_class))
        if wordings:
            forces = [level_of(entry, one) for one in wordings]
            found[entry.id] = min(forces, key=STRICTEST.index)
    return found


def roles_of(release: Release, entry: Entry) -> tuple[str, ...]:
    """Return the roles that an item binds, in the order of the file."""
    if not isinstance(entry, Rule):
        return (PROVIDER,)
    actors = entry.actors
    if not actors:
        scope = _scope_of(release, entry)
        actors = scope.actors if scope else ()
    if not actors:
        return (PROVIDER,)
    roles = [ROLES.get(actor.strip().lower(), "") for actor in actors]
    everyone = tuple(dict.fromkeys(ROLES.values()))
    return everyone if "" in roles else tuple(dict.fromkeys(roles))


def level_of(entry: Entry, wording: Wording) -> Level:
    """Return how binding an item is in one wording.

    Indicators have no force: they are binding unless their text begins with "Optional". A rule
    whose force the file leaves empty has the first force word of its statement.
    """
    force = wording.force
    if not force:
        if isinstance(entry, Indicator):
            return Level.MAY if _OPTIONAL.match(wording.statement) else Level.MUST
        said = _FORCE.search(wording.statement)
        force = said[1] if said else "MUST"
    return Level(force.lower().replace(" ", "-"))


def _wordings(entry: Entry, certification_class: str | None) -> Iterator[Wording]:
    """Yield what an item states to a class; without a class what it states to each."""
    if certification_class is None:
        yield from entry.wordings().values()
        return
    wording = entry.wording(certification_class)
    if wording is not None:
        yield wording


def _is_in_scope(
    release: Release, entry: Entry, chosen: Mapping[str, str], listed: frozenset[str] | None
) -> bool:
    """Return whether type, path and class of a profile are among those that an item is for."""
    kind, path, certification_class = (chosen.get(name) for name in ("type", "path", "class"))
    restricted = certification_class is not None and entry.classes is not None
    if restricted and certification_class not in (entry.classes or ()):
        return False
    if not isinstance(entry, Rule):
        if kind not in (None, INDICATOR_TYPE):
            return False
        return listed is None or entry.id in listed
    if kind and entry.bucket not in ("all", kind):
        return False
    if not _binds(release, entry, kind, certification_class):
        return False
    scope = _scope_of(release, entry)
    if scope is None:
        return True
    if kind and scope.types and kind not in scope.types:
        return False
    if path and scope.paths and path not in scope.paths:
        return False
    if not certification_class or not scope.classes or certification_class in scope.classes:
        return True
    return listed is not None and entry.id in listed


def _binds(release: Release, rule: Rule, kind: str | None, certification_class: str | None) -> bool:
    """Return whether the ruleset of a rule is for a type, and for a class in full or by list.

    The last structures state both in their subsets; there nothing is restricted here.
    """
    ruleset = release.rulesets_by_id.get(rule.ruleset)
    parts = ruleset.list_effective(kind) if ruleset else []
    bound = [one for one in parts if one.requirement != NOT_BINDING]
    listed = (one.listed.get(certification_class or "", (rule.id,)) for one in bound)
    return not parts or any(rule.id in ids for ids in listed)


def _scope_of(release: Release, rule: Rule) -> Applicability | None:
    ruleset = release.rulesets_by_id.get(rule.ruleset)
    subset = ruleset.find_subset(rule.bucket, rule.subset) if ruleset else None
    return subset.applicability if subset else None


def _listed_for(release: Release, chosen: Mapping[str, str]) -> frozenset[str] | None:
    """Return the ids that the rules of a class's own subsets list; None where it has none."""
    certification_class, kind = chosen.get("class"), chosen.get("type")
    if certification_class is None:
        return None
    found: set[str] = set()
    for rule in release.rules:
        scope = _scope_of(release, rule)
        if scope is None or scope.classes != (certification_class,):
            continue
        if kind is None or not scope.types or kind in scope.types:
            found.update(rule.related)
    for ruleset in release.rulesets:
        found.update(
            name
            for one in ruleset.list_effective(kind)
            for name in one.listed.get(certification_class, ())
            if isinstance(release.entries.get(name), Indicator)
        )
    return frozenset(found) if found else None
