"""Notifications: the telling. It tells people what happened, and knows what became of each mail.

It owns contact points and languages, the templates, the mails and their states, and the capture inbox.
It tells mail-sent, mail-bounced and mail-suppressed, with references only: no name or address leaves it by an event.
It listens to enrollment (enrolments, placements, visits; people and contact points on the private exchange) and to
certification (schemes, exam results, certificates; check codes on the private exchange).

A mail is kept as a template and ids, and becomes text when it is sent, with the names and addresses of that moment:
so erasing a person is erasing one row, and a wrong address is mended before the mail goes out.
It knows no rule of the trade, and can be rebuilt from the events without harming a trainee's file.
"""
