-- A message that an operator changed before it was sent back: the old one is 'edited', the new one knows where it came from.
alter table failed drop constraint failed_state_check;
alter table failed add constraint failed_state_check
    check (state in ('parked', 'redriving', 'redriven', 'discarded', 'edited'));
alter table failed add column edited_from uuid references failed (id);
alter table operator_action drop constraint operator_action_action_check;
alter table operator_action add constraint operator_action_action_check
    check (action in ('retry', 'discard', 'restore', 'edit'));

-- Events of the journal on their way to one service's inbox queue. The row is the progress and the audit.
create table replay (
    id         uuid primary key,
    service    text not null,
    types      text[] not null,          -- what the service listens to; '#' is everything
    position   bigint not null,          -- the journal row sent last
    until      bigint not null,          -- the last one to send
    again      boolean not null,         -- handled also where the inbox knows it
    total      bigint not null,
    sent       bigint not null default 0,
    state      text not null default 'running' check (state in ('running', 'done', 'stopped')),
    actor      text not null,
    reason     text not null,
    started_at timestamptz not null default now(),
    ended_at   timestamptz
);
create index replay_running on replay (started_at) where state = 'running';
