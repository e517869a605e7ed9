"""The mails we send: what each is for, and how ids become a letter in the reader's language.

A mail is written once, in ``<template>.jinja``, in Dutch with gettext (English in ``locale/en.po``). Two skins show it:
``layout.mjml`` with ``parts.mjml`` makes the HTML part, ``layout.txt`` with ``parts.txt`` the text part, set by hand.
"""

from services.notifications.mails.catalogue import KINDS, Kind, UnknownTemplate, kind
from services.notifications.mails.letters import Facts, Letter, MailBroken, Party, SchemeWords, Sender, Stored, write
from services.notifications.mails.message import as_bytes, one_line

__all__ = [
    "KINDS",
    "Facts",
    "Kind",
    "Letter",
    "MailBroken",
    "Party",
    "SchemeWords",
    "Sender",
    "Stored",
    "UnknownTemplate",
    "as_bytes",
    "kind",
    "one_line",
    "write",
]
