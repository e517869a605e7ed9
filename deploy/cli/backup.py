"""`keur backup` and `keur restore`: everything that is kept, in one file, and back."""

from __future__ import annotations

import asyncio
import time
from argparse import Namespace
from dataclasses import asdict
from pathlib import Path

from deploy.cli import show
from deploy.cli.errors import GOOD, CommandFailed, NotReachable, WrongUse
from deploy.cli.words import _

ACTOR = "office/admin"
"""Who the command line is: the holder of KEUR_HOME, as its token says too."""


def backup(given: Namespace) -> int:
    """Works under load; says where the file is and how large."""
    from deploy.local import backup as work
    from deploy.local.home import Home

    home = Home.from_env()
    file = Path(given.file or home.path / "backups" / f"keur-{time.strftime('%Y%m%d-%H%M%S')}.tar").absolute()
    if file.exists():
        raise WrongUse(_("{file} bestaat al; geef een andere naam.").format(file=file))
    try:
        with show.working(_("De back-up wordt gemaakt …")):
            manifest = asyncio.run(work.make(home, file, lambda line: None if given.json else show.note(line)))
    except work.BackupFailed as failure:
        _if_away(failure)
        raise CommandFailed(_("Geen back-up gemaakt: {why}").format(why=failure)) from failure
    size = file.stat().st_size
    if given.json:
        show.as_json({"file": str(file), "size": size, **asdict(manifest)})
    else:
        show.line(
            _("{file}: {size} kB, van {moment}").format(file=file, size=size // 1000, moment=manifest.made_at[:19])
        )
        show.note(_("Er staan sleutels en persoonsgegevens in: bewaar hem waar alleen u bij kunt."))
    return GOOD


def restore(given: Namespace) -> int:
    """Replaces what is there; asks, unless `--yes`. Needs a reason."""
    from deploy.local import archive
    from deploy.local import restore as work
    from deploy.local.home import Home

    if len(given.reason.strip()) < 3:
        raise WrongUse(_("Terugzetten heeft een reden nodig: --reason '…'"))
    file = Path(given.file).absolute()
    if not file.is_file():
        raise WrongUse(_("{file} is niet te lezen: {why}").format(file=file, why=_("bestaat niet")))
    home = Home.from_env()
    question = _("Alles in {home} vervangen door {file}? Wat later gebeurde, gaat weg.")
    if not given.yes and not show.confirmed(question.format(home=home.path, file=file.name)):
        raise WrongUse(_("Niet gedaan."), _("Zonder vraag: --yes"))
    say = (lambda _line: None) if given.json else show.note
    try:
        with show.working(_("De back-up wordt teruggezet …")):
            told = asyncio.run(work.restore(home, file, actor=ACTOR, reason=given.reason.strip(), say=say))
    except archive.NotABackup as wrong:
        raise WrongUse(str(wrong)) from wrong
    except work.RestoreFailed as failure:
        _if_away(failure)
        raise CommandFailed(str(failure)) from failure
    if given.json:
        show.as_json(told)
    else:
        show.line(_("Teruggezet: de stand van {moment}.").format(moment=told["made_at"][:19]))
        show.note(_("Kijk alles na: keur verify; wat er nog loopt: keur status"))
    return GOOD


def _if_away(failure: Exception) -> None:
    if isinstance(failure.__cause__, ConnectionError):
        remedy = _("Start het systeem: keur up --detach")
        raise NotReachable(_("De database of de berichtenmakelaar antwoordt niet."), remedy) from failure
