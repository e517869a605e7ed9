"""The verbs of ``keur``: `verbs` lists them all, each names the function that runs it; nothing is imported before that.

`words` speaks Dutch or English, `client` asks the services, `show` prints, `errors` are the statuses. The functions:
`system` (up, down, status, …), `files` (import, export), `desk` (queues, dead, events), `mark` (scheme, certificate,
verify), `report`, `user`.
"""
