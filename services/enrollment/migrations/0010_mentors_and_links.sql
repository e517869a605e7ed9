-- Where a mentor stands: asked, willing or not, approved, lapsed. One row for each mentor.
create table mentor_standing (
    mentor_id    text primary key references mentor,
    state        text not null check (state in ('nominated', 'accepted', 'declined', 'approved', 'lapsed')),
    by_import    boolean not null,    -- entered with history: taken as willing and approved, nobody was asked
    since        date,                -- of the state; null: by import, before anybody kept it
    nominated_on date,
    answered_on  date,
    reason       text not null default '',    -- the mentor's own words; shown to the office only
    approved_on  date,
    approved_by  text,
    lapsed_on    date,
    reminded_of  date,                -- the end of the course that the mentor was reminded of
    another_by   date                 -- the day by which the company names another mentor
);
insert into mentor_standing (mentor_id, state, by_import) select mentor_id, 'approved', true from mentor;
create index mentor_standing_not_approved on mentor_standing (state, mentor_id) where state <> 'approved';
create index mentor_course_ends on mentor (course_valid_until) where course_valid_until is not null;

-- What a trainee thinks of the guidance: a mark of 1 to 5, no words. The newest of each trainee counts.
create table mentor_feedback (
    feedback_id text primary key,
    trainee_id  text not null references trainee,
    mentor_id   text not null references mentor,
    given_on    date not null,
    mark        int not null check (mark between 1 and 5)
);
create index mentor_feedback_of on mentor_feedback (mentor_id, trainee_id, given_on desc);

-- Links in mails that let somebody without an account do one thing once. The secret is 256 random bits, kept as SHA-256.
create table action_link (
    secret_hash bytea primary key,
    purpose     text not null,
    about       text not null,
    person      text not null,
    made_by     text not null,
    made_on     date not null,
    ends_on     date not null,
    used_on     date
);
create index action_link_about on action_link (purpose, about) where used_on is null;
