from collections.abc import AsyncIterator
from pathlib import Path

import httpx
import pytest
from fastapi import FastAPI

from tests.unit.web.sample import asking, sample


@pytest.fixture
def app(tmp_path: Path) -> FastAPI:
    return sample(tmp_path)


@pytest.fixture
async def asked(app: FastAPI) -> AsyncIterator[httpx.AsyncClient]:
    async with asking(app) as client:
        yield client
