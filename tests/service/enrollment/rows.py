"""Rows as a client gives them, good by themselves; a test names only what matters to it."""

from typing import Any

from services.enrollment.intake.kinds import KINDS

COLUMNS = {name: list(kind.row.model_fields) for name, kind in KINDS.items()}

SCHEME: dict[str, Any] = {
    "scheme": "smo",
    "version": "2024.1",
    "valid_from": "2024-08-01",
    "cadence": {"visit_company_weeks": 12, "visit_school_weeks": 10, "visit_after_complaint_weeks": 2},
    "norms": {"mentor_max_trainees": 3},
    "targets": {"T01": {}, "T02": {}},
    "programmes": {"lasser-3": {}, "verspaner-3": {}},
}


def company(key: str, **given: Any) -> dict[str, Any]:
    return {
        "company_id": key,
        "name": f"Staal {key} B.V.",
        "registration_number": "90000001",
        "street": "Doornhoek 1",
        "postal_code": "5346 JF",
        "city": "Oss",
        "contact_name": "Jesse Peters",
        "contact_email": f"{key.lower()}@staal.example",
        "member_since": "2020-09-01",
        "accredited_until": "2028-01-01",
        "places": 4,
        "equipment": ["lathe", "tig"],
        **given,
    }


def mentor(key: str, **given: Any) -> dict[str, Any]:
    return {
        "mentor_id": key,
        "company_id": "C1",
        "name": f"Begeleider {key}",
        "email": f"{key.lower()}@staal.example",
        "language": "nl",
        "course_valid_until": "2027-01-01",
        "max_trainees": 2,
        "hours_per_week": 2,
        **given,
    }


def school(key: str, **given: Any) -> dict[str, Any]:
    return {"school_id": key, "name": f"Vakschool {key}", "city": "Oss", "equipment": ["lathe"], **given}


def instructor(key: str, **given: Any) -> dict[str, Any]:
    return {
        "instructor_id": key,
        "school_id": "S1",
        "name": f"Instructeur {key}",
        "email": f"{key.lower()}@school.example",
        "language": "nl",
        **given,
    }


def trainee(key: str, **given: Any) -> dict[str, Any]:
    return {
        "trainee_id": key,
        "name": f"Sem de Wit {key}",
        "birth_date": "2006-05-01",
        "email": f"{key.lower()}@leerling.example",
        "language": "nl",
        "guardian_email": None,
        "programme": "lasser-3",
        "school_id": "S1",
        "company_id": "C1",
        "mentor_id": "M1",
        "instructor_id": "I1",
        "starts_on": "2025-09-01",
        "planned_end": "2027-07-02",
        "channel": "open day",
        **given,
    }


def entry(key: str, **given: Any) -> dict[str, Any]:
    return {
        "entry_id": key,
        "trainee_id": "T1",
        "week": "2025-W40",
        "place": "company",
        "target": "T01",
        "level": "assist",
        "hours": 24,
        "mentor_minutes": 120,
        **given,
    }


def complaint(key: str, **given: Any) -> dict[str, Any]:
    return {
        "complaint_id": key,
        "trainee_id": "T1",
        "received_on": "2025-10-01",
        "category": "guidance",
        "confidential": True,
        "text": "Wordt niet ingewerkt op de kantbank.",
        **given,
    }


def visit(key: str, **given: Any) -> dict[str, Any]:
    return {
        "visit_id": key,
        "place_kind": "company",
        "place_id": "C1",
        "held_on": "2025-11-24",
        "findings": "In orde",
        "next_in_weeks": 12,
        **given,
    }
