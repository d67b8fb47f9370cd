"""What FedRAMP adds to the controls of NIST SP 800-53: guidance and parameter values, by class."""

from typing import Annotated

from msgspec import Struct, field

from fedcheck.domain.key import Key


class ParameterValue(Struct, frozen=True, rename="kebab"):
    """The value that FedRAMP sets for a parameter of a control."""

    id: Annotated[str, Key("Id of the parameter, such as ac-06.02_odp")]
    value: Annotated[str, Key("The value")] = ""


class ClassText(Struct, frozen=True, rename="kebab"):
    """What is added to a control for one certification class."""

    id: Annotated[str, Key("The class: a, b, c or d")]
    guidance: Annotated[tuple[str, ...], Key("FedRAMP's guidance, a paragraph each")] = ()
    parameters: Annotated[tuple[ParameterValue, ...], Key("Values of parameters")] = field(
        name="parameter", default=()
    )


class ControlText(Struct, frozen=True, rename="kebab"):
    """What is added to one control: for every class, and what differs by class."""

    id: Annotated[str, Key("The control, such as IA-2(8)")]
    guidance: Annotated[tuple[str, ...], Key("FedRAMP's guidance, a paragraph each")] = ()
    parameters: Annotated[tuple[ParameterValue, ...], Key("Values of parameters")] = field(
        name="parameter", default=()
    )
    classes: Annotated[tuple[ClassText, ...], Key("What differs by class")] = field(
        name="class", default=()
    )

    def for_class(self, wanted: str) -> tuple[ClassText, ...]:
        """Return what differs for one class; for every class where none is named."""
        return tuple(one for one in self.classes if not wanted or one.id == wanted)


class ControlTexts(Struct, frozen=True, rename="kebab"):
    """The texts of a release."""

    format: Annotated[int, Key("Version of the file format: 1")]
    release: Annotated[str, Key("Release of the rules that the texts come from")] = ""
    sha256: Annotated[str, Key("Hash of that release")] = ""
    controls: Annotated[tuple[ControlText, ...], Key("The controls")] = field(
        name="control", default=()
    )

    def find(self, control: str) -> ControlText | None:
        """Return the text of a control by its id as NIST writes it: `IA-2(8)`."""
        return next((one for one in self.controls if one.id == control), None)
