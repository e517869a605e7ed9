"""Several mails for one reader, taken together: one digest goes out, and each keeps its row and its cause."""

from shared.db import Tx

TEMPLATES = {"visits": "visits_digest"}
"""By bundle: the template of its digest."""


async def bundle(tx: Tx) -> int:
    """Makes a digest where two or more mails of one bundle are due for one reader; how many digests.

    A bundled mail becomes due some seconds after it was made, so that those made together are there together. Whoever
    comes second waits on the rows and finds them bundled.
    """
    made: int = await tx.fetchval(
        """
        with ready as (
            select distinct recipient, bundle from mail
            where state = 'due' and bundle is not null and due_at <= now()
        ), loose as (
            select m.* from mail m join ready r using (recipient, bundle)
            where m.state = 'due' order by m.number for update of m
        ), several as (
            select recipient, bundle, (array_agg(cause order by number))[1] as cause,
                   (array_agg(scheme order by number))[1] as scheme,
                   (array_agg(correlation order by number))[1] as correlation,
                   (array_agg(trace order by number))[1] as trace,
                   array_agg(id order by number) as ids,
                   jsonb_agg(data || jsonb_build_object('template', template)
                             order by data ->> 'due_on', number) as items
            from loose group by recipient, bundle having count(*) > 1
        ), digest as (
            insert into mail (id, template, recipient, cause, subject_ref, scheme, correlation, trace, data, state)
            select ids[1] || '-digest', $1::jsonb ->> bundle, recipient, cause, recipient, scheme, correlation, trace,
                   jsonb_build_object('items', items), 'due'
            from several
            returning id, recipient
        ), taken as (
            update mail m set state = 'bundled', bundled_in = s.ids[1] || '-digest'
            from several s where m.id = any(s.ids) returning m.id
        ), written as (
            insert into mail_history (mail_id, state, attempt, reason, actor)
            select id, 'bundled', 0, 'goes with others in one mail', 'postman' from taken
        )
        select count(*) from digest
        """,
        TEMPLATES,
    )
    return made
