"""How far apart two towns are: centres of the towns of the region and its neighbours, to about a kilometre.

Postal codes would not do: a four-digit number near another one need not lie near it, and schools have no code in the
files at all. A town that is not here has no known distance.
"""

from math import asin, cos, radians, sin, sqrt

TOWNS: dict[str, tuple[float, float]] = {
    "berghem": (51.770, 5.575),
    "boekel": (51.602, 5.674),
    "boxtel": (51.591, 5.329),
    "cuijk": (51.727, 5.879),
    "eindhoven": (51.441, 5.478),
    "erp": (51.599, 5.605),
    "geffen": (51.739, 5.465),
    "gemert": (51.556, 5.690),
    "grave": (51.759, 5.738),
    "heesch": (51.733, 5.530),
    "helmond": (51.479, 5.657),
    "mill": (51.687, 5.779),
    "nijmegen": (51.842, 5.853),
    "nistelrode": (51.705, 5.561),
    "oss": (51.765, 5.518),
    "ravenstein": (51.796, 5.650),
    "'s-hertogenbosch": (51.690, 5.304),
    "schijndel": (51.622, 5.435),
    "sint-oedenrode": (51.567, 5.460),
    "uden": (51.661, 5.619),
    "veghel": (51.616, 5.548),
    "volkel": (51.643, 5.655),
    "zeeland": (51.697, 5.674),
}
"""Degrees north and east, by the name in small letters."""

EARTH_KM = 6371.0


def distance(one: str, other: str) -> float | None:
    """Kilometres as the crow flies between two town centres; None when a town is not known."""
    here, there = TOWNS.get(one.strip().lower()), TOWNS.get(other.strip().lower())
    if here is None or there is None:
        return None
    north, east, north2, east2 = (radians(value) for value in (*here, *there))
    half = sin((north2 - north) / 2) ** 2 + cos(north) * cos(north2) * sin((east2 - east) / 2) ** 2
    return round(2 * EARTH_KM * asin(sqrt(half)), 1)
