"""What applies to a profile, held against lists that are computed from the JSON independently."""

import json
import re
from collections import Counter
from pathlib import Path
from typing import Any

import pytest
from rules_samples import OFFICIAL, consolidated, keyed, listed, rule, written, written_folder

from fedcheck.domain.glossary import Level
from fedcheck.importers.rules import applicability
from fedcheck.importers.rules.applicability import list_applicable
from fedcheck.importers.rules.reader import read_release

ROLES = {
    "csp": "Providers",
    "3pao": "Assessors",
    "agency": "Agencies",
    "pmo": "FedRAMP",
    "advisor": "Advisors",
}

PROFILES = [
    ("20x", "program", "a"),
    ("20x", "program", "b"),
    ("20x", "program", "c"),
    ("20x", "program", "d"),
    ("rev5", "agency", "b"),
    ("rev5", "agency", "c"),
    ("rev5", "agency", "d"),
    ("rev5", "program", "b"),
    ("rev5", "program", "c"),
]
"""The eight profiles that exist, and the preview of 20x Class D."""

TABLE = {
    ("20x", "program", "a"): (53, 30, 11, 12, 7),
    ("20x", "program", "b"): (158, 96, 45, 17, 46),
    ("20x", "program", "c"): (158, 99, 44, 15, 46),
    ("20x", "program", "d"): (157, 100, 44, 13, 41),
    ("rev5", "agency", "b"): (165, 104, 44, 17, 0),
    ("rev5", "agency", "c"): (165, 106, 44, 15, 0),
    ("rev5", "agency", "d"): (165, 108, 44, 13, 0),
    ("rev5", "program", "b"): (161, 101, 43, 17, 0),
    ("rev5", "program", "c"): (161, 103, 43, 15, 0),
}
"""Provider rules of 2026.07.14.01, those that are MUST or MUST NOT, SHOULD (NOT), MAY; indicators.

Matches FedRAMP's own reference pages for each type and class.
"""

OTHERS = {"3pao": 23, "agency": 23, "pmo": 16, "advisor": 3}
"""Rules of the other roles; of Class A 16, 19, 4 and 3; the Rev5 Agency path has one more."""


def expected(raw: dict[str, Any], kind: str, path: str, letter: str, role: str) -> dict[str, str]:
    """Return what applies, read from the JSON of a release without any code of the importer.

    Class A is by the ids that the text of the three listing rules names, not by `related`.
    """
    listing = raw["FRR"]["FRC"]["data"]["all"]["CLA"]
    named = {
        found
        for one in listing.values()
        for point in one.get("following_information", [])
        for found in re.findall(r"\b[A-Z0-9]{3}-[A-Z0-9]{3}-[A-Z0-9]{3}\b", point)
    }
    found = {}
    for ruleset in raw["FRR"].values():
        info = ruleset["info"]
        for bucket, subsets in ruleset["data"].items():
            if bucket not in ("all", kind):
                continue
            own = info.get(bucket, {}).get("subsets", {})
            for subset, rules in subsets.items():
                to = (own.get(subset) or info["subsets"][subset])["applicability"]
                types = [one.lower() for one in to["types"]] or [kind]
                paths = [one.lower() for one in to["paths"]] or [path]
                classes = [one.lower() for one in to["classes"]] or [letter]
                for name, one in rules.items():
                    if ROLES[role] not in one["affects"] or kind not in types or path not in paths:
                        continue
                    if letter not in classes and not (letter == "a" and name in named):
                        continue
                    if "varies_by_class" in one:
                        one = one["varies_by_class"].get(letter)
                    if one is not None:
                        found[name] = one["force"]
    if role == "csp" and kind == "20x":
        for theme in raw["KSI"].values():
            for name, one in theme["indicators"].items():
                if letter == "a" and name not in named:
                    continue
                if "varies_by_class" in one:
                    one = one["varies_by_class"].get(letter)
                if one is not None:
                    optional = one["statement"].startswith("**Optional:**")
                    found[name] = "MAY" if optional else "MUST"
    return found


@pytest.mark.skipif(not OFFICIAL.is_dir(), reason="the official releases are not here")
@pytest.mark.parametrize("release", ["2026-06-24", "2026-07-14"])
def test_every_profile_and_role_of_an_official_release(release: str) -> None:
    path = OFFICIAL / release / "fedramp-consolidated-rules.json"
    raw = json.loads(path.read_text(encoding="utf-8"))
    read = read_release(path)
    for kind, way, letter in PROFILES:
        for role in ROLES:
            profile = {"type": kind, "path": way, "class": letter}
            computed = list_applicable(read, profile, role)
            words = {name: one.replace("-", " ").upper() for name, one in computed.items()}
            assert words == expected(raw, kind, way, letter, role), (profile, role)


@pytest.mark.skipif(not OFFICIAL.is_dir(), reason="the official releases are not here")
@pytest.mark.parametrize("profile", PROFILES, ids="-".join)
def test_the_counts_are_those_of_the_reference_pages(profile: tuple[str, str, str]) -> None:
    read = read_release(OFFICIAL / "2026-07-14")
    kind, path, letter = profile
    chosen = {"type": kind, "path": path, "class": letter}
    found = list_applicable(read, chosen, "csp")
    rules = [level for name, level in found.items() if not name.startswith("KSI-")]
    levels = Counter(level.removesuffix("-not") for level in rules)
    counts = (len(rules), levels["must"], levels["should"], levels["may"], len(found) - len(rules))
    assert counts == TABLE[profile]
    others = {role: len(list_applicable(read, chosen, role)) for role in OTHERS}
    if letter == "a":
        assert others == {"3pao": 16, "agency": 19, "pmo": 4, "advisor": 3}
    else:
        assert others == {**OTHERS, "agency": 24 if path == "agency" else 23}


