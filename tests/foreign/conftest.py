"""Software of others looks at what certification makes; the service is that of its own tests."""

from tests.service.certification.conftest import certification, db, summer, web

__all__ = ["certification", "db", "summer", "web"]
