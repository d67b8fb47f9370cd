"""Small made-up releases in the structures of the two previews of the Consolidated Rules.

Structure 5 (April 2026) has names of early 2026 and classes; structure 6 (May 2026) renamed the
buckets and subsets. No official text.
"""

import json
from typing import Any

LOG = [{"date": "2026-06-01", "comment": "Set anew."}]

LISTED = ["ZED-CSO-ONE", "ZED-CSO-VAR"]
"""What Class A of the sample has to do: of structure 5 by list, of structure 6 by subset."""

IDS = {
    "ZED-CSO-ONE", "ZED-CSO-TWO", "ZED-CSO-VAR", "ZED-CSO-OLD", "ZED-TFR-PAI", "ZED-AGM-SEE",
    "ZED-CSX-NEW", "ZED-CSL-TCM", "OLD-CSO-ONE", "KSI-WID-ONE", "KSI-WID-OPT",
}  # fmt: skip


def preview(structure: int) -> dict[str, Any]:
    """Return a release of nine rules and two indicators in structure 5 or 6."""
    return _april() if structure == 5 else _may()


def _rule(statement: str, word: str = "MUST", **more: Any) -> dict[str, Any]:
    return {
        "name": more.pop("name", "Rule of the sample"),
        "statement": statement,
        "primary_key_word": word,
        "affects": more.pop("affects", ["Providers"]),
        "terms": ["Widget"],
        "updated": LOG,
        **more,
    }


def _dates(obtain: str, maintain: str, **grace: Any) -> dict[str, Any]:
    status = "Consolidated Rules for 2026"
    date = {"obtain": obtain, "maintain": maintain, **grace}
    return {"is": "required", "current_status": status, "date": date}


def _april() -> dict[str, Any]:
    full = {"applies_in_full": True}
    classes = {"a": {"applies_in_full": False, "applies": LISTED}, "b": full, "c": full, "d": full}
    late = {"obtain": "2027-01-01", "maintain": "2027-05-04", "grace_by_assessment_months": 2}
    level = {"primary_key_word": "MUST", "statement": "Providers MUST sell widgets."}
    rules = {
        "CSO": {
            "ZED-CSO-ONE": _rule(
                "Providers MUST count widgets every 3 months, at least:",
                following_information=["Red widgets", "Blue widgets"],
                timeframe_type="months",
                timeframe_num=3,
                artifacts={"both": {"all_classes": ["A list of widgets"]}},
                controls=["ac-2", "ac-3", "au-6"],
            ),
            "ZED-CSO-TWO": _rule("Providers SHOULD paint widgets.", "SHOULD", note="Any color."),
            "ZED-CSO-VAR": {
                "name": "A rule for some classes",
                "varies_by_class": {
                    "a": {"primary_key_word": "MAY", "statement": "Providers MAY sell widgets."},
                    "b": {"primary_key_word": "MAY", "statement": "Providers MAY sell widgets."},
                    "c": level,
                    "d": {**level, "effective_date": late},
                },
                "affects": ["Providers"],
                "updated": LOG,
            },
            "ZED-CSO-OLD": _rule("Providers MUST keep old widgets."),
        },
        "TFR": {
            "ZED-TFR-PAI": _rule(
                "Providers SHOULD mend widgets in time.",
                "SHOULD",
                pain_timeframes={
                    "1": {},
                    "5": {"lev": {"timeframe_type": "days", "timeframe_num": 4, "description": ""}},
                },
            )
        },
        "AGM": {"ZED-AGM-SEE": _rule("Agencies MUST see widgets.", affects=["Agencies"])},
    }
    names = {name: {"name": name, "description": "Some."} for name in ("CSO", "TFR", "AGM", "CSX")}
    zed = {
        "info": {
            "name": "Zed Rules",
            "short_name": "ZED",
            "web_name": "zed-rules",
            "effective": {
                "20x": _dates("2026-05-04", "2027-01-01", grace_ends="2027-05-04")
                | {"class": classes},
                "rev5": _dates("2027-01-01", "2027-04-02", grace_by_assessment_months=6)
                | {"class": classes, "signup_url": "ADDME"},
            },
            "labels": names,
        },
        "data": {
            "both": rules,
            "20x": {"CSX": {"ZED-CSX-NEW": _rule("Providers MAY invent widgets.", "MAY")}},
            "rev5": {"CSL": {"ZED-CSL-TCM": _rule("Providers MUST move widgets.")}},
        },
    }
    old = {
        "info": {
            "name": "Old rules",
            "short_name": "OLD",
            "web_name": "old",
            "effective": {
                "20x": _dates("2026-05-04", "2026-05-04", grace_ends="2026-05-04"),
                "rev5": {"is": "no"},
            },
            "labels": {"CSO": {"name": "General", "description": "All."}},
        },
        "data": {"both": {"CSO": {"OLD-CSO-ONE": _rule("Providers MUST count _widgets_.")}}},
    }
    common = _dates("2026-05-04", "2026-05-04", grace_ends="2026-05-04")
    indicators = {
        "KSI-WID-ONE": {
            "name": "Counting",
            "statement": "Widgets are counted.",
            "controls": ["ac-2.1", "ac-3"],
            "artifacts": {"20x": {"all_classes": ["A count"]}, "rev5": {"all_classes": []}},
            "updated": LOG,
        },
        "KSI-WID-OPT": {
            "name": "Selling",
            "varies_by_class": {
                "b": {"statement": "**Optional:** Widgets are sold."},
                "c": {"statement": "Widgets are sold."},
            },
            "controls": [],
            "updated": LOG,
        },
    }
    theme = {"id": "KSI-WID", "name": "Widgets", "web_name": "widgets", "short_name": "WID"}
    return {
        "info": {
            "title": "Made-up rules, preview",
            "description": "For tests.",
            "version": "2026.0.1.1-wip-preview",
            "last_updated": "2026-06-01",
            "default_artifacts": {"FRR": ["An explanation"], "KSI": ["A measurement"]},
        },
        "FRD": {
            "info": {
                "name": "Definitions",
                "short_name": "FRD",
                "web_name": "definitions",
                "effective": {"both": common},
            },
            "data": {
                "both": {
                    "FRD-WID": {
                        "term": "Widget",
                        "definition": "A thing.",
                        "alts": ["widget", "widgets"],
                        "updated": LOG,
                    }
                }
            },
        },
        "FRR": {"ZED": zed, "OLD": old},
        "KSI": {"WID": {**theme, "indicators": indicators}},
    }


