"""What cannot be asked of the log."""

from .rules import Refused


class LogNotThatLong(Refused):
    """A proof was asked between sizes that the log never had, or in the wrong order."""

    @classmethod
    def of(cls, first: int, second: int, size: int) -> "LogNotThatLong":
        return cls(
            f"Het logboek heeft nu {size} regels: van {first} naar {second} is er geen bewijs.",
            f"The log has {size} entries now: there is no proof from {first} to {second}.",
            field="first" if first > second else "second",
            value=first if first > second else second,
            allowed=(f"first ≤ second ≤ {size}", f"first ≤ second ≤ {size}"),
        )
