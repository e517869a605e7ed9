"""The states of a mail in plain words, with what to do about each."""

from collections.abc import Mapping

from services.notifications.domain import State
from shared.web.i18n import N_, translate

STATES: Mapping[str, tuple[str, str]] = {
    State.HELD: (N_("wacht op gegevens"), "warn"),
    State.DUE: (N_("klaar om te versturen"), "busy"),
    State.SENDING: (N_("wordt verstuurd"), "busy"),
    State.SENT: (N_("verstuurd"), "good"),
    State.DELIVERED: (N_("bezorgd"), "good"),
    State.BOUNCED: (N_("geweigerd"), "bad"),
    State.SUPPRESSED: (N_("niet verstuurd"), "plain"),
    State.IN_DOUBT: (N_("onzeker"), "warn"),
    State.FAILED: (N_("opgegeven"), "bad"),
    State.BUNDLED: (N_("in een verzamelmail"), "plain"),
}
"""The word for a state, and the tone of its tag."""

ABOUT: Mapping[State, str] = {
    State.HELD: N_(
        "Het adres, een naam of een controlecode is nog niet bekend. Het bericht gaat vanzelf zodra die er is. "
        "Duurt het langer dan een dag, controleer dan de contactgegevens."
    ),
    State.DUE: N_(
        "Het bericht staat klaar. Was de mailserver niet bereikbaar of vroeg die om geduld, dan proberen we het "
        "vanzelf opnieuw."
    ),
    State.SENDING: N_("Het bericht wordt op dit moment aan de mailserver gegeven."),
    State.SENT: N_("De mailserver heeft het bericht aangenomen. U hoeft niets te doen."),
    State.DELIVERED: N_("De server van de ontvanger heeft het bericht aangenomen. U hoeft niets te doen."),
    State.BOUNCED: N_(
        "De mailserver weigert dit adres of dit bericht. Verbeter het adres en verstuur het dan opnieuw."
    ),
    State.SUPPRESSED: N_("Dit bericht is met opzet niet verstuurd. De reden staat hieronder."),
    State.IN_DOUBT: N_(
        "Het antwoord van de mailserver is niet aangekomen, dus het bericht is misschien al verstuurd. Het gaat "
        "vanzelf nog een keer, met hetzelfde Message-ID, zodat de ontvanger een dubbel bericht kan herkennen."
    ),
    State.FAILED: N_("We hebben het opgegeven. Neem de oorzaak weg en verstuur het dan opnieuw."),
    State.BUNDLED: N_("Dit bericht ging met andere in één mail. Wat daarvan werd, staat bij die mail."),
}
"""What the state means for whoever looks, and what to do."""

REASONS: Mapping[str, str] = {
    "contact not known yet": N_("de contactgegevens zijn nog niet bekend"),
    "what was missing has arrived": N_("wat ontbrak is binnengekomen"),
    "goes with others in one mail": N_("ging met andere in één mail"),
    "erased": N_("de gegevens van deze persoon zijn gewist"),
    "not on the allow-list": N_("het adres staat niet op de lijst van toegestane adressen"),
    "smtp": N_("antwoord van de mailserver"),
    "no answer after the message": N_("het antwoord van de mailserver bleef uit"),
    "the postman stopped while sending it": N_("het versturen werd onderbroken"),
    "restored from a backup": N_("er is een back-up teruggezet; misschien was het al verstuurd"),
    "stopped before its turn": N_("het versturen stopte voordat dit bericht aan de beurt was"),
    "the mail server cannot be reached": N_("de mailserver is niet bereikbaar"),
    "the mail server went away": N_("de mailserver brak de verbinding af"),
    "the mail server refuses our sender": N_("de mailserver weigert ons afzenderadres"),
}


def in_words(reason: str) -> str:
    """A reason as it is kept (fixed words, then what is technical) in the reader's language; others as they are."""
    for start, words in REASONS.items():
        if reason == start or reason.startswith((f"{start} ", f"{start}:", f"{start};")):
            return translate(words) + reason.removeprefix(start)
    return reason
