"""Everything issued is checked again, by the clock once a day; how it ended is kept and told, in counts only."""

from datetime import date, datetime
from typing import Any

import structlog
from prometheus_client import Gauge

from shared import clock
from shared.bus import outbox
from shared.db import Database
from shared.events.certification import RegisterVerificationFailed, RegisterVerified
from shared.ids import new_id

from ..credential.proof import PublicKey
from ..queries import verification

log = structlog.get_logger(__name__)

VIOLATIONS = Gauge("keur_register_violations", "What did not hold when everything issued was last checked.")


async def verified_on(db: Database, day: date) -> bool:
    """Whether the check of this day was made."""
    async with db.read() as tx:
        found: bool = await tx.fetchval("select exists (select from register_verification where day = $1)", day)
    return found


async def verify_for_the_day(db: Database, public_key: PublicKey, *, day: date, now: datetime) -> dict[str, Any]:
    """Checks, keeps the outcome, tells it. Of two that do it at once one keeps it. Gives the report."""
    async with db.read() as tx:
        report = await verification.verify(tx, public_key)
    found, counts = report["violations_found"], report["checked"]
    told = {
        "verification_id": new_id(),
        "day": day,
        "certificates": counts["certificates"],
        "log_entries": counts["leaves"],
        "register_sha256": report["register"]["sha256"],
    }
    async with db.transaction() as tx:
        kept = await tx.fetchval(
            """
            insert into register_verification (verification_id, day, began_at, ended_at, certificates, leaves,
                                               violations, register_sha256)
            values ($1, $2, $3, $4, $5, $6, $7, $8) on conflict (day) do nothing returning verification_id
            """,
            told["verification_id"],
            day,
            now,
            clock.now(),
            counts["certificates"],
            counts["leaves"],
            found,
            told["register_sha256"],
        )
        if kept is not None:
            checks = tuple(sorted({one["check"] for one in report["violations"]}))
            event = RegisterVerificationFailed(**told, violations=found, checks=checks) if found else None
            await outbox.put(tx, event or RegisterVerified(**told))
    VIOLATIONS.set(found)
    for one in report["violations"][:20]:
        log.error("the register does not stand up to the check", check=one["check"], about=one["about"])
    return report
