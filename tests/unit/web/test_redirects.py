from urllib.parse import urlsplit

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from shared.web.sites import base_urls, origins, safe_return

LOCAL = base_urls({"KEUR_PORT_BASE": "8400"})
DOOR = base_urls({"KEUR_BASE_URL": "https://keur.example/app/"})


def test_each_service_has_its_port_its_own_address_or_the_front_door() -> None:
    mixed = base_urls({"KEUR_PORT_BASE": "9000", "KEUR_BASE_URL_OPS": "https://ops.example/"})

    assert mixed["enrollment"] == "http://127.0.0.1:9001"
    assert mixed["ops"] == "https://ops.example"
    assert set(DOOR.values()) == {"https://keur.example/app"}
    assert origins(mixed) >= {"https://ops.example", "http://127.0.0.1:9003"}


@pytest.mark.parametrize(
    ("target", "leads_to"),
    [
        ("/ops", "http://127.0.0.1:8404/ops"),
        ("/certification/register?lang=en#x", "http://127.0.0.1:8402/certification/register?lang=en"),
        ("http://127.0.0.1:8403/notifications/inbox?after=1", "http://127.0.0.1:8403/notifications/inbox?after=1"),
    ],
)
def test_a_page_of_ours_is_gone_back_to(target: str, leads_to: str) -> None:
    assert safe_return(target, LOCAL) == leads_to


@pytest.mark.parametrize(
    "target",
    [
        None, "", "https://evil.example", "//evil.example/ops", "/\\evil.example", "\\\\evil.example", "/ops\n//x",
        "javascript:alert(1)", "data:text/html,x", "http://127.0.0.1:8403@evil.example/", "http://a:b@127.0.0.1:8404/ops",
        "http://127.0.0.1:84040/ops", "http://127.0.0.1/ops", "https://127.0.0.1:8404/ops", "http://[", "ops", "/evil",
        "/ops/\u2028", " /ops", "/" + "a" * 3000, "http:/127.0.0.1:8404/ops", "http:127.0.0.1:8404",
        "http://127.0.0.1:8404.evil.example/ops",
    ],
)  # fmt: skip
def test_anything_else_is_not(target: str | None) -> None:
    assert safe_return(target, LOCAL) is None


def test_behind_a_front_door_only_what_lies_behind_it_is_ours() -> None:
    assert safe_return("https://keur.example/app/ops", DOOR) == "https://keur.example/app/ops"
    assert safe_return("https://keur.example/apple", DOOR) is None
    assert safe_return("https://keur.example/other", DOOR) is None


ODD = st.text(alphabet=st.sampled_from("/\\:@?#.%ahtpsevilopx0187-\t\n \u2028"), max_size=60)


@given(ODD)
@example("//evil.example")
@example("/ops//evil.example")
def test_no_text_leads_to_another_host(target: str) -> None:
    leads_to = safe_return(target, LOCAL)

    if leads_to is not None:
        parts = urlsplit(leads_to)
        assert f"{parts.scheme}://{parts.netloc}" in origins(LOCAL)
        assert leads_to.isprintable()
