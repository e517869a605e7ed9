"""The transparency log: an append-only Merkle tree (RFC 9162 style) over everything that happened to certificates.

``entries`` writes leaves in the transaction of what they tell, ``merkle`` is the arithmetic, ``tree`` keeps the nodes
and makes proofs, ``heads`` signs what the log is now. Whoever kept an earlier head can see that nothing was rewritten.
"""

from .entries import ENTERS, Kind, LogEntry, append

__all__ = ["ENTERS", "Kind", "LogEntry", "append"]
