"""The base of every rule of the training: a refusal that can be said in Dutch and in English."""

from collections.abc import Callable

from shared.errors import RuleBroken


class Refused(RuleBroken):
    """A rule of the training refuses this. ``allowed`` is the remedy: what would be accepted instead."""

    def __init__(
        self,
        nl: str,
        en: str,
        *,
        field: str | None = None,
        value: object = None,
        allowed: str | tuple[str, str] | None = None,
    ) -> None:
        allowed_nl, allowed_en = allowed if isinstance(allowed, tuple) else (allowed, allowed)
        super().__init__(en, field=field, value=value, allowed=allowed_en)
        self.nl, self.en = nl, en
        self.allowed_nl, self.allowed_en = allowed_nl, allowed_en
        self.also: tuple[Refused, ...] = ()
        """What else the same thing breaks: whoever mends a file wants to know all of it."""

    def said(self, language: str) -> tuple[str, str | None]:
        """The reason and what is allowed; Dutch unless the language starts with ``en``."""
        return (self.en, self.allowed_en) if language.startswith("en") else (self.nl, self.allowed_nl)


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