@pytest.mark.skipif(not OFFICIAL.is_dir(), reason="the official releases are not here")
def test_without_a_class_everything_is_shown() -> None:
    read = read_release(OFFICIAL / "2026-07-14")
    everything = {role: len(list_applicable(read, {}, role)) for role in ROLES}
    assert everything == {"csp": 180 + 46, "3pao": 23, "agency": 24, "pmo": 16, "advisor": 3}
    anything = {"type": "any", "path": "any", "class": "any"}
    assert list_applicable(read, anything, "agency") == list_applicable(read, {}, "agency")
    assert list_applicable(read, {}, "csp")["SDR-CSX-KMT"] is Level.MUST, "the strictest"


def applies(tmp_path: Path, data: Any, role: str = "csp", **profile: str) -> dict[str, Level]:
    profile = {"class": profile.pop("letter"), **profile} if "letter" in profile else profile
    return list_applicable(read_release(written(tmp_path / "r.json", data)), profile, role)


def test_class_a_is_what_its_own_rules_list(tmp_path: Path) -> None:
    data = consolidated()
    before = applies(tmp_path, data, type="20x", path="program", letter="a")
    assert before == {
        "FRC-CLA-MFR": Level.MUST,
        "FRC-CLA-RFR": Level.SHOULD,
        "ZED-CSO-ONE": Level.MUST,
        "ZED-CSO-ALL": Level.SHOULD,
        "KSI-WID-ONE": Level.MUST,
    }, "ZED-CSO-VAR is listed, but has no text for Class A"
    data["FRR"]["FRC"]["data"]["all"]["CLA"]["FRC-CLA-MFR"]["related"].append("ZED-CSO-TWO")
    after = applies(tmp_path, data, type="20x", path="program", letter="a")
    assert after == {**before, "ZED-CSO-TWO": Level.SHOULD}


def test_class_b_and_the_types(tmp_path: Path) -> None:
    data = consolidated()
    twenty = applies(tmp_path, data, type="20x", path="program", letter="b")
    assert "FRC-CLA-MFR" not in twenty and "ZED-TFR-MVF" not in twenty
    assert twenty["ZED-CSX-NEW"] is Level.MAY and twenty["ZED-CSO-NOT"] is Level.MUST_NOT
    assert twenty["ZED-CSO-VAR"] is Level.MAY
    assert (twenty["KSI-WID-TWO"], twenty["KSI-WID-OPT"]) == (Level.MUST, Level.MAY)
    assert "ZED-TFR-MVX" in twenty, "its subset is described by the ruleset alone"
    rev5 = applies(tmp_path, data, type="Rev5", path="Agency", letter="C")
    assert "ZED-TFR-MVF" in rev5 and "ZED-TFR-MVX" not in rev5
    assert not any(name.startswith("KSI-") for name in rev5)
    assert rev5["ZED-CSO-VAR"] is Level.MUST
    assert "KSI-WID-OPT" not in applies(tmp_path, data, type="20x", letter="d")


def test_an_empty_list_of_a_subset_restricts_nothing(tmp_path: Path) -> None:
    data = consolidated()
    part = data["FRR"]["ZED"]["info"]["subsets"]["AGM"]["applicability"]
    part["classes"], part["types"], part["paths"] = [], [], []
    assert applies(tmp_path, data, "agency", type="20x", path="program", letter="a") == {
        "ZED-AGM-SEE": Level.MUST
    }


def test_several_actors_unknown_ones_and_everyone(tmp_path: Path) -> None:
    data = consolidated()
    rules = data["FRR"]["ZED"]["data"]["all"]["AGM"]
    rules["ZED-AGM-TWO"] = rule("Both MUST.", affects=["Providers", "Agencies"])
    rules["ZED-AGM-ALL"] = rule("All MUST.", affects=["Everyone"])
    rules["ZED-AGM-WHO"] = rule("Somebody MUST.", affects=["Regulators"])
    for role in ROLES:
        found = set(applies(tmp_path, data, role)) & set(rules)
        both = {"ZED-AGM-TWO"} if role in ("csp", "agency") else set()
        own = {"ZED-AGM-SEE"} if role == "agency" else set()
        assert found == {"ZED-AGM-ALL", "ZED-AGM-WHO"} | both | own, role


def test_older_structures_apply_by_level_and_force_of_the_text(tmp_path: Path) -> None:
    low = applies(tmp_path, keyed(), type="20x", letter="b")
    assert low == {
        "OLD-CSO-ONE": Level.MUST,
        "OLD-CSO-TWO": Level.MAY,
        "KSI-CSX-SUM": Level.MUST,
        "KSI-WID-ONE": Level.MUST,
    }
    assert "OLD-CSO-TWO" not in applies(tmp_path, keyed(), type="20x", letter="c")
    release = read_release(written_folder(tmp_path / "f", listed(3)))
    found = list_applicable(release, {"class": "c"}, "3pao")
    assert found == {"FRR-OLD-TF-LO-01": Level.SHOULD}, "the force is in its statement"
    assert list_applicable(release, {"class": "d"}, "csp") == {}


def test_no_id_of_a_rule_is_in_the_code() -> None:
    source = Path(applicability.__file__).read_text(encoding="utf-8")
    code = source.partition('"""\n\nimport')[2]
    assert code and not re.findall(r"\b[A-Z]{3}-[A-Z0-9]{3}\b", code)
