"""`alongside import-csv`: a pipeline export from a folder into a sandbox of the running demo."""

from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from typing import Any

from app.demo.csv_report import Report
from app.demo.loading import Loaded, Loader
from app.demo.pipeline import Pipeline
from app.demo.pipeline_csv import made_current, read_pipeline
from app.demo.run import hubspot_loader, salesforce_loader
from app.demo.site import Ports, Site
from app.ground.clock import utc_now
from app.ground.errors import AppError, Reason


@dataclass(frozen=True, slots=True, kw_only=True)
class Imported:
    """What was read, how far its dates moved, and what the CRM took; `loaded` is None for a rehearsal."""

    pipeline: Pipeline
    report: Report
    moved: timedelta
    loaded: Loaded | None

    def to_json(self) -> dict[str, Any]:
        return {
            "read": {
                "deals": len(self.pipeline.deals),
                "accounts": len(self.pipeline.accounts),
                "owners": len(self.pipeline.owners),
            },
            "moved_days": self.moved.days,
            "loaded": self.loaded.to_json() if self.loaded else None,
            "report": self.report.to_json(),
        }

    def lines(self) -> list[str]:
        lines = self.report.lines()
        if self.moved:
            lines.append(f"Every date moved by {self.moved.days:,} days, so that the last one is today.")
        if self.loaded is None:
            return [*lines, f"Rehearsal only: {len(self.pipeline.deals):,} deals would be loaded."]
        taken = self.loaded
        lines += [f"  not taken by the CRM: {key}: {why}" for key, why in taken.refused.items()]
        said = (
            f"Loaded {len(taken.deals):,} deals, {len(taken.accounts):,} companies and {len(taken.owners):,} "
            f"sellers: {taken.created:,} new, {taken.updated:,} updated, {len(taken.refused):,} refused."
        )
        return [*lines, said]


def import_folder(folder: Path, *, into: str, data: Path, shift: bool, rehearse: bool) -> Imported:
    """Reads the folder and loads it into the sandbox named `into` of the demo that runs in `data`.

    Raises AppError when there is nothing to read, or no such demo runs.
    """
    pipeline, report = read_pipeline(folder)
    if not pipeline.deals:
        sentence = f"No opportunity could be read in {folder}.\n" + "\n".join(report.lines())
        raise AppError(Reason.INVALID, sentence)
    moved = timedelta()
    if shift:
        pipeline, moved = made_current(pipeline, utc_now().date())
    loaded = None if rehearse else _loader(into, data).load(pipeline)
    return Imported(pipeline=pipeline, report=report, moved=moved, loaded=loaded)


def _loader(into: str, data: Path) -> Loader:
    site = Site(data)
    noted = site.state().get("ports")
    if not noted:
        sentence = (
            f"No demo has run in {data}. Start one with `alongside demo`, or name its folder with --data."
        )
        raise AppError(Reason.NOT_FOUND, sentence)
    ports, secrets = Ports(**noted), site.secrets()
    return hubspot_loader(ports, secrets) if into == "hubspot" else salesforce_loader(ports, secrets)
