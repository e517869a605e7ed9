-- Runs once in a database that comes from a backup. What was still to be sent then may have gone out since, and nobody
-- knows: each such mail is in doubt, and goes again under the same Message-ID.
with doubtful as (
    update mail set state = 'in_doubt', doubts = doubts + 1, lease_until = null, reason = 'restored from a backup'
    where state in ('due', 'sending')
    returning id, attempts
)
insert into mail_history (mail_id, state, attempt, reason, actor)
select id, 'in_doubt', attempts, 'restored from a backup', 'restore' from doubtful;
