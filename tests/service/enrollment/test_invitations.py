"""Somebody of the office is invited: a mail with a link that signs in once, and nothing of it anywhere else."""

import pytest

from shared.events.enrollment import ActionLinkMade, ContactPointChanged

from .conftest import Enrollment

JAN = {"subject": "office/jan", "name": "Jan Bos", "email": "jan@bureau.example", "language": "en", "scopes": ["board"]}


async def test_an_invitation_names_somebody_and_sends_the_link_by_mail_alone(office: Enrollment) -> None:
    answer = await office.post("invitations", JAN)

    assert answer.status_code == 201
    assert {name: answer.json()[name] for name in ("subject", "scopes")} == {
        "subject": "office/jan",
        "scopes": ["board"],
    }
    (named,) = [one for one in await office.told("contact-point-changed") if one.subject == "office/jan"]
    assert isinstance(named, ContactPointChanged)
    assert (named.name, named.email, named.language) == ("Jan Bos", "jan@bureau.example", "en")
    (link,) = await office.told("action-link-made")
    assert isinstance(link, ActionLinkMade)
    assert (link.person, link.purpose) == ("office/jan", "sign-in-invitation")
    secret = link.url.rpartition("/")[2]
    assert len(secret) >= 43
    assert secret not in answer.text
    async with office.db.read() as tx:
        kept = await tx.fetchrow("select subject, scopes from login_link where subject = 'office/jan'")
        assert (kept["subject"], kept["scopes"]) == ("office/jan", ["board"])
        assert secret not in str(await tx.fetch("select * from audit"))


async def test_who_is_invited_again_is_named_once_and_gets_another_link(office: Enrollment) -> None:
    for _ in range(2):
        assert (await office.post("invitations", JAN)).status_code == 201

    assert len([one for one in await office.told("contact-point-changed") if one.subject == "office/jan"]) == 1
    links = await office.told("action-link-made")
    assert len({one.url for one in links if isinstance(one, ActionLinkMade)}) == 2


@pytest.mark.parametrize(
    ("wrong", "field"),
    [
        ({"subject": "mentor/M1"}, "subject"),
        ({"email": "jan@@bureau"}, "email"), ({"scopes": ["admin"]}, "scopes"), ({"scopes": []}, "scopes"),
        ({"name": "Jan\r\nBcc: x"}, "name"), ({"more": 1}, "more"),
    ],
)  # fmt: skip
async def test_nobody_else_is_invited_and_nobody_to_more_than_a_person_may(
    office: Enrollment, wrong: dict[str, object], field: str
) -> None:
    answer = await office.post("invitations", {**JAN, **wrong})

    assert answer.status_code == 422
    assert {error["field"].partition(".")[0] for error in answer.json()["errors"]} == {field}
    assert await office.told("action-link-made") == []


@pytest.mark.parametrize(
    ("language", "words"),
    [
        ("nl", "wie de coördinator is, staat in de instellingen"),
        ("en", "who the coordinator is stands in the settings"),
    ],
)
async def test_the_coordinator_of_the_settings_is_not_renamed_by_an_invitation(
    office: Enrollment, language: str, words: str
) -> None:
    answer = await office.post("invitations", {**JAN, "subject": "office/coordinator"}, **{"Accept-Language": language})

    assert (answer.status_code, answer.json()["type"]) == (422, "urn:keur:problem:coordinator-is-a-setting")
    assert answer.json()["detail"] == words
    assert await office.told("action-link-made") == []
