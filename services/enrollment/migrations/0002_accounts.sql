-- Who may come in. Secrets are kept as SHA-256 only; they are 256 random bits, so no slow hash is needed.

-- A link that signs somebody in once.
create table login_link (
    secret_hash bytea primary key,
    subject     text not null,
    scopes      text[] not null,
    lands_on    text,
    made_by     text not null,
    made_at     timestamptz not null default now(),
    ends_at     timestamptz not null,
    used_at     timestamptz
);

-- What renews the short session tokens, until it ends by itself or by a sign-out.
create table session (
    secret_hash bytea primary key,
    session_id  text not null unique,
    subject     text not null,
    scopes      text[] not null,
    began_at    timestamptz not null default now(),
    ends_at     timestamptz not null,
    ended_at    timestamptz
);

-- Bearer tokens that were made: the token itself is not kept, only that it exists.
create table api_token (
    token_id text primary key,
    name     text not null,
    scopes   text[] not null,
    made_by  text not null,
    made_at  timestamptz not null default now(),
    ends_at  timestamptz not null
);
