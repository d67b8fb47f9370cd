"""The page in a package: what it is, how to fill it in and how to return it."""

from fedcheck.domain.text import one_line
from fedcheck.sharing.handover_package import MANIFEST, Manifest, format_stamp

_EVIDENCE = {
    "none": "It names no evidence.",
    "links": "It lists evidence, but the evidence files are not in it.",
    "files": "It holds the evidence files that its records name.",
}

_TASKS = {
    "csp": (
        "Answer the requests: text in `answer`, or evidence.",
        "Plan the remediation of each finding: `plan`, `owner`, `steps`, evidence.",
        "Update your own items under `progress/`: status, notes, evidence.",
    ),
    "3pao": (
        "Record results and observations of your tests under `progress/`.",
        "Accept answers to your requests or return them, and add new requests and findings.",
    ),
    "agency": (
        "Update your own items under `progress/`, and answer the requests to you.",
        "Add requests where you have a question; comment on findings.",
    ),
    "pmo": (
        "Update your own items under `progress/`, and answer the requests to you.",
        "Add requests where you have a question; comment on findings.",
    ),
}


def format_readme(manifest: Manifest) -> bytes:
    """Return the page, in Markdown."""
    marking = one_line(manifest.marking, 200)
    head = [f"**{_plain(marking)}**", ""] if marking else []
    made = f"{format_stamp(manifest.made)}, fedcheck {manifest.fedcheck}"
    title = f"# {_plain(one_line(manifest.name, 120))}: from {manifest.sender} to {manifest.to}"
    lines = [*head, title, ""]
    lines += [f"Hand-over {manifest.id}, made {made}.", ""]
    lines += [
        f"{_EVIDENCE.get(manifest.evidence, '')} `{MANIFEST}` lists every file with its SHA-256.",
        "Check it: `fedcheck handover --verify THIS`.",
    ]
    if manifest.is_return:
        lines += ["", "This package answers that hand-over. Merge it into the workspace that it",
                  "came from: `fedcheck handover --take-back THIS`."]  # fmt: skip
    else:
        lines += ["", "## What to do", ""]
        lines += [f"- {task}" for task in _TASKS.get(manifest.to, ())]
        lines += [
            "",
            "Unpack it and run `fedcheck` in the folder, or edit the TOML files in a text editor.",
            "Do not change ids. Changes to what is not yours to set reach us as proposals.",
            "",
            "## How to return it",
            "",
            "Run `fedcheck handover --return -o returned.zip` in the folder and send the zip file.",
            "It leaves out your history, your local state and everything under `private/`.",
            "Without fedcheck, send `handover.toml`, `requests.toml`, `findings.toml`, `progress/`",
            "and the evidence files that you added.",
        ]
    lines += ["", *head[:1]] if head else []
    return ("\n".join(lines).rstrip() + "\n").encode("utf-8", "replace")


def _plain(text: str) -> str:
    """Return a text of a file without what Markdown would act on."""
    return "".join(f"\\{char}" if char in r"\`*_{}[]<>#|!" else char for char in text)
