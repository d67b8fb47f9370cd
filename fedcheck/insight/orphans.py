"""Records whose item is gone from its checklist: kept, and shown until somebody moves them."""

from fedcheck.model.project import Project


def orphans(project: Project) -> list[str]:
    """Return the references of records that no item of their checklist has.

    A checklist that cannot be read as a whole says nothing of what it lacks.
    """
    shaky = {broken.checklist for broken in project.broken}
    return [
        f"{checklist.id}:{item}"
        for checklist in project.checklists.values()
        if checklist.id not in shaky
        for item in project.records.get(checklist.id, {})
        if item not in checklist.items
    ]
