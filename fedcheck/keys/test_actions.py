"""What can be done on a test, and on the screen that counts tests."""

from fedcheck.keys.action import Action

ACTIONS: tuple[Action, ...] = (
    Action(
        "test.observation", "observation", "Write what was tested, how, and what was seen.",
        ("b",), "test", True,
    ),
    Action("test.again", "same as last", "Record the same as of the last test.", ("full_stop",),
           "test", True),
    Action("test.methods", "methods", "Say which methods were used.", ("m",), "test"),
    Action("test.sample", "sample", "Say what was sampled, of how many.", ("S",), "test"),
    Action("test.tester", "tester", "Say who tested.", ("O",), "test"),
    Action("test.day", "day of the test", "Say when it was tested.", ("D",), "test"),
    Action(
        "test.inherited", "inherited", "Say that another service, or the customer, meets it.",
        ("i",), "test",
    ),
    Action(
        "test.differential", "SSP differs", "Write where the SSP differs from what was seen.",
        ("I",), "test",
    ),
    Action("test.retest", "retest", "Say how the retest went.", ("F",), "test"),
    Action("test.review", "review", "Agree, or return it, as second assessor.", ("y",), "test"),
    Action("tests.by", "count by", "Count by family, method or tester.", ("z",), "tests", True),
    Action("tests.back", "back", "Go back.", ("escape",), "tests", True, vim=("h",)),
)  # fmt: skip
