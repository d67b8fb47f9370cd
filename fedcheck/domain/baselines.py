"""The controls of FedRAMP's Rev 5 baselines, by impact level.

Ids alone, as facts: from the profiles of the release of 2023-05-30 that FedRAMP published as
OSCAL (High: 410 controls, Moderate: 323, Low and LI-SaaS: 156). Each baseline includes the one
below it, so a level lists only what it adds.
"""

from functools import cache

LEVELS = ("low", "moderate", "high")
"""The impact levels, lowest first. LI-SaaS has the controls of Low."""

_ADDED = {
    "low": (
        "AC 1 2 3 7 8 14 17 18 19 20 22 AT 1 2 2.2 3 4 AU 1 2 3 4 5 6 8 9 11 12 CA 1 2 2.1 3 "
        "5 6 7 7.4 8 9 CM 1 2 4 5 6 7 8 10 11 CP 1 2 3 4 9 10 IA 1 2 2.1 2.2 2.8 2.12 4 5 5.1 "
        "6 7 8 8.1 8.2 8.4 11 IR 1 2 4 5 6 7 8 MA 1 2 4 5 MP 1 2 6 7 PE 1 2 3 6 8 12 13 14 15 "
        "16 PL 1 2 4 4.1 8 10 11 PS 1 2 3 4 5 6 7 8 9 RA 1 2 3 3.1 5 5.2 5.11 7 SA 1 2 3 4 "
        "4.10 5 8 9 22 SC 1 5 7 8 8.1 12 13 15 20 21 22 28 28.1 39 SI 1 2 3 4 5 12 SR 1 2 2.1 "
        "3 5 8 10 11 11.1 11.2 12 "
    ),
    "moderate": (
        "AC 2.1 2.2 2.3 2.4 2.5 2.7 2.9 2.12 2.13 4 4.21 5 6 6.1 6.2 6.5 6.7 6.9 6.10 11 11.1 "
        "12 17.1 17.2 17.3 17.4 18.1 18.3 19.5 20.1 20.2 21 AT 2.3 AU 3.1 6.1 6.3 7 7.1 9.4 "
        "CA 2.3 7.1 8.1 8.2 CM 2.2 2.3 2.7 3 3.2 3.4 4.2 5.1 5.5 6.1 7.1 7.2 7.5 8.1 8.3 9 12 "
        "12.1 CP 2.1 2.3 2.8 4.1 6 6.1 6.3 7 7.1 7.2 7.3 8 8.1 8.2 9.1 9.8 10.2 IA 2.5 2.6 3 "
        "4.4 5.2 5.6 5.7 12 12.2 12.3 12.5 IR 3 3.2 4.1 6.1 6.3 7.1 9 9.2 9.3 9.4 MA 3 3.1 "
        "3.2 3.3 5.1 6 MP 3 4 5 PE 4 5 6.1 9 10 11 13.1 13.2 17 PS 3.3 RA 5.3 5.5 9 SA 4.1 "
        "4.2 4.9 9.1 9.2 9.5 10 11 11.1 11.2 15 15.3 SC 2 4 7.3 7.4 7.5 7.7 7.8 7.12 7.18 10 "
        "17 18 23 45 45.1 SI 2.2 2.3 4.1 4.2 4.4 4.5 4.16 4.18 4.23 6 7 7.1 7.7 8 8.2 10 11 "
        "16 SR 6 "
    ),
    "high": (
        "AC 2.11 4.4 6.3 6.8 10 18.4 18.5 AU 5.1 5.2 6.4 6.5 6.6 6.7 9.2 9.3 10 12.1 12.3 CA "
        "2.2 3.6 CM 3.1 3.6 4.1 6.2 8.2 8.4 14 CP 2.2 2.5 3.1 4.2 6.2 7.4 8.3 8.4 9.2 9.3 9.5 "
        "10.4 IA 5.8 5.13 12.4 IR 2.1 2.2 4.2 4.4 4.6 4.11 5.1 MA 2.2 4.3 MP 6.1 6.2 6.3 PE "
        "3.1 6.4 8.1 11.1 14.2 15.1 18 PS 4.2 RA 5.4 5.8 SA 4.5 16 17 21 SC 3 7.10 7.20 7.21 "
        "12.1 24 SI 4.10 4.11 4.12 4.14 4.19 4.20 4.22 5.1 7.2 7.5 7.15 SR 9 9.1 "
    ),
}
"""What each level adds to the one below: families, each followed by numbers; 2.1 is (1) of 2."""


@cache
def find_lowest_level(control: str) -> str:
    """Return the lowest impact level whose baseline has a control; nothing where none has it."""
    return next((level for level in LEVELS if control in _added_controls(level)), "")


def has_control(level: str, control: str) -> bool:
    """Return whether the baseline of an impact level, also `li-saas`, has a control: `AC-2(1)`."""
    lowest = find_lowest_level(control)
    reached = LEVELS.index("low" if level == "li-saas" else level)
    return bool(lowest) and LEVELS.index(lowest) <= reached


def list_controls(level: str) -> list[str]:
    """Return all controls of the baseline of an impact level, those of lower levels first."""
    reached = LEVELS[: LEVELS.index("low" if level == "li-saas" else level) + 1]
    return [control for one in reached for control in _added_controls(one)]


@cache
def _added_controls(level: str) -> dict[str, None]:
    found: dict[str, None] = {}
    family = ""
    for part in _ADDED[level].split():
        if part.isalpha():
            family = part
            continue
        number, _, enhancement = part.partition(".")
        found[f"{family}-{number}" + (f"({enhancement})" if enhancement else "")] = None
    return found
