"""Findings: gaps that the assessor found, their risk, plan, retest and deviations."""

from collections.abc import Mapping, Sequence
from typing import Any, ClassVar

from textual.binding import BindingType

from fedcheck.analysis.issue_queries import build_finding_language
from fedcheck.analysis.issues import FINDING_GROUPS, Issue, count_issues
from fedcheck.domain.finding import REMEDIATION, Finding
from fedcheck.domain.finding_rules import FindingEdit, apply_finding_edit
from fedcheck.domain.glossary import DEVIATIONS, RISKS
from fedcheck.domain.query import Language
from fedcheck.errors import RuleError
from fedcheck.tui.dialogs.finding_details import FindingDetails
from fedcheck.tui.dialogs.finding_forms import amend_finding, ask_new_finding
from fedcheck.tui.dialogs.prompts import Choice, ChoicePrompt, TextPrompt
from fedcheck.tui.key_bindings import bindings
from fedcheck.tui.screens.issues import IssueScreen

DEVIATION_CHOICES = (
    Choice("false-positive", "Deviation: false positive; asks for the rationale", "f"),
    Choice(
        "operational-requirement", "Deviation: operational requirement; asks for the rationale", "o"
    ),
    Choice("risk-adjustment", "Deviation: risk adjustment; asks for the rationale", "a"),
)
DECISIONS = (
    Choice("approved", "Deviation approved", "y"),
    Choice("rejected", "Deviation rejected", "n"),
    Choice("withdrawn", "Withdraw the deviation", "w"),
)
RETEST_CHOICES = (
    Choice("passed", "Passed: the weakness is remediated; closes the finding", "p"),
    Choice("failed", "Failed: the weakness remains", "f"),
)


class FindingsScreen(IssueScreen):
    """The gaps that were found, and what is done about them."""

    BINDINGS: ClassVar[list[BindingType]] = [*bindings("findings"), *bindings("ledger")]
    PLACES: ClassVar[tuple[str, ...]] = (
        "findings",
        "ledger",
        "rows",
        "ledger-page",
        "everywhere",
    )
    BOOK = "findings"
    TITLES: ClassVar[Mapping[str, str]] = FINDING_GROUPS
    GROUPS: ClassVar[Sequence[str]] = tuple(FINDING_GROUPS)
    KEPT_AS = "groups-findings"

    @property
    def things(self) -> Sequence[Issue]:
        """Return all findings."""
        return self.fedcheck.board.project.findings

    @property
    def language(self) -> Language[Any]:
        """Return the language of the filter."""
        return build_finding_language(self.fedcheck.board.project)

    def standing(self) -> str:
        """State how many are open, by risk, and how many are overdue."""
        found = count_issues(self.things, self.fedcheck.board.today)
        risks = ", ".join(
            f"{found.by_risk[risk]} {risk}" for risk in RISKS if risk in found.by_risk
        )
        words = f"{found.by_state.get('open', 0)} open" + (f": {risks}" if risks else "")
        late = f", {found.overdue} overdue" if found.overdue else ""
        return words + late

    def empty_text(self) -> str:
        """State what would be here."""
        hint = self.fedcheck.hint
        adds = hint("ledger.add", "raises a finding; so does a test that is other than satisfied")
        other = hint("ledger.switch", "goes to the requests")
        return "No findings yet.\n" + "; ".join(part for part in (adds, other) if part)

    def action_ledger_add(self) -> None:
        """Raise a finding."""
        self.fedcheck.start(ask_new_finding(self.fedcheck, self.go_to))

    def action_ledger_edit(self) -> None:
        """Change what was found."""
        self.ask_about_thing(lambda finding: amend_finding(self.fedcheck, finding))

    def action_ledger_owner(self) -> None:
        """Ask who has it."""

        def edit_of(owner: str) -> FindingEdit:
            return FindingEdit(owner=owner)

        self.ask_about_thing(
            lambda one: self.issue_actions.ask_name(one, one.owner, "Owner", edit_of)
        )

    def action_findings_plan(self) -> None:
        """Write the plan."""

        def edit_of(text: str) -> FindingEdit:
            return FindingEdit(plan=text)

        self.with_thing(
            lambda one: self.issue_actions.write(one, "plan", "Plan", edit_of, "has a plan")
        )

    def action_findings_details(self) -> None:
        """Show the details that the official tables require, and set them."""
        self.ask_about_thing(lambda one: FindingDetails(self.issue_actions, one).ask())

    def action_findings_retest(self) -> None:
        """Ask for the outcome of a retest."""
        self.ask_about_thing(self._ask_retest)

    async def _ask_retest(self, finding: Finding) -> None:
        prompt = ChoicePrompt("Retest", RETEST_CHOICES, finding.retest)
        outcome = await self.fedcheck.ask(prompt)
        if outcome:
            self.issue_actions.save(finding, FindingEdit(retest=outcome), f"retest {outcome}")

    def action_findings_state(self) -> None:
        """Choose what became of it: closed, open again, another risk, a deviation."""
        self.ask_about_thing(self._ask_state)

    async def _ask_state(self, finding: Finding) -> None:
        choices = [
            Choice("open", "Reopen", "r")
            if finding.state == "closed"
            else Choice("close", "Close; needs a passed retest, evidence or a deviation", "c")
        ]
        choices += [
            Choice(risk, f"Risk: {risk}; {REMEDIATION[risk].count} days", risk[0])
            for risk in RISKS
            if risk != finding.risk
        ]
        choices += DECISIONS if finding.deviation else DEVIATION_CHOICES
        answer = await self.fedcheck.ask(ChoicePrompt(finding.title, choices))
        if answer in DEVIATIONS:
            await self._ask_rationale(finding, answer)
        elif answer:
            self._become(finding, answer)

    def _become(self, finding: Finding, answer: str) -> None:
        if answer == "close":
            self.issue_actions.save(finding, FindingEdit(close=True), "closed")
        elif answer == "open":
            self.issue_actions.save(finding, FindingEdit(reopen=True), "open again")
        elif answer in RISKS:
            self._save_with_risk(finding, FindingEdit(risk=answer), "")
        elif answer in ("approved", "rejected"):
            edit = FindingEdit(decision=answer)
            self._save_with_risk(finding, edit, f"deviation {answer}")
        elif answer == "withdrawn":
            self.issue_actions.save(finding, FindingEdit(deviation=""), "has no deviation now")

    def _save_with_risk(self, finding: Finding, edit: FindingEdit, what: str) -> None:
        """Save an edit; its label states the risk and the due date that follow from it."""
        words = [what] if what else []
        try:
            new = apply_finding_edit(finding, edit, self.fedcheck.session.today())
        except RuleError as error:
            self.fedcheck.tell(str(error), error.hint, "warning")
            return
        if new.risk != finding.risk:
            words.append(f"is now {new.risk} risk")
        if new.due != finding.due:
            words.append(f"due {new.due}")
        self.issue_actions.save(finding, edit, ", ".join(words))

    async def _ask_rationale(self, finding: Finding, deviation: str) -> None:
        words = deviation.replace("-", " ")

        def preview(text: str) -> str:
            if not text.strip():
                raise ValueError("a rationale is required; the reviewer decides based on it")
            return ""

        hint = "rationale for the reviewer; ⏎ saves, esc cancels"
        prompt = TextPrompt(f"Why: {words}?", finding.rationale, hint=hint, preview=preview)
        text = await self.fedcheck.ask(prompt)
        if text is not None:
            edit = FindingEdit(deviation=deviation, rationale=text)
            self.issue_actions.save(finding, edit, f"deviation requested: {words}")
