"""The parties to a request or a finding: who owes it, and in which role."""

from fedcheck.model.finding import Finding
from fedcheck.model.project import Project
from fedcheck.model.request import Request

ANSWERS = "csp"
"""The role that owes an answer or a remediation where nobody is named."""


def role_of(project: Project, who: str) -> str:
    """Return the role of a person, or the role that is named itself; empty where it is neither."""
    people = {
        name.casefold(): person.role for name, person in (project.config.people or {}).items()
    }
    word = who.casefold()
    if word in people:
        return people[word]
    return word if word in project.process.roles else ""


def answering(project: Project, request: Request) -> str:
    """Return the role that owes the answer; empty where that cannot be known.

    Somebody whom `fedcheck.toml` does not know is taken for the provider's, unless it was the
    provider who asked.
    """
    role = role_of(project, request.to)
    if role:
        return role
    return "" if request.to and role_of(project, request.by) == ANSWERS else ANSWERS


def remediating(project: Project, finding: Finding) -> str:
    """Return the role that owes the remediation of a finding."""
    return role_of(project, finding.owner) or ANSWERS
