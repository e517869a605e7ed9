"""A running home as the measurements use it: its addresses, its API with the admin token, and trainees to work with."""

import csv
import io
import json
import secrets
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import httpx

from bench.servers import NoServers
from deploy.local.home import Home

SCHEME = (Path(__file__).parents[1] / "deploy" / "demo" / "smo" / "scheme.yaml").read_bytes()
PROGRAMME = "verspaner-3"


class Refused(Exception):
    """A service did not take what a measurement gave it; its answer is in the message."""


@dataclass
class Office:
    """What an office would do on a running home, with made-up people under a prefix of this run."""

    home: Home
    prefix: str = field(default_factory=lambda: f"B{secrets.token_hex(4)}".upper())

    @classmethod
    def of_running_home(cls) -> "Office":
        """The home of KEUR_HOME and KEUR_PORT_BASE; raises ``NoServers`` when nothing runs there."""
        home = Home.from_env()
        if not (home.keys / "admin.token").exists() or not (home.run / "certification.pid").exists():
            raise NoServers(
                f"nothing runs in {home.path}: `./keur up --detach` first; this adds made-up trainees to it"
            )
        return cls(home)

    @property
    def token(self) -> str:
        """The administrator's."""
        return (self.home.keys / "admin.token").read_text("ascii").strip()

    def client(self, service: str) -> httpx.AsyncClient:
        """The service's API, as the administrator."""
        return httpx.AsyncClient(
            base_url=self.home.url(service),
            headers={"Authorization": f"Bearer {self.token}"},
            timeout=600,
            trust_env=False,
        )

    async def publish_scheme(self) -> None:
        async with self.client("certification") as http:
            answer = await http.post("/certification/api/schemes", files={"file": ("scheme.yaml", SCHEME)})
        if answer.status_code not in (200, 201, 409):
            raise Refused(f"scheme: {answer.status_code} {answer.text[:300]}")

    async def import_rows(self, service: str, kind: str, rows: list[dict[str, Any]]) -> dict[str, Any]:
        """Sends rows as a CSV file to the import; every row must be taken."""
        text = io.StringIO()
        writer = csv.DictWriter(text, rows[0].keys())
        writer.writeheader()
        writer.writerows(rows)
        return await self.import_file(service, kind, text.getvalue().encode())

    async def import_file(self, service: str, kind: str, content: bytes) -> dict[str, Any]:
        async with self.client(service) as http:
            answer = await http.post(f"/{service}/api/import/{kind}", files={"file": (f"{kind}.csv", content)})
        if answer.status_code != 200:
            raise Refused(f"{kind}: {answer.status_code} {answer.text[:500]}")
        return dict(json.loads(answer.content))

    async def enrol(self, count: int) -> list[str]:
        """Enrols ``count`` trainees at one company, three to a mentor; their ids."""
        p = self.prefix
        company = {
            "company_id": f"{p}C",
            "name": "Meetbedrijf B.V.",
            "registration_number": "90029999",
            "street": "Proefweg 1",
            "postal_code": "5346 JF",
            "city": "Oss",
            "contact_name": "Jos Meter",
            "contact_email": "jos@meten.example",
            "member_since": "2004-08-01",
            "accredited_until": "2031-12-01",
            "places": 1000,
            "equipment": "lathe",
        }
        await self.import_rows("enrollment", "companies", [company])
        school = {"school_id": f"{p}S", "name": "Meetschool", "city": "Veghel", "equipment": "lathe"}
        await self.import_rows("enrollment", "schools", [school])
        teacher = {
            "instructor_id": f"{p}I", "school_id": f"{p}S", "name": "An Leraar", "email": "an@school.example",
            "language": "nl",
        }  # fmt: skip
        await self.import_rows("enrollment", "instructors", [teacher])
        mentors = [
            {
                "mentor_id": f"{p}M{n}", "company_id": f"{p}C", "name": f"Mentor {n}", "email": f"m{n}@meten.example",
                "language": "nl", "course_valid_until": "2031-01-01", "max_trainees": 3, "hours_per_week": 2,
            }
            for n in range((count + 2) // 3)
        ]  # fmt: skip
        await self.import_rows("enrollment", "mentors", mentors)
        trainees = [
            {
                "trainee_id": f"{p}T{n}", "name": f"Leerling {n}", "birth_date": "2007-03-04",
                "email": f"t{n}@leerling.example", "language": "nl", "guardian_email": f"ouder{n}@thuis.example",
                "programme": PROGRAMME,
                "school_id": f"{p}S", "company_id": f"{p}C", "mentor_id": f"{p}M{n // 3}", "instructor_id": f"{p}I",
                "starts_on": "2024-09-02", "planned_end": "2026-07-03", "channel": "website",
            }
            for n in range(count)
        ]  # fmt: skip
        await self.import_rows("enrollment", "trainees", trainees)
        return [str(row["trainee_id"]) for row in trainees]


def result(trainee: str, exam: str) -> dict[str, Any]:
    """A passing result."""
    return {
        "result_id": f"{trainee}-{exam}-1",
        "trainee_id": trainee,
        "exam": exam,
        "attempt": 1,
        "taken_on": "2026-06-02",
        "score": 7.5,
        "knocked_out": "no",
        "examiner": "EX1",
    }
