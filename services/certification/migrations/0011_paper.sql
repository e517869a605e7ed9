-- Certificates on paper: recorded before they are signed (invariant I8), kept so that who asks again gets the same.

-- In which language a holder is told things; the only part of a contact point that is kept here.
create table holder_language (
    trainee_id text primary key,
    language   text not null check (language in ('nl', 'en')),
    sequence   bigint not null
);

create table paper (
    paper_id        bigint generated always as identity primary key,
    number          text not null references certificate,
    signing_id      bigint not null references signing,     -- the credential inside
    layout          text not null,                          -- of template, words and typesetter
    language        text not null check (language in ('nl', 'en')),
    signer          text not null,                          -- SHA-256 of the signer's certificate
    state           text not null default 'begun' check (state in ('begun', 'signed')),
    begun_at        timestamptz not null,
    finished_at     timestamptz,
    unsigned_sha256 text,                                   -- of the bytes before the signature
    unsigned_size   int,
    sha256          text,                                   -- of the whole
    pdf             bytea,
    check ((state = 'signed') = (pdf is not null and sha256 is not null and finished_at is not null
                                 and unsigned_sha256 is not null and unsigned_size is not null)),
    unique (number, signing_id, layout, language, signer)
);
create trigger signed_for_good before update or delete on paper
    for each row when (old.state = 'signed') execute function refuse_change();
