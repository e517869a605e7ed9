"""A scheme is published by its YAML: once and for good, with all faults named when it is none."""

from services.certification.commands.schemes import tell_again
from tests.unit.certification.builders import SCHEME, scheme_text

from .conftest import Certification, Web

URL = "/certification/api/schemes"
NEXT = scheme_text(version='version: "2026.2"')
OTHER = {"scheme": "scheme: cooper", "smith-2": "  cooper-2: {level: 2, eqf: 2, months: 24, targets: [T1]}"}


async def test_a_new_version_is_published_and_told_with_its_whole_content(
    certification: Certification, web: Web
) -> None:
    answer = await web.office.post(URL, content=NEXT, headers={"content-type": "application/yaml"})

    assert answer.status_code == 201
    assert answer.json()["version"] == "2026.2"
    told = await certification.told("scheme-version-published")
    assert told[-1].content["exams"]["theory"]["pass_mark"] == 5.5  # type: ignore[attr-defined]
    assert list(told[-1].content["exams"]) == ["theory", "forging"]  # type: ignore[attr-defined]


async def test_a_scheme_may_be_sent_as_a_file(web: Web) -> None:
    answer = await web.office.post(URL, files={"file": ("scheme.yaml", NEXT.encode())})

    assert answer.status_code == 201


async def test_the_same_version_with_the_same_content_changes_nothing(certification: Certification, web: Web) -> None:
    answer = await web.office.post(URL, content=f"# with another comment\n{SCHEME}")

    assert answer.status_code == 200
    assert len(await certification.told("scheme-version-published")) == 1


async def test_versions_of_before_are_told_once_more_and_only_once(certification: Certification, web: Web) -> None:
    async with certification.db.transaction() as tx:
        assert await tell_again(tx) == 0, "told when it was published"
        await tx.execute("delete from scheme_told")  # as it was before listeners kept all of what they are told
    for expected in (1, 0):
        async with certification.db.transaction() as tx:
            assert await tell_again(tx) == expected

    first, again = await certification.told("scheme-version-published")
    assert first == again


async def test_a_published_version_never_changes(certification: Certification, web: Web) -> None:
    answer = await web.office.post(URL, content=SCHEME.replace("pass_mark: 5.5", "pass_mark: 5.0"))

    assert answer.status_code == 409
    assert answer.json()["type"] == "urn:keur:problem:published-version-never-changes"
    assert len(await certification.told("scheme-version-published")) == 1


async def test_a_check_says_what_is_wrong_and_publishes_nothing(certification: Certification, web: Web) -> None:
    good = await web.office.post(URL, content=NEXT, params={"check": "true"})
    changed = await web.office.post(URL, content=SCHEME.replace("5.5", "5.0"), params={"check": "true"})

    assert (good.status_code, good.json()["published"]) == (200, False)
    assert changed.status_code == 409
    assert len(await certification.told("scheme-version-published")) == 1


async def test_every_fault_is_answered_with_its_line_in_the_language_asked_for(web: Web) -> None:
    wrong = scheme_text(decision_mode="decision_mode: by lot", T1="  T1: {title: {nl: S}, equipment: [lathe]}")

    answer = await web.office.post(URL, content=wrong, headers={"accept-language": "nl"})

    assert answer.status_code == 422
    assert [(e["line"], e["path"], e["message"], e["allowed"]) for e in answer.json()["errors"]] == [
        (7, "decision_mode", "is geen van de toegestane waarden", "automatic, reviewed"),
        (17, "targets.T1.equipment.0", "wordt hier genoemd maar staat nergens", "anvil"),
    ]


async def test_what_is_no_text_is_refused_with_its_line(web: Web) -> None:
    answer = await web.office.post(URL, content=SCHEME.encode() + b"\n# caf\xe9\n")

    assert answer.status_code == 422
    assert answer.json()["errors"][0]["line"] == len(SCHEME.splitlines()) + 2


async def test_a_programme_belongs_to_one_scheme(web: Web) -> None:
    answer = await web.office.post(URL, content=scheme_text(scheme=OTHER["scheme"]))

    assert answer.status_code == 409
    assert answer.json()["type"] == "urn:keur:problem:programme-of-another-scheme"


async def test_two_schemes_do_not_number_alike(web: Web) -> None:
    answer = await web.office.post(URL, content=scheme_text(**OTHER))

    assert answer.status_code == 409
    assert answer.json()["type"] == "urn:keur:problem:numbers-of-another-scheme"


async def test_a_second_quite_different_mark_stands_beside_the_first(web: Web) -> None:
    cooper = scheme_text(**OTHER, number_format='number_format: "CP{year}{serial:04d}"')

    assert (await web.office.post(URL, content=cooper)).status_code == 201
    listed = (await web.office.get(URL)).json()["items"]
    assert [(row["scheme"], row["version"]) for row in listed] == [("cooper", "2026.1"), ("smith", "2026.1")]
    one = (await web.office.get(f"{URL}/cooper/2026.1")).json()
    assert one["content"]["number_format"] == "CP{year}{serial:04d}"


async def test_an_unknown_version_is_not_found(web: Web) -> None:
    assert (await web.office.get(f"{URL}/smith/1.0")).status_code == 404


async def test_a_stranger_publishes_nothing(web: Web) -> None:
    assert (await web.stranger.post(URL, content=NEXT)).status_code == 401
