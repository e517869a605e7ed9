"""``python -m bench reference``: the measurements, one verb each."""

import argparse
import asyncio
import json
import sys
from typing import Any

import uvloop

from bench import (
    certificate,
    entries,
    growth,
    idle,
    imports,
    issuing,
    lists,
    machine,
    mails,
    result_file,
    withdrawal,
    workers,
)
from bench.backlog import measure as backlog
from bench.home import Refused
from bench.peers import contest as peers
from bench.peers.roster import ROSTER
from bench.reference import contest
from bench.reference.workers import WORKERS, YARDSTICK
from bench.servers import NoServers, Servers
from deploy.local.home import Home


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m bench", description=__doc__)
    verbs = parser.add_subparsers(dest="verb", required=True)
    reference = verbs.add_parser("reference", help="the bus beside a hand-written worker, in turn, on the same servers")
    reference.add_argument("--rounds", type=int, default=5)
    reference.add_argument("--events", type=int, default=5000, help="events of one round")
    reference.add_argument("--paced", type=int, default=400, help="events at 40 a second for latency; 0 for none")
    reference.add_argument("--workers", default=",".join(WORKERS), help=f"of {', '.join(WORKERS)}")
    reference.add_argument("--profile", help="write a profile of each worker to FILE.<worker>.txt", metavar="FILE")
    others = verbs.add_parser("peers", help="the same job by Celery, Dramatiq, Taskiq and Nameko, in turn")
    others.add_argument("--rounds", type=int, default=3)
    others.add_argument("--events", type=int, default=4000)
    others.add_argument("--paced", type=int, default=200, help="events at 40 a second for latency; 0 for none")
    others.add_argument("--workers", default=",".join(ROSTER), help=f"of {', '.join(ROSTER)}")
    certifying = verbs.add_parser(
        "certificate",
        help="what a certificate costs in one process, from result to register, and withdrawn again; on a running home",
    )
    certifying.add_argument("--count", type=int, default=300)
    certifying.add_argument("--rate", type=float, default=50.0, help="results a second")
    certifying.add_argument("--alone", type=int, default=2000, help="certificates in one process; 0 leaves them out")
    certifying.add_argument("--papers", type=int, default=200, help="on paper, on one core")
    certifying.add_argument("--leaves", type=int, default=1_000_000, help="in the log that a proof is made from")
    certifying.add_argument("--withdrawn", type=int, default=100, help="of those that were issued; 0 for none")
    importing = verbs.add_parser("import", help="an import of logbook rows, on a running home")
    importing.add_argument("--rows", type=int, default=10_000)
    resulting = verbs.add_parser("results", help="an import of exam results until the certificates, on a running home")
    resulting.add_argument("--rows", type=int, default=100_000)
    resulting.add_argument("--alone", action="store_true", help="certification by itself, with all in its queue")
    listing = verbs.add_parser("lists", help="pages and lists of enrollment with very many trainees, in the process")
    listing.add_argument("--trainees", type=int, default=100_000)
    line = verbs.add_parser("entries", help="one line of the logbook beside 100,000 others; all signals; coverage")
    line.add_argument("--trainees", type=int, default=2000, help="each with 50 entries")
    posting = verbs.add_parser("mails", help="mails a second to a mail server that takes all")
    posting.add_argument("--count", type=int, default=2000)
    posting.add_argument("--rounds", type=int, default=5)
    draining = verbs.add_parser("backlog", help="a backlog in an outbox drains: memory, rate, nothing lost")
    draining.add_argument("--events", type=int, default=1_000_000)
    several = verbs.add_parser("workers", help="one, two and three workers of one service at once")
    several.add_argument("--events", type=int, default=10_000)
    several.add_argument("--rounds", type=int, default=3)
    several.add_argument("--most", type=int, default=3)
    growing = verbs.add_parser("growth", help="1, 10 and 100 times the people of the shipped files, on a running home")
    growing.add_argument("--factors", default="1,10,100")
    growing.add_argument("--kinds", default=",".join(growth.KINDS), help=f"of {', '.join(growth.KINDS)}")
    growing.add_argument("--most-rows", type=int, default=100_000, help="of one kind at one factor; more are left out")
    memory = verbs.add_parser("memory", help="each service idle: memory, and seconds from start to ready")
    for verb in (
        reference,
        others,
        certifying,
        importing,
        resulting,
        listing,
        line,
        posting,
        draining,
        several,
        growing,
        memory,
    ):
        verb.add_argument("--json", action="store_true", help="one JSON object instead of a table")
        verb.add_argument("--quick", action="store_true", help="small sizes: whether it runs, not how fast")
    return parser.parse_args()


def _print(title: str, rows: list[dict[str, Any]], head: dict[str, object], *, as_json: bool) -> None:
    if as_json:
        print(json.dumps({"title": title, "machine": head, "rows": rows}))
        return
    columns = list(dict.fromkeys(column for row in rows for column in row))
    cells = [[_cell(row.get(column)) for column in columns] for row in rows]
    widths = [max(len(line[i]) for line in [columns, *cells]) for i in range(len(columns))]
    print(f"{title}\n" + ", ".join(f"{key} {value}" for key, value in head.items()))
    for line in [columns, *cells]:
        print("  ".join(value.ljust(width) for value, width in zip(line, widths, strict=True)).rstrip())


def _cell(value: object) -> str:
    if value is None:
        return "–"
    if isinstance(value, float):
        return f"{value:,.0f}" if value >= 1000 else f"{value:g}"
    return str(value)


