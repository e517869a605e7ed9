"""Things of the training, good by themselves; a test names only what matters to it."""

from collections.abc import Iterable
from datetime import date
from typing import Any

from services.enrollment.domain.companies import Company, School
from services.enrollment.domain.enrolments import Enrolment, Known
from services.enrollment.domain.mentors import Instructor, Load, Mentor
from services.enrollment.domain.schemes import Schemes, SchemeVersion

MARK = SchemeVersion(
    scheme="smo",
    version="2024.1",
    valid_from=date(2024, 8, 1),
    programmes=frozenset({"lasser-3", "verspaner-3"}),
    targets=frozenset({"T01", "T02"}),
    visit_company_weeks=12,
    visit_school_weeks=10,
    visit_after_complaint_weeks=2,
    mentor_max_trainees=3,
)


def company(key: str = "C1", **given: Any) -> Company:
    return Company(**{"company_id": key, "name": "Staal B.V.", "contact_name": "A", "contact_email": "a@b.nl", **given})


def mentor(key: str = "M1", **given: Any) -> Mentor:
    return Mentor(**{"mentor_id": key, "company_id": "C1", "name": "M", "email": "m@b.nl", "max_trainees": 2, **given})


def enrolment(key: str = "T1", **given: Any) -> Enrolment:
    return Enrolment(
        **{
            "trainee_id": key,
            "name": "Sem de Wit",
            "birth_date": date(2006, 5, 1),
            "email": "sem@leerling.nl",
            "programme": "lasser-3",
            "school_id": "S1",
            "company_id": "C1",
            "mentor_id": "M1",
            "instructor_id": "I1",
            "starts_on": date(2025, 9, 1),
            "planned_end": date(2027, 7, 2),
            **given,
        }
    )


def known(*, mentors: Iterable[Mentor] = (), enrolled: Iterable[Enrolment] = (), **given: Any) -> Known:
    everyone = list(mentors) or [mentor()]
    colleagues: dict[str, list[Mentor]] = {}
    for one in everyone:
        colleagues.setdefault(one.company_id, []).append(one)
    load = Load()
    before = {one.trainee_id: one for one in enrolled}
    return Known(
        **{
            "schemes": Schemes([MARK]),
            "companies": {key: company(key) for key in ("C1", "C2")},
            "schools": {"S1": School("S1", "Vakschool"), "S2": School("S2", "Vakschool")},
            "mentors": {one.mentor_id: one for one in everyone},
            "instructors": {"I1": Instructor("I1", "S1", "I", "i@s.nl"), "I2": Instructor("I2", "S2", "I", "i@s.nl")},
            "colleagues": colleagues,
            "enrolled": before,
            "load": load,
            **given,
        }
    )
