"""Ops: the desk for operators. It sees that messages flow, and holds those that do not until somebody decides.

It owns the journal of events (envelope and facts: ids only), the failed messages with their reasons, and a record of
what operators did. It tells message-parked, message-redriven and message-discarded. It listens to every event of
`keur.events` and consumes `keur.ops.failed`, where each service parks what it gave up on and the broker leaves what
killed its consumer too often.

It knows no rule of the trade and no personal data: a private message that failed lies here sealed, as it came.
"""
