"""Why there is no paper for a certificate."""

from .rules import Refused, RefusedAsKnown


class NameCannotBePrinted(Refused):
    """Something on the certificate, mostly the name, has signs that none of the fonts has."""

    @classmethod
    def of(cls, number: str) -> "NameCannotBePrinted":
        return cls(
            "De naam op dit certificaat heeft tekens die in geen van de lettertypen zitten.",
            "The name on this certificate has signs that are in none of the fonts.",
            field="number",
            value=number,
            allowed=(
                "zet een lettertype met deze tekens in de map fonts van KEUR_HOME",
                "put a font with these signs into the folder fonts of KEUR_HOME",
            ),
        )


class WithdrawnIsNotPrinted(RefusedAsKnown):
    """Whoever had a certificate withdrawn must not show it any more, so it is not printed again."""

    @classmethod
    def of(cls, number: str) -> "WithdrawnIsNotPrinted":
        return cls(
            "Dit certificaat is ingetrokken en wordt niet meer afgedrukt.",
            "This certificate was withdrawn and is not printed any more.",
            field="number",
            value=number,
        )