async def _reference(given: argparse.Namespace) -> None:
    names = given.workers.split(",")
    if unknown := [name for name in names if name not in WORKERS]:
        raise SystemExit(f"no such worker: {', '.join(unknown)}; there are {', '.join(WORKERS)}")
    head = machine.described()
    rounds, events, paced = (2, 500, 40) if given.quick else (given.rounds, given.events, given.paced)
    results = await contest.run(
        Servers.found(), names, rounds=rounds, events=events, paced=paced, profile=given.profile
    )
    title = f"reference job: {rounds} rounds of {events} events, medians; latency at 40/s"
    _print(title, contest.table(results, YARDSTICK), head, as_json=given.json)


async def _peers(given: argparse.Namespace) -> None:
    names = given.workers.split(",")
    if unknown := [name for name in names if name not in ROSTER]:
        raise SystemExit(f"no such worker: {', '.join(unknown)}; there are {', '.join(ROSTER)}")
    rounds, events, paced = (1, 300, 20) if given.quick else (given.rounds, given.events, given.paced)
    head = machine.described()
    found = await peers.run(
        Servers.found(), names, rounds=rounds, events=events, paced=paced, home=Home.from_env().path / "bench"
    )
    title = f"peers: {rounds} rounds of {events} events, medians; from publishing to the committed row at 40/s"
    _print(title, peers.table(found), head, as_json=given.json)


async def _certificate(given: argparse.Namespace) -> None:
    head = machine.described()
    count, rate = (30, 10.0) if given.quick else (given.count, given.rate)
    if given.alone:
        alone, papers, leaves = (100, 10, 2000) if given.quick else (given.alone, given.papers, given.leaves)
        rows = await issuing.measure(certificates=alone, papers=papers, leaves=leaves)
        _print("a certificate in one process, without a broker", rows, head, as_json=given.json)
    if count:
        rows = await certificate.measure(count=count, rate=rate)
        _print("from result to certificate", rows, head, as_json=given.json)
    if given.withdrawn and count:
        rows = await withdrawal.measure(count=min(count, 10 if given.quick else given.withdrawn))
        _print("withdrawn", rows, head, as_json=given.json)


async def _import(given: argparse.Namespace) -> None:
    head = machine.described()
    _print("import", await imports.measure(rows=500 if given.quick else given.rows), head, as_json=given.json)


async def _results(given: argparse.Namespace) -> None:
    head = machine.described()
    rows = await result_file.measure(rows=1000 if given.quick else given.rows, alone=given.alone)
    _print("a file of exam results", rows, head, as_json=given.json)


async def _lists(given: argparse.Namespace) -> None:
    head = machine.described()
    trainees, times = (1_000, 3) if given.quick else (given.trainees, 20)
    _print("lists", await lists.measure(trainees=trainees, times=times), head, as_json=given.json)


async def _entries(given: argparse.Namespace) -> None:
    head = machine.described()
    trainees, times = (100, 3) if given.quick else (given.trainees, 50)
    rows = await entries.measure(trainees=trainees, times=times)
    _print("what follows from entries", rows, head, as_json=given.json)


async def _mails(given: argparse.Namespace) -> None:
    head = machine.described()
    count, rounds = (200, 1) if given.quick else (given.count, given.rounds)
    _print("mails", await mails.measure(count=count, rounds=rounds), head, as_json=given.json)


async def _backlog(given: argparse.Namespace) -> None:
    head = machine.described()
    rows = await backlog.measure(events=5000 if given.quick else given.events)
    _print("backlog", rows, head, as_json=given.json)


async def _workers(given: argparse.Namespace) -> None:
    head = machine.described()
    events, rounds = (600, 1) if given.quick else (given.events, given.rounds)
    rows = await workers.measure(events=events, rounds=rounds, most=given.most)
    _print(f"workers of one service: {rounds} rounds of {events} events, medians", rows, head, as_json=given.json)


async def _growth(given: argparse.Namespace) -> None:
    head = machine.described()
    kinds = given.kinds.split(",")
    if unknown := [kind for kind in kinds if kind not in growth.KINDS]:
        raise SystemExit(f"no such kind: {', '.join(unknown)}; there are {', '.join(growth.KINDS)}")
    factors = [1, 2] if given.quick else [int(factor) for factor in given.factors.split(",")]
    rows = await growth.measure(factors=factors, kinds=kinds, most=1000 if given.quick else given.most_rows)
    _print("growth: seconds, and how many times those of the factor before", rows, head, as_json=given.json)


async def _memory(given: argparse.Namespace) -> None:
    head = machine.described()
    _print("services at rest", await idle.measure(), head, as_json=given.json)


def main() -> None:
    given = _arguments()
    work = {
        "reference": _reference,
        "peers": _peers,
        "certificate": _certificate,
        "import": _import,
        "results": _results,
        "lists": _lists,
        "entries": _entries,
        "mails": _mails,
        "memory": _memory,
        "backlog": _backlog,
        "workers": _workers,
        "growth": _growth,
    }[given.verb]
    try:
        with asyncio.Runner(loop_factory=uvloop.new_event_loop) as runner:
            runner.run(work(given))
    except (NoServers, Refused) as error:
        print(error, file=sys.stderr)
        raise SystemExit(3 if isinstance(error, NoServers) else 1) from None


if __name__ == "__main__":
    main()
