"""Who asks when a front door (proxy) stands before a service: believed only of front doors that are named."""

from ipaddress import IPv4Network, IPv6Network, ip_address, ip_network

from fastapi import Request

Networks = tuple[IPv4Network | IPv6Network, ...]


def networks(given: str) -> Networks:
    """From ``172.16.0.0/12,10.0.0.1``; raises ``ValueError`` for what is no network."""
    return tuple(ip_network(one.strip()) for one in given.split(",") if one.strip())


def address_of(request: Request, doors: Networks) -> str:
    """The peer, or whom a trusted front door says it asks for (the last one that is no front door)."""
    peer = request.client.host if request.client else "-"
    hops = [*(one.strip() for one in request.headers.get("x-forwarded-for", "").split(",") if one.strip()), peer]
    while len(hops) > 1 and _is_door(hops[-1], doors):
        hops.pop()
    return hops[-1]


def connection_of(address: str) -> str:
    """What one household or office has: the address, of IPv6 its network of 64 bits."""
    try:
        parsed = ip_address(address)
    except ValueError:
        return address
    return str(ip_network(f"{parsed}/64", strict=False)) if parsed.version == 6 else str(parsed)


def _is_door(address: str, doors: Networks) -> bool:
    try:
        parsed = ip_address(address)
    except ValueError:
        return False
    return any(parsed in network for network in doors)
