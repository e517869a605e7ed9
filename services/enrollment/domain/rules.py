"""The base of every rule of the training: a refusal that can be said in Dutch and in English."""

from collections.abc import Callable

from shared.errors import Refused as Refused


def keeps(*checks: Callable[[], object]) -> None:
    """Runs every check; raises the first rule that was broken, with the others as its ``also``."""
    broken: list[Refused] = []
    for check in checks:
        try:
            check()
        except Refused as rule:
            broken.append(rule)
    if broken:
        broken[0].also = tuple(broken[1:])
        raise broken[0]


class UnknownCompany(Refused):
    """No company is known under this key."""


class UnknownSchool(Refused):
    """No school is known under this key."""


class UnknownMentor(Refused):
    """No mentor is known under this key."""


class UnknownInstructor(Refused):
    """No instructor is known under this key."""


class UnknownTrainee(Refused):
    """No trainee is known under this key."""


_KINDS: dict[str, tuple[type[Refused], str, str]] = {
    "company_id": (UnknownCompany, "leerbedrijf", "company"),
    "school_id": (UnknownSchool, "school", "school"),
    "mentor_id": (UnknownMentor, "praktijkbegeleider", "mentor"),
    "instructor_id": (UnknownInstructor, "instructeur", "instructor"),
    "trainee_id": (UnknownTrainee, "leerling", "trainee"),
}


def unknown(field: str, key: str, *, column: str | None = None) -> Refused:
    """The refusal for a key that points at nothing; ``column`` when the field has another name in the row."""
    rule, nl, en = _KINDS[field]
    return rule(
        f"{nl} {key} is hier niet bekend",
        f"{en} {key} is not known here",
        field=column or field,
        value=key,
        allowed=(f"een {nl} die al is ingevoerd", f"a {en} that was entered before"),
    )
