"""Small made-up rules files in the structures that FedRAMP has published; no official text."""

import json
from pathlib import Path
from typing import Any

_ABOVE = Path(__file__).resolve().parents[2:4]
OFFICIAL = next(
    (one for place in _ABOVE if (one := place / "shared" / "data" / "rules").is_dir()),
    Path("no official releases"),
)
"""Three official releases, where they are beside the checkout; a clone does not have them."""

RELEASES = ("2026-04-08", "2026-06-24", "2026-07-14")

LOG = [{"date": "2026-07-01", "comment": "First text."}]


def rule(statement: str, force: str = "MUST", **more: Any) -> dict[str, Any]:
    return {
        "name": more.pop("name", "Rule of the sample"),
        "statement": statement,
        "force": force,
        "affects": more.pop("affects", ["Providers"]),
        "terms": ["Widget"],
        "updated": more.pop("updated", LOG),
        **more,
    }


def varied(affects: str = "Providers", **classes: tuple[str, str]) -> dict[str, Any]:
    return {
        "name": "A rule for some classes",
        "affects": [affects],
        "varies_by_class": {
            key: {"statement": text, "force": force} for key, (text, force) in classes.items()
        },
        "updated": LOG,
    }


def scope(
    classes: str = "BCD", types: str = "20x Rev5", paths: str = "Program Agency", who: str = ""
) -> dict[str, Any]:
    return {
        "name": "Subset",
        "description": "Some rules.",
        "applicability": {
            "types": types.split(),
            "paths": paths.split(),
            "classes": list(classes),
            "affects": [who or "Providers"],
        },
    }


def dates(obtain: str, maintain: str, grace: str, until: bool = False) -> dict[str, Any]:
    return {
        "effective": {
            "is": "required",
            "current_status": "Made-up rules",
            "date": {
                "obtain": obtain,
                "maintain": maintain,
                "optional_adoption": "2026-07-04",
                "grace": {"default": grace, "until_next_assessment": until},
            },
        }
    }


