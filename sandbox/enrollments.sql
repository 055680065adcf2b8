-- The proof of identity. Nothing that a person types, says or is told stands here: no name, number,
-- answer or code, nor a digest of one. What must be known of them for a while is kept in memory.

-- A lock-out belongs to the practice, and attempts are counted from when it was last locked or verified.
ALTER TABLE practice ADD COLUMN locked_at INTEGER;
ALTER TABLE practice ADD COLUMN counted_from INTEGER NOT NULL DEFAULT 0;

-- state: open, review, verified or superseded; an open one of a practice that is locked is locked.
CREATE TABLE enrollment (
    number        INTEGER PRIMARY KEY AUTOINCREMENT,
    id            TEXT NOT NULL UNIQUE,
    domain        TEXT NOT NULL REFERENCES practice,
    reference     TEXT NOT NULL,
    state         TEXT NOT NULL,
    opened_at     INTEGER NOT NULL,
    review_at     INTEGER,
    call_id       TEXT,
    call_state    TEXT NOT NULL DEFAULT 'none',
    call_at       INTEGER,
    code_ended_at INTEGER,
    is_recorded   INTEGER NOT NULL DEFAULT 0
);
CREATE INDEX enrollment_domain ON enrollment (domain);
CREATE INDEX enrollment_call ON enrollment (call_state, call_at)
    WHERE call_state IN ('calling', 'answered', 'recorded');
CREATE INDEX enrollment_review ON enrollment (review_at) WHERE state = 'review';

-- One attempt, and what a repetition under the same key is answered.
CREATE TABLE attempt (
    enrollment_id TEXT NOT NULL REFERENCES enrollment (id),
    key_digest    TEXT NOT NULL,
    domain        TEXT NOT NULL REFERENCES practice,
    at            INTEGER NOT NULL,
    state         TEXT NOT NULL,
    attempts_left INTEGER NOT NULL,
    locked_until  INTEGER,
    PRIMARY KEY (enrollment_id, key_digest)
) WITHOUT ROWID;
CREATE INDEX attempt_domain ON attempt (domain, at);

CREATE TABLE question_try (
    domain TEXT NOT NULL REFERENCES practice,
    at     INTEGER NOT NULL
);
CREATE INDEX question_try_domain ON question_try (domain, at);

ALTER TABLE event ADD COLUMN enrollment_id TEXT;
ALTER TABLE event ADD COLUMN call_state TEXT;
