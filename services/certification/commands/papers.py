"""The certificate on paper: made when somebody first asks for it, kept, made anew when what it is made from changes.

What is signed is recorded before; after a crash in between, whoever asks next goes on with it.
"""

from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

import orjson

from shared.db import Database

from ..domain.paper_rules import NameCannotBePrinted, WithdrawnIsNotPrinted
from ..paper.content import LANGUAGES, Language, content_of
from ..paper.seal import Seal
from ..paper.typeset import PaperCannotBeSet, layout
from ..paper.work import make_paper
from ..settings import CertificationSettings
from ..store import papers, signing
from ..store.papers import Wanted
from ..workers import WORKERS
from .keyring import active_seal, may_still_sign
from .signing import Signer, credential_of


@dataclass(frozen=True, slots=True)
class Press:
    """With what papers are made: who signs credentials, who signs paper, a folder with more fonts."""

    signer: Signer
    seal: Seal
    fonts: Path

    @classmethod
    def of(cls, settings: CertificationSettings) -> "Press":
        seal = Seal(
            str(settings.home),
            settings.paper_pkcs11_module,
            settings.paper_pkcs11_token,
            settings.paper_pkcs11_key,
            settings.paper_pkcs11_pin,
            settings.paper_tsa_url,
        )
        return cls(Signer.of(settings), seal, settings.home / "fonts")


def as_file(credential: dict[str, Any]) -> bytes:
    """The credential as the file that is handed out, and that stands inside the paper: the same bytes."""
    return orjson.dumps(credential, option=orjson.OPT_INDENT_2)


async def paper_of(
    db: Database, press: Press, number: str, *, language: str | None, now: datetime
) -> tuple[bytes, Language] | None:
    """The signed PDF and its language: the one asked for, else the holder's. None while the credential is owed.

    Raises NameCannotBePrinted, WithdrawnIsNotPrinted, PaperKeyMissing, IssuingKeyMissing.
    """
    if await credential_of(db, press.signer, number, now=now) is None:
        return None
    async with db.read() as tx:
        source = await papers.source(tx, number)
        credential = await signing.signed(tx, number)
    if source is None or credential is None:
        return None
    if source["withdrawn"]:
        raise WithdrawnIsNotPrinted.of(number)
    chosen = _language(language) or _language(source["language"]) or LANGUAGES[0]
    async with db.transaction() as tx:
        seal = await active_seal(tx, press.seal)
        wanted = Wanted(number, source["signing_id"], layout(), chosen, seal.signer)
        kept = await papers.kept(tx, wanted)
        if kept is None:
            await papers.begin(tx, wanted, now=now)
    if kept is not None:
        return kept, chosen
    content = content_of(
        source["document"],
        source["content"],
        check_code=source["check_code"],
        base_url=press.signer.base_url,
        language=chosen,
    )
    file = as_file(credential).decode()
    try:
        paper = await WORKERS.run(make_paper, content, file, source["issued_at"], press.fonts, seal)
    except PaperCannotBeSet:
        raise NameCannotBePrinted.of(number) from None
    async with db.transaction() as tx:
        # What a signer sealed while it was replaced is thrown away: it was shown to nobody.
        if await may_still_sign(tx, wanted.signer):
            await papers.finish(tx, wanted, paper, now=now)
            kept = await papers.kept(tx, wanted)
    if kept is None:
        return await paper_of(db, press, number, language=language, now=now)
    return kept, chosen


def _language(given: str | None) -> Language | None:
    return next((one for one in LANGUAGES if one == given), None)
