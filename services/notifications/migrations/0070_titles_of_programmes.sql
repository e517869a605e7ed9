-- A mail calls a programme by the scheme's own name in the reader's language, not by its code.
alter table scheme_words add column programmes jsonb not null default '{}';
