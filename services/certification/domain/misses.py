"""How often an address may miss before it must wait: a check code cannot be guessed by trying."""

from collections import OrderedDict, deque
from dataclasses import dataclass, field
from datetime import datetime
from ipaddress import IPv6Address, ip_address

MOST_ADDRESSES = 10_000


@dataclass(slots=True)
class Misses:
    """At most ``most`` misses per address in ``window`` seconds. Who is right is never counted.

    It lives in one process: two processes allow twice as much, which changes nothing about guessing 49 bits.
    """

    most: int
    window: float
    _seen: OrderedDict[str, deque[float]] = field(default_factory=OrderedDict)

    def wait(self, address: str, now: datetime) -> int:
        """Seconds until the address may try again; 0 when it may now."""
        seen = self._recent(_whose(address), now.timestamp())
        return 0 if len(seen) < self.most else max(1, round(seen[0] + self.window - now.timestamp()))

    def note(self, address: str, now: datetime) -> None:
        """The address asked for what is not there."""
        whose = _whose(address)
        seen = self._recent(whose, now.timestamp())
        seen.append(now.timestamp())
        self._seen[whose] = seen
        self._seen.move_to_end(whose)
        while len(self._seen) > MOST_ADDRESSES:
            self._seen.popitem(last=False)

    def _recent(self, whose: str, now: float) -> deque[float]:
        seen = self._seen.get(whose, deque())
        while seen and (seen[0] <= now - self.window or seen[0] > now):
            seen.popleft()
        return seen


def _whose(address: str) -> str:
    """One household has a whole IPv6 network of 64 bits, so that counts as one."""
    try:
        parsed = ip_address(address)
    except ValueError:
        return address
    if isinstance(parsed, IPv6Address) and parsed.ipv4_mapped is None:
        return str(int(parsed) >> 64)
    return str(parsed)