def consolidated() -> dict[str, Any]:
    """Return a release of twelve rules and three indicators in the newest structure."""
    zed = {
        "info": {
            "name": "Zed Rules",
            "short_name": "ZED",
            "web_name": "zed",
            "purpose": "To be tested.",
            "status": "stable",
            "tag": "assurance",
            "subsets": {"CSO": scope(), "TFR": scope(), "AGM": scope(who="Agencies")},
            "20x": dates("2026-07-04", "2027-01-01", "2027-01-01", until=True)
            | {"subsets": {"CSX": scope(types="20x", paths="Program")}},
            "rev5": dates("2027-01-01", "2027-07-01", "2027-01-01", until=True),
        },
        "data": {
            "all": {
                "CSO": {
                    "ZED-CSO-ONE": rule(
                        "Providers MUST count widgets every 3 months, at least:",
                        following_information=["Red widgets", "Blue widgets"],
                        timeframe_type="months",
                        timeframe_num=3,
                        artifacts={"all": ["A list of widgets"]},
                    ),
                    "ZED-CSO-TWO": rule("Providers SHOULD paint widgets.", "SHOULD"),
                    "ZED-CSO-NOT": rule("Providers MUST NOT lose widgets.", "MUST NOT"),
                    "ZED-CSO-VAR": varied(
                        b=("Providers MAY sell widgets.", "MAY"),
                        c=("Providers MUST sell widgets.", "MUST"),
                        d=("Providers MUST sell widgets.", "MUST"),
                    ),
                    "ZED-CSO-ALL": varied(
                        a=("Providers SHOULD wash widgets.", "SHOULD"),
                        b=("Providers MUST wash widgets.", "MUST"),
                        c=("Providers MUST wash widgets.", "MUST"),
                        d=("Providers MUST wash widgets.", "MUST"),
                    ),
                },
                "TFR": {
                    "ZED-TFR-PAI": {
                        **rule("Providers SHOULD mend widgets in time."),
                        "force": "SHOULD",
                        "timeframe_type": "bizdays",
                        "timeframe_num_min": 3,
                        "timeframe_num_max": 10,
                        "pain_timeframes": {
                            "1": {},
                            "5": {"lev": {"timeframe_type": "days", "timeframe_num": 4}},
                        },
                    }
                },
                "AGM": {"ZED-AGM-SEE": rule("Agencies MUST see widgets.", affects=["Agencies"])},
            },
            "20x": {
                "CSX": {"ZED-CSX-NEW": rule("Providers MAY invent widgets.", "MAY")},
                "TFR": {"ZED-TFR-MVX": rule("Providers MUST scan widgets at least monthly.")},
            },
            "rev5": {"TFR": {"ZED-TFR-MVF": rule("Providers MUST scan widgets at least yearly.")}},
        },
    }
    frc = {
        "info": {
            "name": "Certification",
            "short_name": "FRC",
            "status": "stable",
            "subsets": {"CLA": scope("A", "20x", "Program")},
            **dates("2026-07-04", "2026-07-04", "2026-07-04"),
        },
        "data": {
            "all": {
                "CLA": {
                    "FRC-CLA-MFR": rule(
                        "Providers MUST address these rules:",
                        related=["ZED-CSO-ONE", "ZED-CSO-VAR", "KSI-WID-ONE"],
                    ),
                    "FRC-CLA-RFR": rule(
                        "Providers SHOULD address these rules:", "SHOULD", related=["ZED-CSO-ALL"]
                    ),
                }
            }
        },
    }
    indicator = {"statement": "Widgets are counted.", "controls": ["ac-2.1", "ac-3"]}
    return {
        "info": {
            "title": "Made-up rules",
            "description": "For tests.",
            "version": "2026.07.01.01",
            "last_updated": "2026-07-01",
            "default_artifacts": {"FRR": ["An explanation"], "KSI": ["A measurement"]},
        },
        "FRD": {
            "info": {"name": "Definitions", "short_name": "FRD"},
            "data": {
                "all": {
                    "FRD-WID": {
                        "term": "Widget",
                        "definition": "A thing.",
                        "alts": ["widget", "widgets"],
                        "updated": LOG,
                    }
                }
            },
        },
        "FRR": {"FRC": frc, "ZED": zed},
        "KSI": {
            "WID": {
                "id": "KSI-WID",
                "name": "Widgets",
                "short_name": "WID",
                "web_name": "widgets",
                "status": "stable",
                "indicators": {
                    "KSI-WID-ONE": {"name": "Counting", **indicator, "updated": LOG},
                    "KSI-WID-TWO": {"name": "Painting", **indicator, "updated": LOG},
                    "KSI-WID-OPT": {
                        "name": "Selling",
                        "varies_by_class": {
                            "b": {"statement": "**Optional:** Widgets are sold."},
                            "c": {"statement": "Widgets are sold."},
                        },
                        "controls": [],
                        "updated": LOG,
                    },
                },
            }
        },
        "CTL": {"AC": {"AC-02": {"guidance": ["Count widgets."], "updated": LOG}}},
    }


def keyed() -> dict[str, Any]:
    """Return a release in the structure of early 2026: levels, labels, and earlier ids."""
    old = {"affects": ["Providers"], "updated": LOG}
    return {
        "info": {"title": "Older", "version": "0.9.9-beta", "last_updated": "2026-02-31"},
        "FRD": {
            "info": {"name": "Definitions"},
            "data": {
                "both": {
                    "FRD-WID": {"term": "Widget", "definition": "A _thing_.", "fka": "FRD-ALL-01"}
                }
            },
        },
        "FRR": {
            "OLD": {
                "info": {
                    "name": "Old rules",
                    "short_name": "OLD",
                    "effective": {
                        "20x": {"is": "required", "start_date": "2025-11-18", "signup_url": "x"},
                        "rev5": {"is": "optional", "comments": ["Ask first."]},
                    },
                    "front_matter": {"purpose": "To be old.", "authority": []},
                    "labels": {"CSO": {"name": "General", "description": "All."}},
                },
                "data": {
                    "both": {
                        "CSO": {
                            "OLD-CSO-ONE": {
                                "name": "Counting",
                                "fkas": ["FRR-OLD-01", "FRR-OLD-02"],
                                "statement": "Providers MUST count _widgets_.",
                                "primary_key_word": "MUST",
                                "referenceurl": "https://example.com",
                                **old,
                            },
                            "OLD-CSO-TWO": {
                                "name": "Painting",
                                "fka": "FRR-OLD-03",
                                "varies_by_level": {
                                    "low": {"statement": "MAY paint.", "primary_key_word": "MAY"},
                                    "high": {
                                        "statement": "MUST paint.",
                                        "primary_key_word": "MUST",
                                        "pain_timeframes": [
                                            {"pain": 5, "max_days_nlev": ".5"},
                                        ],
                                    },
                                },
                                **old,
                            },
                        }
                    }
                },
            },
            "KSI": {
                "info": {"name": "Rules of indicators", "short_name": "KSI"},
                "data": {
                    "20x": {
                        "CSX": {
                            "KSI-CSX-SUM": {
                                "name": "Summaries",
                                "statement": "Providers MUST sum up.",
                                "primary_key_word": "MUST",
                                **old,
                            }
                        }
                    }
                },
            },
        },
        "KSI": {
            "WID": {
                "id": "KSI-WID",
                "name": "Widgets",
                "theme": "Widgets matter.",
                "indicators": {
                    "KSI-WID-ONE": {
                        "name": "Counting",
                        "fka": "KSI-WID-01",
                        "statement": "Count widgets.",
                    }
                },
            }
        },
    }


