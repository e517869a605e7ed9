"""What refuses to send a mail again or to show one, in Dutch and in English."""

import pytest

from services.notifications.commands import MailCannotBeRetried, MailNotKnown, ReasonMissing
from shared.errors import Refused
from shared.web import i18n

SAID: list[tuple[Refused, int, str, str]] = [
    (ReasonMissing(), 422, "Zeg waarom deze mail opnieuw gaat.", "Say why this mail is sent again."),
    (MailNotKnown("x"), 404, "Er is geen mail met dit kenmerk.", "There is no mail with this key."),
    (
        MailCannotBeRetried("sent"),
        409,
        "Alleen een mail die mislukte, terugkwam of onzeker is, kan opnieuw.",
        "Only a mail that failed, bounced or is in doubt can be sent again.",
    ),
]


@pytest.mark.parametrize(("refusal", "status", "nl", "en"), SAID)
def test_it_is_said_in_both_languages_under_its_status(refusal: Refused, status: int, nl: str, en: str) -> None:
    assert (refusal.status, refusal.said("nl")[0], refusal.said("en")[0]) == (status, nl, en)


def test_a_mail_that_is_not_there_is_said_in_both_languages() -> None:
    dutch, english = "Er is geen bericht met dit nummer.", "There is no message with this number."
    with i18n.speaking("en"):
        assert i18n.translate(dutch) == english
    with i18n.speaking("nl"):
        assert i18n.translate(dutch) == dutch
