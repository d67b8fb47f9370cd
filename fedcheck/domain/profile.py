"""The profile of a workspace: its options, their defaults, and the combinations that exist."""

from collections.abc import Mapping

from fedcheck.domain.process import Process, combination_text
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
    """Return in words that a profile does not exist, and which do."""
    chosen = ", ".join(f"{name} {value}" for name, value in profile.items())
    exist = "; ".join(combination_text(one) for one in process.combinations)
    return f"{process.id} does not exist as {chosen}", f"choose among: {exist}"


def parse_profile(process: Process, given: Mapping[str, str]) -> dict[str, str]:
    """Return the profile of a new workspace with defaults filled in. Raises FedcheckError."""
    options = process.profile or {}
    profile = {}
    for name, value in given.items():
        if name not in options:
            hint = did_you_mean(name, options) or "options: " + ", ".join(options)
            raise FedcheckError(
                f'{process.id} has no profile option "{name}"', hint, ErrorKind.USAGE
            )
        if value not in options[name].values:
            hint = "choose " + " or ".join(options[name].values)
            raise FedcheckError(f'"{value}" is no {name} of {process.id}', hint, ErrorKind.USAGE)
        profile[name] = value
    filled = fill_defaults(process, profile)
    if not process.allows(filled):
        text, hint = find_missing_combination(process, filled)
        raise FedcheckError(text, hint, ErrorKind.USAGE)
    return filled
