"""Days as people write them in a sentence, in both languages of a refusal."""

from datetime import date

_NL = ["januari", "februari", "maart", "april", "mei", "juni"]
_NL += ["juli", "augustus", "september", "oktober", "november", "december"]
_EN = ["January", "February", "March", "April", "May", "June"]
_EN += ["July", "August", "September", "October", "November", "December"]


def nl(day: date) -> str:
    """3 augustus 2026"""
    return f"{day.day} {_NL[day.month - 1]} {day.year}"


def en(day: date) -> str:
    """3 August 2026"""
    return f"{day.day} {_EN[day.month - 1]} {day.year}"
