-- Mails of which several for one reader can go as one: the digest. Each keeps its own row with its own cause; the row of
-- the digest is what is sent, and what becomes of it holds for all that it brings together.
alter table mail add column bundle text;                              -- what it can be taken together with
alter table mail add column bundled_in text references mail;
alter table mail drop constraint mail_state_check;
alter table mail add constraint mail_state_check check (state in ('held', 'due', 'sending', 'sent', 'delivered',
    'bounced', 'suppressed', 'in_doubt', 'failed', 'bundled'));
alter table mail add constraint mail_bundled check ((state = 'bundled') = (bundled_in is not null));
create index mail_to_bundle on mail (recipient, bundle) where state = 'due' and bundle is not null;
create index mail_of_bundle on mail (bundled_in) where bundled_in is not null;
drop index mail_not_well;
create index mail_not_well on mail (state, number) where state not in ('sent', 'delivered', 'bundled');

create or replace view v_mail as
    select m.number, m.id, coalesce(d.message_id, m.message_id) as message_id, m.template,
           coalesce(d.language, m.language) as language, m.recipient, m.subject_ref, m.scheme, m.cause,
           coalesce(d.state, m.state) as state, coalesce(d.reason, m.reason) as reason,
           coalesce(d.attempts, m.attempts) as attempts, coalesce(d.doubts, m.doubts) as doubts, m.created_at,
           coalesce(d.sent_at, m.sent_at) as sent_at, m.bundled_in
    from mail m left join mail d on d.id = m.bundled_in;
