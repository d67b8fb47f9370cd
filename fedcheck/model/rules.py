"""The refusal of something that the rules do not allow."""


class RuleError(Exception):
    """An edit that the rules do not allow; `wants` names the field that is missing, if one is."""

    def __init__(self, message: str, hint: str = "", wants: str = "") -> None:
        super().__init__(message)
        self.hint = hint
        self.wants = wants
