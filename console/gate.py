"""How often one address may be wrong at the door: shared by all processes where there is Redis."""

from __future__ import annotations

from ipaddress import IPv6Address, ip_address, ip_network

from limits import parse
from limits.errors import StorageError
from limits.storage import MemoryStorage, Storage
from limits.strategies import FixedWindowRateLimiter

# A whole hospital may come from one address: only what went wrong counts.
_MOST = (parse("10/minute"), parse("60/hour"))
_NAMESPACE = "desk:console:door"
_IPV6_HOME = 64


class Gate:
    """Closed to an address that was wrong too often lately."""

    def __init__(self, storage: Storage) -> None:
        """Count in `storage`, and in this process while that is away."""
        self._shared = FixedWindowRateLimiter(storage)
        self._own = FixedWindowRateLimiter(MemoryStorage())

    def is_closed(self, address: str | None) -> bool:
        """Tell whether this address has to wait."""
        key = _home(address)
        try:
            return not all(self._shared.test(most, _NAMESPACE, key) for most in _MOST)
        except StorageError:
            return not all(self._own.test(most, _NAMESPACE, key) for most in _MOST)

    def missed(self, address: str | None) -> None:
        """Count a wrong password, code or one-time code."""
        key = _home(address)
        for most in _MOST:
            try:
                self._shared.hit(most, _NAMESPACE, key)
            except StorageError:
                self._own.hit(most, _NAMESPACE, key)


def _home(address: str | None) -> str:
    """Whoever has one IPv6 address has a whole network of them."""
    try:
        known = ip_address(address or "")
    except ValueError:
        return "unknown"
    if isinstance(known, IPv6Address):
        return str(ip_network((known, _IPV6_HOME), strict=False))
    return str(known)
