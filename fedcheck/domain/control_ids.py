"""Control ids as NIST writes them, found in what workbooks write."""

import re

_CONTROL = re.compile(
    r"(?<![A-Za-z0-9])([A-Za-z]{2})[\s_]*[-‐‑–—][\s_]*0*(\d{1,2})(?!\d)"
    r"(?:\s*\(\s*0*(\d{1,2})\s*\)|\.0*(\d{1,2})(?![\d(]))?"
)


def find_controls(text: str) -> tuple[str, ...]:
    """Return the controls that a text names, each once: `AC-2(1)` for `AC-02 (01)` or `ac-2.1`."""
    found = []
    for family, number, enhancement, dotted in _CONTROL.findall(text):
        part = enhancement or dotted
        found.append(f"{family.upper()}-{int(number)}" + (f"({int(part)})" if part else ""))
    return tuple(dict.fromkeys(found))


def find_procedure_control(code: str) -> str:
    """Return the control of an assessment procedure: `AC-2(1)` for `AC-02(01)(a)[01]`.

    Nothing where the id names none. What follows a point is no enhancement here: AC-1.1 is the
    first procedure of AC-1 in older editions.
    """
    found = _CONTROL.match(code.strip())
    if found is None:
        return ""
    part = found[3]
    return f"{found[1].upper()}-{int(found[2])}" + (f"({int(part)})" if part else "")
