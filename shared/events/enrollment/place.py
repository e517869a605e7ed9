"""Kinds of places where a trainee learns."""

from typing import Literal

PlaceKind = Literal["company", "school"]