def listed(generation: int) -> dict[str, dict[str, Any]]:
    """Return the files of a release in the structures of 2025: lists of requirements."""
    impact: dict[str, Any] = {
        1: {"applied_impact_levels": ["Low"]},
        2: {"impact": {"low": True, "moderate": True, "high": False}},
        3: {"impact": {"low": True, "moderate": True, "high": False}},
    }[generation]
    name = {"name": "A name"} if generation == 3 else {}
    requirement = {
        "id": "FRR-OLD-01",
        "statement": "Providers MUST count _widgets_.",
        "affects": ["Providers"],
        "primary_key_word": "MUST",
        **impact,
        **name,
    }
    shared = {
        **requirement,
        "id": "FRR-OLD-TF-LO-01",
        "primary_key_word": "",
        "statement": "All parties SHOULD look.",
        "affects": ["Providers", "3PAOs"] if generation == 3 else ["All"],
    }
    head = {
        "name": "Old Standard",
        "short_name": "OLD",
        "current_release": "25.11A",
        "types": ["FRR"],
        "releases": [
            {"id": "25.11B", "published_date": "2025-12-01", "effective": {}},
            {"id": "25.11A", "published_date": "2025-11-18"},
        ],
        "front_matter": {"purpose": "To be old.", "authority": [], "expected_outcomes": []},
    }
    indicators: list[dict[str, Any]] = [
        {
            "id": "KSI-WID-01",
            "statement": "Count widgets.",
            "controls": [{"control_id": "ac-2", "title": "Accounts"}],
            **impact,
            **name,
        }
    ]
    theme: dict[str, Any] = {"id": "KSI-WID", "name": "Widgets"}
    if generation == 3:
        gone = {"id": "KSI-WID-02", "retired": True, "note": "Superseded by KSI-WID-01", **impact}
        theme |= {"theme": "Widgets matter.", "indicators": [*indicators, gone]}
    else:
        theme |= {"indicator": "Widgets matter.", "requirements": indicators}
    schema = {"$schema": "https://json-schema.org/draft/2020-12/schema", "$id": "x.json"}
    return {
        "OLD.json": {
            **schema,
            "info": head,
            "FRR": {
                "OLD": {
                    "base": {
                        "id": "FRR-OLD",
                        "application": "Always.",
                        "requirements": [requirement],
                    },
                    "timeframe": {
                        "id": "FRR-OLD-TF",
                        "timeframe-low": {
                            "id": "FRR-OLD-TF-LO",
                            **({"impact": {"low": True}} if generation > 1 else {}),
                            "requirements": [shared],
                        },
                    },
                }
            },
        },
        "KSI.json": {
            **schema,
            "info": {**head, "short_name": "KSI", "current_release": "25.11C"},
            "KSI": {"WID": theme},
        },
        "FRD.json": {
            **schema,
            "info": {"name": "Definitions", "short_name": "FRD"},
            "FRD": {"ALL": [{"id": "FRD-ALL-01", "term": "Widget", "definition": "A thing."}]},
        },
    }


def written(path: Path, data: Any) -> Path:
    path.write_text(json.dumps(data), encoding="utf-8")
    return path


def written_folder(folder: Path, files: dict[str, dict[str, Any]]) -> Path:
    folder.mkdir()
    for name, data in files.items():
        written(folder / name, data)
    return folder
