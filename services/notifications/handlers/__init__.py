"""What notifications does when it hears of something: learn who is who, and write down the mails that follow."""

from . import certification, known, training
from .subscribed import on

__all__ = ["certification", "known", "on", "training"]
