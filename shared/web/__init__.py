"""What every service's pages and API have in common.

``app`` puts a service's routes behind the same walls (session check, CSRF, body limit, headers); ``session`` says who
asks; ``problems`` says what went wrong (RFC 9457, or a page); ``idempotency`` makes a repeated POST harmless; ``pages``
draws HTML in Dutch and English with one layout; ``deps`` holds what route functions ask for.
"""
