-- The transparency log: one leaf for each issue and each change of status, in the order of commit and never changed.
-- Leaves are hashed as RFC 9162 (2.1.1) says; what stands above them is worked out when a head is signed.

create table log_counter (
    one  bool primary key default true check (one),
    size bigint not null check (size >= 0),     -- leaves given out; locked until commit, so positions have no gaps
    tree bigint not null default 0 check (tree between 0 and size)   -- leaves that log_node holds the nodes of
);
insert into log_counter (size) values (0);

create table log_entry (
    position        bigint primary key check (position >= 0),
    kind            text not null,
    number          text not null,
    at              timestamptz not null,
    document_sha256 text not null,
    leaf_sha256     bytea not null check (length(leaf_sha256) = 32)
);
create index log_entry_of_number on log_entry (number, position);
create trigger logged_for_good before update or delete on log_entry for each row execute function refuse_change();

-- Hashes of the whole subtrees of 2^level leaves; level 0 are the leaves.
create table log_node (
    level  int not null check (level > 0),
    place  bigint not null check (place >= 0),
    sha256 bytea not null check (length(sha256) = 32),
    primary key (level, place)
);
create trigger worked_out_for_good before update or delete on log_node for each row execute function refuse_change();

create table log_head (
    size      bigint primary key check (size >= 0),
    root      bytea not null check (length(root) = 32),
    made_at   timestamptz not null,
    method    text not null,                    -- URL of the key
    signed    text not null,                    -- the text that the signature is over
    signature bytea not null
);
create trigger published_for_good before update or delete on log_head for each row execute function refuse_change();

-- What was issued before there was a log, in the order of issue.
insert into log_entry (position, kind, number, at, document_sha256, leaf_sha256)
select row_number() over (order by issued_at, scheme, year, serial) - 1, 'issued', number, issued_at, document_sha256,
       sha256('\x00' || convert_to(
           '{"at":"' || to_char(issued_at at time zone 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.US"Z"')
           || '","document_sha256":"' || document_sha256 || '","form":"keur-log/1","kind":"issued","number":'
           || to_json(number)::text || '}', 'UTF8'))
from certificate;
update log_counter set size = (select count(*) from log_entry);
