"""What the pages of one company begin with."""

from typing import Any

from shared.db import Tx
from shared.web.i18n import translate as _

from ..api.entries import NothingUnderThisKey
from ..queries import places


async def company_of(tx: Tx, company_id: str) -> dict[str, Any]:
    """The company under this key. Raises NothingUnderThisKey."""
    company = await places.company(tx, company_id)
    if company is None:
        raise NothingUnderThisKey(_("Dit leerbedrijf is hier niet bekend."))
    return company
