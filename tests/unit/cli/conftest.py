from collections.abc import Iterator
from pathlib import Path

import pytest

from .answers import Services, serving


@pytest.fixture
def services(tmp_path: Path) -> Iterator[Services]:
    with serving(tmp_path / "home") as made:
        yield made
