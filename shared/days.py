"""Days as people write them in a sentence, in both languages of a refusal."""

from datetime import date

from babel.dates import format_date


def nl(day: date) -> str:
    """3 augustus 2026"""
    return format_date(day, "d MMMM y", "nl")


def en(day: date) -> str:
    """3 August 2026"""
    return format_date(day, "d MMMM y", "en")
