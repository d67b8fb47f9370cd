"""Imports of FedRAMP's own files, where they are, and a portfolio of thirty workspaces."""

from pathlib import Path

from app import measure_keys, measure_save
from commands import Workspaces, compose
from environments import CHECKOUT
from goals import Results
from processes import Step
from workspaces import Shape

OFFICIAL = CHECKOUT.parent / "shared" / "data"
CATALOG = "oscal/FedRAMP_rev5_MODERATE-baseline-resolved-profile_catalog.from-yaml.json"
SRTM = (
    "srtm/FedRAMP-SAR-Appendix-B-Moderate-Security-Requirements-Traceability-Matrix-Template.xlsx"
)
CLIENTS, PORTFOLIO_LIMIT = 30, 3.0


def measure_imports(workspaces: Workspaces, results: Results, data: Path, rounds: int) -> None:
    """Measure imports; files that are not there are left out."""
    runner, one = workspaces.runner, workspaces.get("empty")
    for what, kind, name, more in (
        ("import of the Moderate SRTM", "srtm", SRTM, ()),
        ("import of the Moderate catalog", "oscal", CATALOG, ("--by", "objective")),
    ):
        path = data / name
        if path.exists():
            words = compose(runner, one, ("import", kind, str(path), *more, "--dry-run"))
            figure = runner.measure([Step(what, words)], rounds)[what]
            results.others.append((what, figure.seconds, figure.ratio, 0.0))
    if (data / CATALOG).exists():
        words = ("import", "oscal", str(data / CATALOG), "--by", "objective")
        runner.run(Step("import", compose(runner, one, words)))
        keys = measure_keys(runner, min(rounds, 3), "keys", one.root, "oscal.objectives")
        results.keys["the checklist of that catalog, 1,388 tests"] = keys
        results.saves["the checklist of that catalog"] = measure_save(workspaces, "empty", 3)


def measure_portfolio(workspaces: Workspaces, results: Results, rounds: int) -> None:
    """Measure a portfolio of thirty workspaces with 500 recorded items each."""
    runner, clients = workspaces.runner, workspaces.folder / "clients"
    workspaces.make(Shape(str(clients / f"client{one:02}"), 4, 125) for one in range(CLIENTS))
    words = (*runner.environment.fedcheck, "portfolio", str(clients), "--json")
    what = f"portfolio, {CLIENTS} workspaces of 500 items"
    figure = runner.measure([Step(what, words)], rounds)[what]
    results.others.append((what, figure.seconds, figure.ratio, PORTFOLIO_LIMIT))
