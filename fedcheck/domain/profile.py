"""The profile of a workspace: its options, their defaults, and the combinations that exist."""

import re
from collections.abc import Mapping, Sequence
from itertools import combinations

from fedcheck.domain.glossary import Standing
from fedcheck.domain.process import Process, ProfileOption, combination_text
from fedcheck.domain.reference import did_you_mean
from fedcheck.errors import ErrorKind, FedcheckError


def fill_defaults(process: Process, given: Mapping[str, str]) -> dict[str, str]:
    """Return the values of a process's options, defaults where none is given."""
    options = process.profile or {}
    profile = {name: value for name, value in given.items() if name in options}
    for name, option in options.items():
        if name not in profile and option.default:
            profile[name] = option.default
    return profile


def find_missing_combination(process: Process, profile: Mapping[str, str]) -> tuple[str, str]:
    """Return as text which values of a profile do not exist together, and which do."""
    amiss = _find_smallest_conflict(process, profile)
    chosen = ", ".join(f"{name} {value}" for name, value in amiss.items())
    exist = "; ".join(
        combination_text(one)
        for one in process.combinations
        if (ANY,) not in map(tuple, one.values())
    )
    return f"{process.title} has no combination {chosen}", f"it has: {exist}"


ANY = "any"
"""The value of an option that restricts nothing: for roles that no certification is given to."""


def list_open_options(process: Process, profile: Mapping[str, str]) -> list[str]:
    """Return the options that a profile leaves open, where the process has certain combinations."""
    if not process.combinations:
        return []
    return [name for name in process.profile or {} if profile.get(name, ANY) == ANY]


def parse_profile(process: Process, given: Mapping[str, str], role: str = "") -> dict[str, str]:
    """Return the profile of a new workspace, with what follows from what is given filled in.

    A provider has to state what it is going for; what only one combination leaves open follows. For
    other roles what is not stated restricts nothing. Raises FedcheckError (usage).
    """
    options = process.profile or {}
    profile = {}
    for name, value in given.items():
        if name not in options:
            hint = did_you_mean(name, options) or "options: " + ", ".join(options)
            raise FedcheckError(
                f'{process.id} has no profile option "{name}"', hint, ErrorKind.USAGE
            )
        value = value.lower() if value.lower() in options[name].values else value
        if value not in options[name].values:
            hint = "choose " + " or ".join(options[name].values)
            raise FedcheckError(f'"{value}" is not a {name} of {process.id}', hint, ErrorKind.USAGE)
        profile[name] = value
    is_provider = role in ("", process.provider)
    if process.combinations and not _list_fitting(process, profile):
        text, hint = find_missing_combination(process, profile)
        raise FedcheckError(text, hint, ErrorKind.USAGE)
    profile = fill_defaults(process, _complete(process, profile, is_provider=is_provider))
    missing = [name for name in options if name not in profile]
    if missing:
        said = " ".join(
            f"--{name} {'|'.join(_values_that_fit(process, name, profile))}" for name in missing
        )
        raise FedcheckError(
            f"{process.id} needs a profile: {missing[0]} is not given",
            f"add {said}",
            ErrorKind.USAGE,
        )
    if not process.allows(profile) or (is_provider and ANY in profile.values()):
        text, hint = find_missing_combination(process, profile)
        raise FedcheckError(text, hint, ErrorKind.USAGE)
    return profile


def default_profile(process: Process, role: str) -> dict[str, str]:
    """Return the profile that a form for a new workspace starts with: one that exists.

    A provider's is the first combination of the process; for other roles nothing is restricted.
    """
    if process.combinations and role not in ("", process.provider):
        return parse_profile(process, {}, role)
    first = process.combinations[0] if process.combinations else {}
    return {
        name: option.default or first.get(name, option.values)[0]
        for name, option in (process.profile or {}).items()
    }


