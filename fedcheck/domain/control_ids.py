"""Control ids as NIST writes them, found in what workbooks write."""

from fedcheck.domain.text import compile_pattern

_CONTROL = (
    r"(?<![A-Za-z0-9])([A-Za-z]{2})[\s_]*[-‐‑–—][\s_]*0*(\d{1,2})(?!\d)"
    r"(?:\s*\(\s*0*(\d{1,2})\s*\)|\.0*(\d{1,2})(?![\d(]))?"
)


def find_controls(text: str) -> tuple[str, ...]:
    """Return the controls that a text names, each once: `AC-2(1)` for `AC-02 (01)` or `ac-2.1`."""
    found = []
    for family, number, enhancement, dotted in compile_pattern(_CONTROL).findall(text):
        part = enhancement or dotted
        found.append(f"{family.upper()}-{int(number)}" + (f"({int(part)})" if part else ""))
    return tuple(dict.fromkeys(found))


def normalize_code(code: str) -> str:
    """Return an official code in the one form in which spellings of it agree.

    `AC-2(1)`, `ac-02 (01)`, `AC2(1)` and `AC-2.1` are the same, and so are `AC-01a.[01]` and
    `ac-1(a)[1]`, `VDR-TFR-PDD` and `vdr-tfr-pdd`.
    """
    text = "".join(code.casefold().split())
    if "_" in text or not text.isascii():
        text = compile_pattern(_DASHES).sub("-", text)
    if "0" in text:
        text = compile_pattern(_ZEROS).sub("", text)
    found = compile_pattern(_BASE).match(text)
    if found is None or found[1].upper() not in FAMILIES:
        return text
    number = f"({found[3] or found[4]})" if found[3] or found[4] else ""
    rest = compile_pattern(_LETTERS).sub(r"\1", text[found.end() :])
    rest = compile_pattern(_NUMBERS).sub(r"\1", compile_pattern(_DOTS).sub("", rest))
    return f"{found[1]}-{found[2]}{number}{rest}"


def is_part_of_code(part: str, code: str) -> bool:
    """Return whether a normalized code is one of those that another, joined one stands for.

    `AC-01a.[02]` and `AC-01a.` are part of `AC-01a.[01][02]`, `AC-2(3)(b)` of `AC-02(03)(a)(b)`.
    """
    joined = compile_pattern(_JOINED).fullmatch(code)
    if joined is None or not find_family(code):
        return False
    stem, ends = joined[1], compile_pattern(_ENDS).findall(joined[2])
    return part in (f"{stem}{end}" for end in ends) or (part == stem and stem[-1:].isalpha())


def find_family(code: str) -> str:
    """Return the family of controls that a code begins with, as `AC`; nothing where it has none."""
    found = compile_pattern(_BASE).match(compile_pattern(_SPACES).sub("", code.casefold()))
    family = found[1].upper() if found else ""
    return family if family in FAMILIES else ""


_DASHES = r"[\u2010-\u2014_]"
_SPACES = r"\s+"
_ZEROS = r"(?<![0-9])0+(?=[0-9])"
_BASE = (
    r"([a-z]{2})-?([0-9]{1,2})(?![0-9])"
    r"(?:\(([0-9]{1,2})\)|[.-]([0-9]{1,2})(?![0-9.(]))?"
)
"""A control of a code without blanks and zeros: family, number, enhancement in either form."""
_LETTERS = r"\(([a-z])\)"
_NUMBERS = r"(?<=[a-z])\(([0-9]+)\)"
_DOTS = r"\.(?![0-9])|(?<=[^0-9])\."
"""Points that only set parts of a code apart; one between two numbers means something."""

_JOINED = r"(.*?)((?:\[[0-9]+\]){2,}|[a-z]{2,})"
_ENDS = r"\[[0-9]+\]|[a-z]"
"""A normalized code of several determinations: `ac-1a[1][2]`, `ac-2(3)ab`."""

FAMILIES = frozenset((
    "AC", "AT", "AU", "CA", "CM", "CP", "IA", "IR", "MA", "MP",
    "PE", "PL", "PM", "PS", "PT", "RA", "SA", "SC", "SI", "SR",
))  # fmt: skip
"""The families of controls in NIST SP 800-53, revision 5."""


def find_procedure_control(code: str) -> str:
    """Return the control of an assessment procedure: `AC-2(1)` for `AC-02(01)(a)[01]`.

    Nothing where the id names none. What follows a point is no enhancement here: AC-1.1 is the
    first procedure of AC-1 in older editions.
    """
    found = compile_pattern(_CONTROL).match(code.strip())
    if found is None:
        return ""
    part = found[3]
    return f"{found[1].upper()}-{int(found[2])}" + (f"({int(part)})" if part else "")


_DASHED = r"([A-Za-z]{2}-\d{1,2})-(\d{1,2})"


def parse_control(text: str) -> str:
    """Return the one control that a whole text is; nothing where it is none.

    Takes `IA-2(8)`, `ia-2.8`, `IA-02 (08)`, and `IA-02-08` as the Consolidated Rules write it.
    """
    text = " ".join(text.split())
    dashed = compile_pattern(_DASHED).fullmatch(text)
    found = find_controls(f"{dashed[1]}({dashed[2]})" if dashed else text)
    if len(found) != 1 or found[0][:2] not in FAMILIES:
        return ""
    return found[0] if dashed or compile_pattern(_CONTROL).fullmatch(text) else ""
