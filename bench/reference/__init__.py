"""The reference job, what a bus has to do for every event, done by several workers in turn.

Consume one event from a quorum queue → in one transaction an inbox row, a business row and an outbox row → publish
what the outbox holds, with confirms. A worker that loses, doubles or skips one of these has not done the job: the rows
and the messages are counted after each round.
"""
