"""The bus: how a fact gets from the transaction that made it true to everybody who must know, once.

Read in this order: outbox (told with the change) → relay (published, confirmed, marked) → topology (where it goes)
→ consumer (what arrived, as one batch) → dispatch (inbox, handlers, commit) → retry (later, or parked with its reason).
"""
