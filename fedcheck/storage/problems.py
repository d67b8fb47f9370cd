"""Collect everything that is wrong with a file, each with its line."""

from pathlib import Path

from msgspec import Struct, field

from fedcheck.errors import InvalidFileError, Problem, Severity


class UnlocatedProblem(Struct):
    """A problem whose line is not known yet: the path of keys and indices to its place."""

    path: tuple[str | int, ...]
    message: str
    hint: str = ""
    severity: Severity = "error"


class Collector(Struct):
    """Collects every problem of one file, and finds the lines when they are asked for."""

    file: Path
    text: str = ""
    found: list[UnlocatedProblem] = field(default_factory=list)

    def add(
        self,
        path: tuple[str | int, ...],
        message: str,
        hint: str = "",
        severity: Severity = "error",
    ) -> None:
        """Note a problem at a place in the file."""
        self.found.append(UnlocatedProblem(path, message, hint, severity))

    def problems(self) -> list[Problem]:
        """Return the problems with their lines, in the order of the file."""
        if not self.found:
            return []
        from fedcheck.storage.toml_lines import Lines  # only broken files pay for the search

        lines = Lines(self.text)
        listed = [
            Problem(self.file, lines.of(f.path), f.message, f.hint, f.severity) for f in self.found
        ]
        return sorted(listed, key=lambda problem: problem.line)


def list_warnings(collected: Collector) -> tuple[Problem, ...]:
    """Return the problems of a file that can be used. Raises InvalidFileError where it cannot."""
    listed = collected.problems()
    errors = [one for one in listed if one.severity == "error"]
    if errors:
        raise InvalidFileError(errors)
    return tuple(listed)
