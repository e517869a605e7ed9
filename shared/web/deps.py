"""What route functions ask for: the service's context, a page of a list, and strict request bodies."""

from typing import Annotated, Generic, TypeVar

from fastapi import Depends, Query, Request
from pydantic import BaseModel

from shared.service import Context
from shared.web.session import Principal, require, signed_in
from shared.web.validation import StrictModel, Text, clean_text

__all__ = [
    "Ctx",
    "Listing",
    "Page",
    "Paging",
    "Principal",
    "StrictModel",
    "Text",
    "Who",
    "clean_text",
    "context",
    "require",
]

T = TypeVar("T")


async def context(request: Request) -> Context:  # a plain function would be run in a thread, for each request
    """The service's database, clock and settings."""
    found: Context = request.app.state.ctx
    return found


async def who_asks(request: Request) -> Principal:
    """Raises NotSignedIn (401) for nobody."""
    return signed_in(request)


Ctx = Annotated[Context, Depends(context)]
Who = Annotated[Principal, Depends(who_asks)]


class Page(BaseModel):
    """Which part of a list: at most ``limit`` items whose id comes after ``after``."""

    after: str = ""
    limit: int = 100


async def paging(
    after: Annotated[str, Query(max_length=200, description="id of the last item seen")] = "",
    limit: Annotated[int, Query(ge=1, le=1000, description="how many items")] = 100,
) -> Page:
    return Page(after=after, limit=limit)


Paging = Annotated[Page, Depends(paging)]


class Listing(BaseModel, Generic[T]):
    """A page of a list; ``next`` is the ``after`` of the following page, or null at the end."""

    items: list[T]
    next: str | None = None

    @classmethod
    def of(cls, items: list[T], page: Page, key: str = "id") -> "Listing[T]":
        """From what a query with ``LIMIT page.limit`` gave; a full page has a next one."""
        last = items[-1] if len(items) == page.limit else None
        found = last.get(key) if isinstance(last, dict) else getattr(last, key, None)
        return cls(items=items, next=None if last is None else str(found))
