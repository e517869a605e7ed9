"""What is told to who complained: that it is seen to, and where the answer stands. Never a word of the complaint."""

from datetime import date

from shared.events.enrollment import ActionLinkMade, ComplainantAnswered

from .conftest import EVERYBODY, Notifications, contact


async def test_who_complained_gets_the_mail_and_nobody_at_the_company_does(notifications: Notifications) -> None:
    await notifications.hear(*EVERYBODY, contact("guardian/T1"))
    answered = {"person": "guardian/T1", "complaint_id": "K1", "received_on": date(2026, 9, 14)}
    link = {"person": "guardian/T1", "about": "complaint/K1", "url": "https://keur.example/x"}

    await notifications.hear(
        ComplainantAnswered.model_validate(
            {**answered, "step": "acknowledged", "answered_on": date(2026, 9, 15), "resolve_by": date(2026, 10, 14)}
        ),
        ActionLinkMade.model_validate({**link, "purpose": "complaint-answer", "ends_on": date(2026, 10, 12)}),
        ComplainantAnswered.model_validate({**answered, "step": "appealed", "answered_on": date(2026, 9, 30)}),
        ActionLinkMade.model_validate({**link, "purpose": "complaint-appeal-answer", "ends_on": date(2026, 12, 1)}),
    )

    rows = await notifications.rows("select template, recipient, subject_ref, state from mail order by template")
    assert [row["template"] for row in rows] == [
        "complaint_acknowledged", "complaint_answer", "complaint_appeal_answer", "complaint_appealed",
    ]  # fmt: skip
    assert {(row["recipient"], row["subject_ref"], row["state"]) for row in rows} == {
        ("guardian/T1", "complaint/K1", "due")
    }


async def test_who_is_asked_to_confirm_a_review_hears_of_whom_it_is(notifications: Notifications) -> None:
    await notifications.hear(*EVERYBODY)
    await notifications.hear(
        ActionLinkMade(
            person="mentor/M1", purpose="review-confirm", about="review/R1", url="https://keur.example/x",
            ends_on=date(2026, 10, 12), trainee="trainee/T1",
        )
    )  # fmt: skip
    (row,) = await notifications.rows("select recipient, data from mail")
    assert (row["recipient"], row["data"]["trainee"]) == ("mentor/M1", "trainee/T1")
