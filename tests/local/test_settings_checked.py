"""Wrong settings and a folder that cannot be used end `up` with one line, before anything was started."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

from deploy.local.home import CHECKOUT, Home, HomeNotUsable, WrongSetting
from deploy.local.settings_check import check_settings


@pytest.mark.parametrize(
    ("setting", "value"),
    [
        ("KEUR_ENV", "prod"), ("KEUR_MAIL_MODE", "off"), ("KEUR_CLOCK", "12"), ("KEUR_CLOCK", "file:"),
        ("KEUR_CRASH_AT", "nowhere"), ("KEUR_CRASH_AT", "relay.before-publish:x"), ("KEUR_AMQP_URL", "broker:5672"),
        ("KEUR_ENROLLMENT_AMQP_URL", "http://broker"), ("KEUR_DATABASE_URL", "mysql://db"),
        ("KEUR_OPS_DATABASE_URL", "postgresql://"), ("KEUR_SMTP_URL", "mail.example"), ("KEUR_AMQP_URL", "amqp://b:port"),
    ],
)  # fmt: skip
def test_a_wrong_setting_is_named(setting: str, value: str) -> None:
    with pytest.raises(WrongSetting, match=setting):
        check_settings({setting: value})


@pytest.mark.parametrize("setting", ["KEUR_CLOCK", "KEUR_CRASH_AT"])
def test_what_is_for_tests_is_refused_in_production(setting: str) -> None:
    value = {"KEUR_CLOCK": "file:/x", "KEUR_CRASH_AT": "relay.before-publish:2"}[setting]

    check_settings({setting: value})
    with pytest.raises(WrongSetting, match=setting):
        check_settings({setting: value, "KEUR_ENV": "production"})


def test_a_password_in_an_address_is_not_repeated() -> None:
    with pytest.raises(WrongSetting) as wrong:
        check_settings({"KEUR_DATABASE_URL": "mysql://me:geheim@db"})

    assert "geheim" not in str(wrong.value)


def test_servers_of_ones_own_are_good_settings() -> None:
    check_settings({
        "KEUR_AMQP_URL": "amqp://me:mine@a:5672/,amqps://me:mine@b:5671/", "KEUR_SMTP_URL": "smtps://mail.example",
        "KEUR_DATABASE_URL": "postgresql://me@db:5432", "KEUR_MAIL_MODE": "live", "KEUR_ENV": "production",
    })  # fmt: skip


def test_a_home_that_is_a_file_is_named_with_the_reason(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")

    with pytest.raises(HomeNotUsable, match="KEUR_HOME"):
        Home.from_env({"KEUR_HOME": str(tmp_path / "file" / "below")}).make()


@pytest.mark.parametrize("verb", [["up", "--detach"], ["down"], ["status"], ["logs"], ["doctor"]])
def test_no_verb_shows_a_traceback_for_a_home_that_is_a_file(tmp_path: Path, verb: list[str]) -> None:
    (tmp_path / "file").write_text("")
    environ = {"PATH": os.environ["PATH"], "KEUR_HOME": str(tmp_path / "file"), "KEUR_PORT_BASE": "64000", "LANG": "en"}

    answer = subprocess.run(
        [sys.executable, "-m", "deploy.cli", *verb], cwd=CHECKOUT, env=environ, capture_output=True, text=True
    )

    assert answer.returncode in (0, 1, 2, 3)
    assert "Traceback" not in answer.stderr
    if verb[0] == "up":
        assert answer.returncode == 1
        assert f"KEUR_HOME={tmp_path / 'file'} cannot be used" in answer.stderr