def list_values(process: Process, name: str, role: str) -> list[str]:
    """Return the values of an option that a role can choose: no `any` for a provider."""
    is_provider = role in ("", process.provider)
    return _values(process, name) if is_provider else list((process.profile or {})[name].values)


def fit_profile(process: Process, profile: Mapping[str, str], name: str) -> dict[str, str]:
    """Return a profile that exists with the value that was chosen for one option.

    Values of other options stay where they can; for the others the first that fits is taken.
    """
    if process.allows(profile) or not (fitting := _list_fitting(process, {name: profile[name]})):
        return dict(profile)

    def count_kept(combination: Mapping[str, Sequence[str]]) -> int:
        return sum(value in combination.get(one, (value,)) for one, value in profile.items())

    best = max(fitting, key=count_kept)
    return {
        one: value if value in best.get(one, (value,)) else best[one][0]
        for one, value in profile.items()
    }


def describe_profile(process: Process, profile: Mapping[str, str]) -> str:
    """Return the values of a profile by their titles: `20x, Program, Class B`.

    One without a title is shown with its option: `region us`.
    """
    options = process.profile or {}
    names = dict.fromkeys((*(name for name in options if name in profile), *profile))
    found = [_title_value(options, name, profile[name]) for name in names if profile[name] != ANY]
    return ", ".join(found)


def _title_value(options: Mapping[str, ProfileOption], name: str, value: str) -> str:
    titles = options[name].titles if name in options else None
    return (titles or {}).get(value, f"{name} {value}")


def list_headings(process: Process, profile: Mapping[str, str]) -> tuple[str, ...]:
    """Return a process and a profile as text, the longest first; what is in brackets gives way."""
    historical = " (historical)" if process.status == Standing.HISTORICAL else ""
    if not process.combinations:
        values = ", ".join(profile.values())
        whole = process.title + (f", {values}" if values else "")
        return tuple(dict.fromkeys((whole + historical, whole, process.title)))
    brief = re.sub(r" \([^()]*\)", "", describe_profile(process, profile))
    title = process.title.partition(" (")[0]
    if not brief:
        return process.title + historical, title
    return f"{process.title}, {brief}{historical}", f"{title}, {brief}", brief


def _values(process: Process, name: str) -> list[str]:
    return [value for value in (process.profile or {})[name].values if value != ANY]


def _values_that_fit(process: Process, name: str, profile: Mapping[str, str]) -> list[str]:
    """Return the values of an option that exist together with those of a profile."""
    known = _values(process, name)
    if not process.combinations:
        return known
    fitting = _list_fitting(process, profile)
    return [value for value in known if any(value in one.get(name, known) for one in fitting)]


def _list_fitting(
    process: Process, profile: Mapping[str, str]
) -> list[Mapping[str, Sequence[str]]]:
    """Return the combinations that some values of a profile are part of."""
    return [
        combination
        for combination in process.combinations
        if all(value in combination.get(name, (value,)) for name, value in profile.items())
    ]


def _find_smallest_conflict(process: Process, profile: Mapping[str, str]) -> Mapping[str, str]:
    """Return the fewest values of a profile that are together in no combination."""
    for count in range(1, len(profile)):
        for names in combinations(profile, count):
            part = {name: profile[name] for name in names}
            if not _list_fitting(process, part):
                return part
    return profile


def _complete(process: Process, profile: dict[str, str], *, is_provider: bool) -> dict[str, str]:
    """Return a profile with the options that can have one value only next to those given."""
    options = process.profile or {}
    if not is_provider and not profile:
        return {name: ANY for name, option in options.items() if ANY in option.values}
    fitting = _list_fitting(process, profile)
    found = dict(profile)
    for name, option in options.items():
        if name in found or not fitting:
            continue
        open_values = {value for one in fitting for value in one.get(name, option.values)}
        left = open_values - {ANY} if is_provider else open_values
        if len(left) == 1:
            found[name] = left.pop()
        elif not is_provider and ANY in open_values:
            found[name] = ANY
    return found
