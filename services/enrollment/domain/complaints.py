"""Complaints about the training. Their text never leaves this service; what others hear is that there is one."""

from dataclasses import dataclass
from datetime import date
from typing import Literal, get_args

Category = Literal[
    "guidance", "hours", "conduct", "safety", "work content", "school", "pay", "bullying", "discrimination", "other"
]
CATEGORIES: tuple[str, ...] = get_args(Category)


@dataclass(frozen=True, slots=True)
class Complaint:
    """A complaint of a trainee, guardian or mentor. The category travels with the event, so it is no free text."""

    complaint_id: str
    trainee_id: str
    received_on: date
    category: Category
    confidential: bool
    text: str

    @property
    def id(self) -> str:
        return self.complaint_id

    @property
    def about_school(self) -> bool:
        """Which of the trainee's two places is visited sooner because of it."""
        return self.category == "school"
