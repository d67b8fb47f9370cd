"""Match names as people write them with the people of the workspace."""

import re
from collections.abc import Iterator

from fedcheck.domain.text import one_line
from fedcheck.domain.workspace import Person, Project

_EMAIL = re.compile(r"[\w.+'-]+@[\w-]+(?:\.[\w-]+)+")
_ASIDE = re.compile(r"[(<\[][^)>\]]*[)>\]]")


def match_person(project: Project, text: str) -> str:
    """Return the short name of the person that a text names; else the text on one line.

    Understood are the short name, `@name`, the full name, `Last, First`, an email address, and a
    name with one of these in brackets. What may mean two people stays as it is written.
    """
    words = one_line(text)
    people = project.config.people or {}
    known = {name.casefold(): name for name in people}
    for spelling in _list_spellings(words):
        if spelling in known:
            return known[spelling]
        found = [name for name, person in people.items() if spelling in _list_names(person)]
        if len(found) == 1:
            return found[0]
    return words


def _list_spellings(words: str) -> Iterator[str]:
    """Yield what a text may name, the surest first."""
    text = words.casefold()
    yield text
    emails = _EMAIL.findall(text)
    if len(emails) > 1:
        return  # several people
    yield from emails
    bare = " ".join(_ASIDE.sub(" ", text).replace(emails[0] if emails else "\n", " ").split())
    bare = bare.strip(" ,;-").removeprefix("@")
    yield bare
    last, comma, first = bare.partition(",")
    if comma and "," not in first:
        yield f"{first.strip()} {last.strip()}"
    for email in emails:
        local = email.partition("@")[0].partition("+")[0]
        yield local
        yield " ".join(re.split(r"[._-]+", local))


def _list_names(person: Person) -> set[str]:
    name = " ".join(person.name.casefold().split())
    return {name, *_EMAIL.findall(person.contact.casefold())} - {""}
