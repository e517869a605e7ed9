"""What a chaos run tells: one table in the manner of Jepsen, and the file docs/chaos-results.md."""

import platform
from collections import Counter
from collections.abc import Iterator, Sequence
from pathlib import Path
from statistics import median

from .nemesis import KINDS, Fault
from .run import Story

COLUMNS = ("attempted", "accepted", "in doubt", "recovered", "lost", "duplicated", "unexpected")
RESULTS = Path(__file__).resolve().parents[2] / "docs" / "chaos-results.md"


def totals(story: Story) -> dict[str, int]:
    """Requests by what became of them, and violations by their sort."""
    requests = story.load.requests
    sorts = Counter(violation.sort for violation in story.violations)
    return {
        "attempted": len(requests),
        "accepted": sum(one.accepted for one in requests),
        "in doubt": sum(one.doubts > 0 for one in requests),
        "recovered": sum(one.recovered for one in requests),
        "lost": sorts["lost"],
        "duplicated": sorts["double"],
        "gaps": sorts["gap"],
        "ghosts": sorts["ghost"],
        "unexpected": sorts["other"],
    }


def by_kind(story: Story) -> Iterator[tuple[str, ...]]:
    """A row for each kind: how often, what was asked meanwhile and what became of it, how soon all was well again."""
    recoveries = story.recoveries()
    blamed = Counter(kind for violation in story.violations for kind in _at_work(story, violation.about))
    for kind in KINDS:
        times = sum(fault.kind == kind for fault in story.faults)
        if not times:
            continue
        meanwhile = [one for one in story.load.requests if kind in one.faults]
        seconds = recoveries.get(kind, [])
        yield (
            kind,
            str(times),
            str(len(meanwhile)),
            str(sum(one.accepted for one in meanwhile)),
            str(sum(one.doubts > 0 for one in meanwhile)),
            str(sum(one.recovered for one in meanwhile)),
            str(blamed[kind]),
            f"{median(seconds):.1f} / {max(seconds):.1f}" if seconds else "–",
        )


def _at_work(story: Story, about: str) -> set[str]:
    """The faults during whose time the request was made that a violation is about."""
    for one in story.load.requests:
        if any(about in (row.get("trainee_id"), row.get("result_id")) for row in one.rows):
            return one.faults
    return set()


def lines(story: Story) -> list[str]:
    """The whole account, as Markdown that reads well on a terminal."""
    told = totals(story)
    kinds = {fault.kind for fault in story.faults}
    heads = ("fault", "times", "asked meanwhile", "accepted", "in doubt", "recovered", "violations", "ready again, s")
    found = [
        f"{len(story.faults)} faults of {len(kinds)} kinds in {story.seconds:.0f} s, seed {story.seed}: "
        f"{story.counts.get('exams', 0)} exams, {story.counts.get('certificates', 0)} certificates.",
        "",
        *_table(tuple(told), [tuple(str(value) for value in told.values())]),
        "",
        *_table(heads, list(by_kind(story))),
        "",
        *_table(("what", "how many"), [(name, str(value)) for name, value in story.counts.items()]),
        "",
        f"Quiet {story.quiet_after:.1f} s after the last answer, from a backlog of {story.backlog}.",
    ]
    if story.phases:
        found += ["", *_table(("afterwards", "outcome"), list(story.phases.items()))]
    if story.load.latencies:
        ordered = sorted(story.load.latencies)
        p50, p99 = (ordered[int(len(ordered) * part)] * 1000 for part in (0.5, 0.99))
        answers = ", ".join(f"{count} × {status}" for status, count in story.load.statuses.most_common())
        found += ["", f"Answers: {answers}. Time to an answer: median {p50:.0f} ms, p99 {p99:.0f} ms."]
    if story.violations:
        found += ["", "Violations:", *(f"- {violation}" for violation in story.violations[:50])]
    return found


def _table(heads: Sequence[str], rows: Sequence[Sequence[str]]) -> list[str]:
    widths = [max(len(row[n]) for row in (heads, *rows)) for n in range(len(heads))]

    def line(cells: Sequence[str]) -> str:
        first = cells[0].ljust(widths[0])
        return "| " + " | ".join((first, *(c.rjust(w) for c, w in zip(cells[1:], widths[1:], strict=True)))) + " |"

    rule = "|" + "|".join(("-" * (widths[0] + 2), *("-" * (w + 1) + ":" for w in widths[1:]))) + "|"
    return [line(heads), rule, *(line(row) for row in rows)]


def write(story: Story, load_before: float) -> None:
    """docs/chaos-results.md of this run."""
    schedule: list[Fault] = sorted(story.faults, key=lambda fault: fault.at)
    text = [
        "# What the last chaos run showed",
        "",
        f"Made by `./keur test --chaos` (repeat this schedule with `--seed {story.seed}`). The machine: "
        f"{platform.machine()}, Python {platform.python_version()}, load {load_before:.1f} on 2 cores when it began.",
        "",
        "Results, enrolments and files go in through the public interface, each request repeated with the same",
        "Idempotency-Key until it is answered; every link runs through a proxy of ours, all mail into a mail server of",
        "ours. *In doubt*: no answer came. *Recovered*: repeating it gave a certain answer. *Lost, duplicated, gaps,",
        "ghosts*: what the promises of [guarantees](guarantees.md) forbid, found afterwards. *Asked meanwhile*:",
        "requests during that fault, whatever else was broken too. *Ready again*: median / longest time from its end",
        "until `/readyz` was true, where no other fault touched the same services.",
        "",
        *lines(story),
        "",
        "<details><summary>The schedule</summary>",
        "",
        "```text",
        *map(str, schedule),
        "```",
        "",
        "</details>",
        "",
    ]
    RESULTS.write_text("\n".join(text), "utf-8")
