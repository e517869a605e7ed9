"""The people of a chaos run: made up from a seed, a known number of whom pass everything."""

import asyncio
import csv
import io
import random
from collections.abc import Mapping, Sequence
from datetime import date, timedelta
from typing import Any

from deploy.demo.school_years import FILES

from .system import System

EXAMS = {"theory": 5.5, "drawing": 5.5, "practice": 6.0}
PROGRAMMES = ("constructiewerker-2", "lasser-3", "plaatwerker-3", "verspaner-3")
COMPANIES, SCHOOLS = 60, 12
"""Many, since what is planned for one place is planned by one after the other."""


class School:
    """Trainees and their results; one in eight fails an exam and gets no certificate, one in ten is under age.

    They started a year before the ``exam_day`` and have most of another year to go.
    """

    def __init__(self, seed: int, trainees: int, *, prefix: str = "X", exam_day: date = date(2026, 9, 1)) -> None:
        self._prefix, self._exam_day = prefix, exam_day
        chance = random.Random(seed)
        self.trainees = [self._trainee(number, chance) for number in range(trainees)]
        self._fails = {
            trainee["trainee_id"]: chance.choice(list(EXAMS)) for trainee in self.trainees if chance.random() < 0.125
        }

    def _trainee(self, number: int, chance: random.Random) -> dict[str, Any]:
        place, minor = number % COMPANIES, chance.random() < 0.1
        return {
            "trainee_id": f"{self._prefix}{number:06d}",
            "name": f"Leerling {number}",
            "birth_date": str(self._exam_day - timedelta(days=(17 if minor else 22) * 365)),
            "email": f"x{number}@leerling.example",
            "language": chance.choice(("nl", "en")),
            "guardian_email": f"ouder{number}@thuis.example" if minor else "",
            "programme": chance.choice(PROGRAMMES),
            "school_id": f"S{number % SCHOOLS}",
            "company_id": f"C{place}",
            "mentor_id": f"M{place}",
            "instructor_id": f"I{number % SCHOOLS}",
            "starts_on": str(self._exam_day - timedelta(days=365)),
            "planned_end": str(self._exam_day + timedelta(days=300)),
            "channel": "website",
        }

    def results_of(self, trainee_id: str) -> list[dict[str, Any]]:
        return [
            {
                "result_id": f"{trainee_id}-{exam}",
                "trainee_id": trainee_id,
                "exam": exam,
                "attempt": 1,
                "taken_on": str(self._exam_day),
                "score": "4.0" if self._fails.get(trainee_id) == exam else "7.5",
                "knocked_out": False,
                "examiner": "EX1",
            }
            for exam in EXAMS
        ]

    async def open(self, system: System) -> None:
        """The scheme is published, and everybody but the trainees is entered."""
        scheme = (FILES / "smo" / "scheme.yaml").read_bytes()
        answer = await system.ask(
            "POST", "certification", "/certification/api/schemes",
            content=scheme, headers={"Content-Type": "application/yaml"},
        )  # fmt: skip
        answer.raise_for_status()
        files: dict[str, list[dict[str, Any]]] = {
            "companies": [
                {
                    "company_id": f"C{n}", "name": f"Bedrijf {n}", "contact_name": f"Baas {n}",
                    "contact_email": f"baas{n}@bedrijf.example", "places": 100_000,
                }
                for n in range(COMPANIES)
            ],
            "mentors": [
                {
                    "mentor_id": f"M{n}", "company_id": f"C{n}", "name": f"Begeleider {n}",
                    "email": f"m{n}@bedrijf.example", "max_trainees": 100_000,
                }
                for n in range(COMPANIES)
            ],
            "schools": [{"school_id": f"S{n}", "name": f"Vakschool {n}"} for n in range(SCHOOLS)],
            "instructors": [
                {"instructor_id": f"I{n}", "school_id": f"S{n}", "name": f"Docent {n}", "email": f"i{n}@school.example"}
                for n in range(SCHOOLS)
            ],
        }  # fmt: skip
        for kind in ("companies", "mentors", "schools", "instructors"):
            columns = (FILES / "smo" / f"{kind}.csv").read_text("utf-8").splitlines()[0].split(",")
            whole = [
                dict.fromkeys(columns, "") | ({"places": 0} if "places" in columns else {}) | row for row in files[kind]
            ]
            whole = [row | ({"language": "nl"} if "language" in columns else {}) for row in whole]
            file = {"file": (f"{kind}.csv", as_csv(whole), "text/csv")}
            answer = await system.ask("POST", "enrollment", f"/enrollment/api/import/{kind}", files=file)
            assert answer.status_code == 200, answer.text

        async def known() -> bool:
            """Enrollment hears of the scheme by the bus."""
            check = {"file": ("check.csv", as_csv(self.trainees[:1]), "text/csv")}
            path = "/enrollment/api/import/trainees"
            answer = await system.ask("POST", "enrollment", path, files=check, params={"check": "true"})
            return answer.status_code == 200

        async with asyncio.timeout(20):
            while not await known():
                await asyncio.sleep(0.1)


def as_csv(rows: Sequence[Mapping[str, Any]]) -> bytes:
    text = io.StringIO(newline="")
    writer = csv.DictWriter(text, fieldnames=list(rows[0]), lineterminator="\n")
    writer.writeheader()
    for row in rows:
        writer.writerow({name: _cell(value) for name, value in row.items()})
    return text.getvalue().encode()


def _cell(value: Any) -> Any:
    return ("yes" if value else "no") if isinstance(value, bool) else value
