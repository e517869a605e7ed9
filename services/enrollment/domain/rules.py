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

    @classmethod
    def named(cls, key: str, field: str) -> "UnknownCompany":
        return cls(
            f"leerbedrijf {key} is hier niet bekend",
            f"company {key} is not known here",
            field=field,
            value=key,
            allowed=("een leerbedrijf die al is ingevoerd", "a company that was entered before"),
        )


class UnknownSchool(Refused):
    """No school is known under this key."""

    @classmethod
    def named(cls, key: str, field: str) -> "UnknownSchool":
        return cls(
            f"school {key} is hier niet bekend",
            f"school {key} is not known here",
            field=field,
            value=key,
            allowed=("een school die al is ingevoerd", "a school that was entered before"),
        )


class UnknownMentor(Refused):
    """No mentor is known under this key."""

    @classmethod
    def named(cls, key: str, field: str) -> "UnknownMentor":
        return cls(
            f"praktijkbegeleider {key} is hier niet bekend",
            f"mentor {key} is not known here",
            field=field,
            value=key,
            allowed=("een praktijkbegeleider die al is ingevoerd", "a mentor that was entered before"),
        )


class UnknownInstructor(Refused):
    """No instructor is known under this key."""

    @classmethod
    def named(cls, key: str, field: str) -> "UnknownInstructor":
        return cls(
            f"instructeur {key} is hier niet bekend",
            f"instructor {key} is not known here",
            field=field,
            value=key,
            allowed=("een instructeur die al is ingevoerd", "an instructor that was entered before"),
        )


class UnknownTrainee(Refused):
    """No trainee is known under this key."""

    @classmethod
    def named(cls, key: str, field: str) -> "UnknownTrainee":
        return cls(
            f"leerling {key} is hier niet bekend",
            f"trainee {key} is not known here",
            field=field,
            value=key,
            allowed=("een leerling die al is ingevoerd", "a trainee that was entered before"),
        )


_KINDS: dict[str, Callable[[str, str], Refused]] = {
    "company_id": UnknownCompany.named,
    "school_id": UnknownSchool.named,
    "mentor_id": UnknownMentor.named,
    "instructor_id": UnknownInstructor.named,
    "trainee_id": UnknownTrainee.named,
}


def unknown(field: str, key: str, *, column: str | None = None) -> Refused:
    """The refusal for a key that points at nothing; ``column`` when the field has another name in the row."""
    return _KINDS[field](key, column or field)
