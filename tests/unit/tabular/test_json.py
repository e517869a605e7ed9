import pytest
from pydantic import ValidationError

from shared.web.i18n import speaking
from shared.web.validation import described

from .rows import Entry

BODY = {"entry_id": "E1", "name": "a\x07", "taken_on": "2026-02-30", "score": 8.3, "attempt": 1, "confirmed": True}


@pytest.mark.parametrize(
    ("language", "name", "day"),
    [
        ("nl", "bevat een stuurteken", "is geen bestaande datum"),
        ("en", "holds a control character", "is not an existing date"),
    ],
)
def test_a_refused_json_body_is_told_in_the_language_of_the_reader(language: str, name: str, day: str) -> None:
    with pytest.raises(ValidationError) as refused:
        Entry.model_validate(BODY)

    with speaking(language):
        told = {error["field"]: error for error in map(described, refused.value.errors())}

    assert told["name"] == {"field": "name", "message": name}
    assert told["taken_on"]["message"] == day
    assert "2026-09-01" in told["taken_on"]["allowed"]
