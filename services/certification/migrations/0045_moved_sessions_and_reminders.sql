-- Why and by whom an exam session was moved, and from when to when: it stays.
create table exam_session_move (
    session_id   text not null references exam_session,
    position     int not null,
    starts_from  timestamptz not null,
    starts_at    timestamptz not null,
    place_from   text not null,
    place        text not null,
    reason       text not null,
    moved_at     timestamptz not null,
    moved_by     text not null,
    primary key (session_id, position)
);
create trigger moved_for_good before update or delete on exam_session_move
    for each row execute function refuse_change();

-- Licences of which it was told that they end soon: each once.
create table mark_licence_reminder (
    licence_id text primary key references mark_licence,
    told_at    timestamptz not null
);
