"""What a person sees while the weeks go by: a bar, and a line for each week in which something was told."""

from collections import Counter
from collections.abc import Sequence
from datetime import date
from types import TracebackType

from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, TextColumn, TimeElapsedColumn
from rich.progress import Progress as RichProgress

from deploy.cli import client
from deploy.cli.errors import CommandFailed
from deploy.demo.words import _

WEEKS_A_LINE = 13
"""In fast mode a line is said each quarter."""


class Progress:
    """Follows the journal of events: what it shows was told on the bus, not assumed."""

    def __init__(self, console: Console, weeks: Sequence[date], *, fast: bool) -> None:
        self._console = console
        self._weeks = list(weeks)
        self._fast = fast
        self._position = 0
        self._heard: Counter[str] = Counter()
        self._bar = RichProgress(
            TextColumn("{task.description}"),
            BarColumn(bar_width=None),
            MofNCompleteColumn(),
            TimeElapsedColumn(),
            console=console,
            transient=True,
            disable=not console.is_terminal,
        )
        self._task = self._bar.add_task(_("schooljaren"), total=len(weeks))

    def __enter__(self) -> "Progress":
        self._bar.start()
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        self._bar.stop()

    def week(self, week: date, rows: int) -> None:
        """A week has been played; ``rows`` were given to the office's API."""
        number = self._weeks.index(week) + 1
        self._bar.update(self._task, completed=number, description=f"{week:%Y-%m-%d}")
        self._heard["rows"] += rows
        if self._fast and number % WEEKS_A_LINE and week != self._weeks[-1]:
            return
        self._listen()
        said = self._words()
        if said:
            self._bar.console.print(f"{week:%Y-%m-%d}  {said}", highlight=False)
        self._heard.clear()

    def _listen(self) -> None:
        try:
            while True:
                page = client.get("ops", "/ops/api/events", after=self._position, limit=1000)
                for event in page["items"]:
                    self._position = event["position"]
                    self._heard[event["type"].partition(".")[2].rpartition(".")[0]] += 1
                if page["next"] is None:
                    return
        except CommandFailed:
            return  # the display may miss a week; the account does not

    def _words(self) -> str:
        told = {
            "trainee-enrolled": _("ingeschreven"),
            "placement-started": _("begonnen"),
            "visit-due": _("bezoeken nodig"),
            "visit-completed": _("bezoeken gebracht"),
            "complaint-received": _("klachten"),
            "exam-passed": _("examens gehaald"),
            "exam-failed": _("examens niet gehaald"),
            "certificate-issued": _("certificaten"),
            "mail-sent": _("mails"),
        }
        one = {
            "visit-due": _("bezoek nodig"),
            "visit-completed": _("bezoek gebracht"),
            "complaint-received": _("klacht"),
            "exam-passed": _("examen gehaald"),
            "exam-failed": _("examen niet gehaald"),
            "certificate-issued": _("certificaat"),
            "mail-sent": _("mail"),
        }
        return " · ".join(
            f"{self._heard[kind]} {one.get(kind, words) if self._heard[kind] == 1 else words}"
            for kind, words in told.items()
            if self._heard[kind]
        )