def _may() -> dict[str, Any]:
    """Return the same rules as the preview of May has them."""
    data: dict[str, Any] = json.loads(json.dumps(_april()))
    data["info"] |= {"version": "2026.0.1.2-preview", "last_updated": "2026-05-25"}
    data["FRD"]["data"]["all"] = data["FRD"]["data"].pop("both")
    data["FRD"]["info"]["effective"] = data["FRD"]["info"]["effective"].pop("both")
    scope = {"types": ["20x", "Rev5"], "paths": ["Program", "Agency"], "affects": ["Providers"]}
    for ruleset in data["FRR"].values():
        info = ruleset["info"]
        ruleset["data"]["all"] = ruleset["data"].pop("both")
        subsets = info.pop("labels")
        for name, one in subsets.items():
            classes = ["B", "C", "D"] if name != "AGM" else []
            whom = {"affects": ["Agencies"]} if name == "AGM" else {}
            one["applicability"] = {**scope, "classes": classes, **whom}
        split = {kind: {"effective": one} for kind, one in info.pop("effective").items()}
        for part in split.values():
            part["effective"].pop("class", None)
        info |= {"status": "stable", "purpose": "To be tested.", "subsets": subsets, **split}
        info["flows"] = [{"activity": "Count", "steps": [{"from": "start", "to": "end"}]}]
    zed = data["FRR"]["ZED"]
    del zed["info"]["subsets"]["CSX"]
    for kind, name in (("20x", "CSX"), ("rev5", "CSL")):
        own = {"name": name, "description": "Some.", "applicability": {**scope, "classes": ["B"]}}
        zed["info"][kind]["subsets"] = {name: own}
    one = zed["data"]["all"]["CSO"]["ZED-CSO-ONE"]
    one |= {"artifacts": {"all": ["A list of widgets"]}, "related": ["ZED-CSO-TWO"]}
    return data
