"""Words to replace: the "not" column of the project's style, as patterns, for any text.

A pattern names only what is wrong wherever it stands: words that can be right in another sense
are narrowed to the sense that reads as a translation. No exceptions for single places.
"""

import re
from collections.abc import Iterator
from functools import cache

from fedcheck.linting.finding import Fault

_DOCUMENTS = (
    "templates?|guides?|guidance|playbooks?|rows?|tables?|columns?|sections?|documents?|forms?"
    "|checklists?|worksheets?|workbooks?|memos?|memorandums?|pages?|posts?|appendix|appendices"
    "|rules?|SSP|SAP|SAR|RAR|RET|POA&M|CRM|CIS|instructions?|plans?|procedures?|standards?"
    "|baselines?|controls?|reports?|entry|file|program|command|screen|fedcheck|NIST|SP 800-\\d+\\w*"
)

_BRITISH = (
    r"travell(?:ed|ing|er|ers)|fulfils?|fulfilment|(?:dis)?colou?red\b(?<=oured)|colours?|colouring"
    r"|behaviours?|favours?|favoured|favourites?|honours?|honoured|labours?|neighbours?"
    r"|neighbouring|centres?|centred|metres|licence|licences|defence|offence|catalogue|catalogues"
    r"|catalogued|(?-i:cancell(?:ed|ing))|labell(?:ed|ing)|modell(?:ed|ing)|signall(?:ed|ing)"
    r"|analyse[ds]?|analysing|afterwards|towards|whilst|amongst|learnt|spelt|judgement|programme"
    r"|programmes|ageing|artefacts?|sceptical|enrol|enrolment|per cent|grey(?:ed)?"
    r"|(?:organ|author|recogn|summar|priorit|categor|minim|maxim|util|standard|anonym|initial"
    r"|custom|optim|synchron|final|formal|normal|central|local|real|emphas|special|general|item"
    r"|character|apolog|symbol|visual|serial|sanit|normal|random|neutral|capital|critic)"
    r"is(?:e|es|ed|er|ers|ing|ation|ations)"
)

_TO_DO = r"(?!the\b|a\b|an\b|all\b|each\b|every\b|its\b|their\b|your\b|our\b|any\b|both\b)[a-z]+"

