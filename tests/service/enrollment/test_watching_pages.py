"""The pages of what is watched: the file, the signals, the heat map, ten seconds for a contact moment, a signature."""

from . import rows
from .conftest import Enrollment
from .test_watching import NORMS, week
from .test_watching import mark as mark


async def test_the_file_the_list_and_the_heat_map_say_it_in_both_languages(mark: Enrollment) -> None:
    await mark.day_comes("2025-11-03")
    school = [week(1, place="school", hours=14, mentor_minutes=0, target="T02")]
    await mark.give("logbook", *school, *(week(n, level="simple", mentor_minutes=30) for n in range(1, 9)))

    for language, words in (
        ("nl", ("gaf de begeleider 120 van de 480 minuten", "100% en toen 100%", "Eindterm T02 is in de week van")),
        ("en", ("the mentor gave 120 of the 480 minutes", "100% and then 100%", "Target T02 was taught at school")),
    ):
        page = (await mark.http.get(f"/enrollment/signals?lang={language}")).text.replace("\N{NO-BREAK SPACE}", " ")
        for one in words:
            assert one in page, one
        assert (await mark.http.get(f"/enrollment/alignment?school=S1&lang={language}")).status_code == 200
    file = (await mark.http.get("/enrollment/trainees/T1?lang=en")).text
    assert "Guidance, work and school" in file
    assert "waits too long" in file
    only = (await mark.http.get("/enrollment/signals?cause=P5&lang=en")).text
    assert ("running" in only, "of the 480 minutes" in only) == (True, False)
    none = (await mark.http.get("/enrollment/signals?cause=P4&kind=attendance&lang=en")).text
    assert "There is no signal now." in none
    heat = (await mark.http.get("/enrollment/alignment?lang=en")).text
    assert "1 of 1" in heat
    assert (await mark.http.get("/enrollment/alignment?school=S2&lang=en")).text.count("Nothing was taught yet") == 1


async def test_a_contact_moment_is_one_field_and_a_second_press_changes_nothing(mark: Enrollment) -> None:
    path = "/enrollment/trainees/T1/contact"
    assert "Contact moment" in (await mark.http.get(f"{path}?lang=en")).text
    wrong = await mark.http.post(f"{path}?lang=nl", data={"moment_id": "K1", "minutes": "veel"})
    assert (wrong.status_code, "Minuten:" in wrong.text) == (422, True)

    for _ in range(2):
        assert (await mark.http.post(path, data={"moment_id": "K1", "minutes": "15"})).status_code == 303

    assert await mark.count("contact_moment") == 1
    assert (await mark.http.get("/enrollment/trainees/T9/contact")).status_code == 404


async def test_the_office_writes_down_a_signature_on_the_file(mark: Enrollment) -> None:
    path = "/enrollment/trainees/T1/sign-offs"
    late = await mark.http.post(f"{path}?lang=nl", data={"target": "T01", "role": "mentor", "signed_on": "2025-09-02"})
    assert (late.status_code, "Afgetekend op: deze dag moet nog komen" in late.text) == (422, True)

    for role in ("mentor", "instructor"):
        given = {"target": "T01", "role": role, "signed_on": "2025-09-01"}
        assert (await mark.http.post(path, data=given)).status_code == 303

    assert len(await mark.told("target-signed-off")) == 1
    assert "both" in (await mark.http.get("/enrollment/trainees/T1?lang=en")).text


async def test_every_kind_of_signal_of_a_mentor_is_a_sentence(mark: Enrollment) -> None:
    await mark.publish(**{**NORMS, "norms": {**NORMS["norms"], "mentor_replacement_days": 14}})
    await mark.post("mentor-answers", {"mentor_id": "M1", "willing": False, "reason": "Te druk"})

    page = (await mark.http.get("/enrollment/signals?lang=en")).text

    assert "The mentor does not want to guide (any longer), since 1 September 2025." in page
    assert "The company names another by 15 September 2025." in page
    assert "Te druk" not in page
    await mark.give("mentors", rows.mentor("M2", max_trainees=0))
