-- How far the tree is worked out stands apart from the counter, so that working it out never holds up who appends.
-- A head is signed every hour also when nothing was added, so the same size may be signed more than once.

alter table log_counter drop column tree;
create table log_tree (
    one  bool primary key default true check (one),
    size bigint not null check (size >= 0)
);
insert into log_tree (size) values (0);

alter table log_head drop constraint log_head_pkey;
alter table log_head add column head_id bigint generated always as identity primary key;
create index log_head_by_size on log_head (size, made_at);