RULES: tuple[tuple[str, str], ...] = (
    (
        r"told|(?<!can )(?<!could )(?<!cannot )(?<!can't )tells?\b(?!(?: \w+){0,4} apart)|telling",
        "notify, report, list, show, state",
    ),
    (r"(?:says|said|say)\b(?! so\b)", "states, lists, shows"),
    (
        r"(?:stands?|stood) (?:in|on|there|here|beside|at|under|below|above|behind|before|after"
        r"|twice|with|as)\b(?! (?:its|their|your|the way|place)\b)",
        "is listed in, is in, contains",
    ),
    (
        r"(?:lies|lie|lying) (?:in|on|at|here|there|within|outside|inside|beside|under|beyond"
        r"|between|before|behind|open)",
        "is in, is",
    ),
    (r"(?:sits?|sat|sitting) (?:in|on|at|here|there|within|outside|inside|beside|behind|between)",
     "is in, is"),
    (
        r"(?:carry|carries|carried|carrying)\b(?! out\b)"
        r"(?!(?: [\w-]+){0,5} (?:into|over|forward|through)\b)",
        "contains, includes",
    ),
    (r"(?:rests|(?<!the )rest|rested|resting|hangs?|hung) (?:up)?on", "is based on, depends on"),
    (
        r"(?<!ed )(?<!set )(?<!given )by (?:SP|FIPS|NIST SP|OMB|BOD) ?[\dMA][\w.-]*\w",
        "in accordance with",
    ),
    (
        r"(?<!ed )(?<!set )(?<!given )(?<!used )by the (?:[A-Z]\w+ )?(?:guide|guidance|playbook"
        r"|Guide|Playbook|Strategy Guide|branding guidance)\b|used by the branding guidance",
        "according to, in accordance with",
    ),
    (
        rf"(?:{_DOCUMENTS}) (?:also |only |even |never |alone |still )?(?:wants?|wanted|knows?|knew"
        r"|asks?|asked|speaks?|spoke|thinks?|takes it|wishes)",
        "requires, lists, defines",
    ),
    (
        r"(?<!e-)(?<![\w@./-])mail(?:s|ed|ing)?\b(?![-@/]|\.\w)(?! (?:servers?|systems?|gateways?"
        r"|relays?|migrations?|flows?|filters?|domains?|clients?|providers?|lists?|room|merge))",
        "email",
    ),
    (r"beside(?!s)", "in addition to, next to"),
    (r"anew", "again"),
    (r"at the latest", "no later than"),
    (r"at the longest", "at most"),
    (r"above all(?! (?:the|of|other|else))", "in particular"),
    (r"with success", "successfully"),
    (
        rf"(?:advises?|advised|advising|recommends?|suggests?|proposes?) to {_TO_DO}",
        "recommends doing",
    ),
    (rf"(?<!is )(?<!are )(?:allows?|permits?) to {_TO_DO}", "allows you to do"),
    (
        r"(?:milestones?|gates?|kick-?off|conversation)(?: \w+){0,2} (?:is|are|was|be|been) called",
        "is held, can go ahead, is declared complete",
    ),
    (r"may (?:this|the|a) \w+(?: \w+)? be called", "ready for"),
    (r"what holds (?:it|them|this|that|up)|holds? (?:it|them) (?:back|up)", "why it is blocked"),
    (r"nobody has (?:it|them|one)?", "no owner"),
    (r"in words", "in writing, as text"),
    (r"words? of (?:its|their|our|your) (?:own)?", "label, a status word"),
    (r"(?:bring|brings|brought|bringing) (?:\w+ )?in\b", "import"),
    (
        r"hand(?:s|ed|ing)? over(?: \w+){0,3} (?:files?|folders?|workspaces?|lists?)",
        "export, share",
    ),
    (r"(?:no such|is no|are no) days?|no day\b", "not a date"),
    (
        r"(?<!'s )(?:with|of|for|in|by|from|an|has|have|had|needs?|on|as|at) own(?= \w)(?! up\b)",
        "its own, your own, their own",
    ),
    (
        r"the (?:authorized|unauthorized|missing|leveraged|overdue)(?=[.,;:)]|$| (?:is|are|was|were"
        r"|has|have|and|or)\b)",
        "add the noun",
    ),
    (_BRITISH, "the American spelling"),
    (r"it was so already|takes? this day for|not allowed is\b", "state it directly"),
)  # fmt: skip
"""Pattern, without the word boundaries around it, and what to write instead."""

_FREE = re.compile(r"(?:^|(?<=[.!?] )|(?<=\n))(?:Who|Whoever|Whom) [a-z][^.?!]*(?:[.!]|$)")
"""A sentence whose subject is a free relative clause: `Who already knows that ..., may ...`."""


def find_words(text: str) -> Iterator[Fault]:
    """Yield each use of a word to replace, in the order of the list and then of the text."""
    plain = " ".join(_CODE.sub(" ", text).split())
    if not _all_words().search(plain) and not _FREE.search(plain):
        return
    for pattern, better in _compiled():
        for found in pattern.finditer(plain):
            words = found[0].strip()
            yield Fault("words", words, f'"{_around(plain, found)}"', f"write: {better}")
    for found in _FREE.finditer(plain):
        words = " ".join(found[0].split()[:4])
        yield Fault("words", words, f'"{words} ..."', "write: If you ..., or: Anyone who ...")


_CODE = re.compile(r"`[^`]*`|https?://\S+|\]\([^)]*\)")
"""What is no prose inside of a text: code, addresses, the targets of links."""


def _around(text: str, found: re.Match[str]) -> str:
    """Return what was found with a few words on either side, so that it can be searched for."""
    before = text[: found.start()].split(" ")[-3:]
    after = text[found.end() :].split(" ")[:3]
    return (" ".join(before) + found[0] + " ".join(after)).strip()


@cache
def _compiled() -> tuple[tuple[re.Pattern[str], str], ...]:
    return tuple(
        (re.compile(rf"(?<![\w-])(?:{pattern})(?![\w-])", _flags(pattern)), better)
        for pattern, better in RULES
    )


def _flags(pattern: str) -> re.RegexFlag:
    """Ignore case, but where the pattern itself names words by their case."""
    return re.NOFLAG if "SP|FIPS" in pattern else re.IGNORECASE


@cache
def _all_words() -> re.Pattern[str]:
    """Return one pattern that finds at least what all rules find, to pass over most texts."""
    every = "|".join(f"(?:{pattern})" for pattern, _ in RULES)
    return re.compile(rf"\b(?:{every})", re.IGNORECASE)
