"""What the training shows of the six causes: the signals seen, the visits brought forward, the gaps and their plans."""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from deploy.cli import client
from deploy.cli.words import language
from deploy.demo.words import _

Item = Mapping[str, Any]

NOT_SOONER = ("cadence", "agreed")
"""Reasons of a visit that comes on its own day; every other one brought it forward."""


@dataclass(frozen=True)
class Causes:
    """Counted through the public interface. ``why`` is the scheme's own sentence for each cause."""

    signals: Sequence[Item]
    figures: Mapping[str, Any]
    planned_visits: Sequence[Item]
    why: Mapping[str, Mapping[str, str]]

    @classmethod
    def taken(cls, scheme: Mapping[str, Any], planned_visits: Sequence[Item]) -> "Causes":
        return cls(
            list(client.all_items("enrollment", "/enrollment/api/signals")),
            client.get("enrollment", "/enrollment/api/figures", scheme=scheme["scheme"]),
            planned_visits,
            scheme.get("why") or {},
        )

    def counts(self) -> dict[str, int]:
        """How often each kind of signal was seen, open or over."""
        return dict(Counter(one["kind"] for one in self.signals))

    def brought_forward(self) -> dict[str, int]:
        """Visits that came sooner than their own day, by reason; planned ones count too."""
        return dict(Counter(one["reason"] for one in self.planned_visits if one["reason"] not in NOT_SOONER))

    def lines(self) -> list[tuple[str, str]]:
        """Label and words: a line for each cause, then what stands beside them, visits and gaps."""
        found = [
            (cause, f"{self._why(cause)}: {self._seen([s for s in self.signals if s['cause'] == cause])}")
            for cause in sorted(self.why)
        ]
        beside = [one for one in self.signals if one["cause"] not in self.why]
        return [
            *found,
            (_("daarnaast"), self._seen(beside)),
            (_("vervroegd"), self._visits()),
            (_("hiaten"), self._gaps()),
        ]

    def _why(self, cause: str) -> str:
        words = self.why[cause]
        return words.get(language()) or words.get("nl") or cause

    def _seen(self, some: Sequence[Item]) -> str:
        if not some:
            return _("geen signaal")
        still = Counter(one["kind"] for one in some if one["closed_on"] is None)
        trainees = len({one["trainee_id"] for one in some})
        kinds = ", ".join(
            _("{n} × {kind} ({open} nog open)").format(n=n, kind=self._title(kind), open=still[kind])
            for kind, n in Counter(one["kind"] for one in some).most_common()
        )
        text = _("{kinds}; 1 leerling") if trainees == 1 else _("{kinds}; {trainees} leerlingen")
        return text.format(kinds=kinds, trainees=trainees)

    def _title(self, kind: str) -> str:
        for one in self.figures["signals"]:
            if one["kind"] == kind:
                return str(one["title"][language()])
        return kind

    def _visits(self) -> str:
        sooner = self.brought_forward()
        if not sooner:
            return _("geen bezoek")
        ranked = sorted(sooner.items(), key=lambda one: (-one[1], one[0]))
        reasons = ", ".join(_("{n} om {reason}").format(n=n, reason=_because(reason, n)) for reason, n in ranked)
        total = sum(sooner.values())
        return (_("1 bezoek: {reasons}") if total == 1 else _("{n} bezoeken: {reasons}")).format(
            n=total, reasons=reasons
        )

    def _gaps(self) -> str:
        gaps = self.figures["gaps"]
        plans = _("{school} op school, {company} als gast bij een ander leerbedrijf").format(
            school=gaps["plans"].get("school", 0), company=gaps["plans"].get("company", 0)
        )
        planned = gaps["closed"].get("plan", 0)
        other = sum(gaps["closed"].values()) - planned
        return _("{opened} gezien, {planned} gepland ({plans}), {other} anders voorbij, {open} open").format(
            opened=gaps["opened"], planned=planned, plans=plans, other=other, open=gaps["open"]
        )


def _because(reason: str, n: int) -> str:
    """The reason of a visit in words; one that is not known here as it is."""
    match reason:
        case "complaint":
            return _("een klacht") if n == 1 else _("klachten")
        case "signal":
            return _("signalen")
        case _:
            return reason
