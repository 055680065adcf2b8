-- Times are milliseconds since the epoch. A practice without a customer belongs to the directory.

CREATE TABLE setting (
    name  TEXT PRIMARY KEY,
    value TEXT NOT NULL
) WITHOUT ROWID;

CREATE TABLE customer (
    id              INTEGER PRIMARY KEY,
    name            TEXT NOT NULL UNIQUE,
    key_digest      TEXT NOT NULL UNIQUE,
    callback_url    TEXT,
    callback_secret TEXT
);

CREATE TABLE practice (
    domain           TEXT PRIMARY KEY,
    customer_id      INTEGER REFERENCES customer,
    reference        TEXT NOT NULL,
    name             TEXT NOT NULL,
    npi              TEXT,
    phone            TEXT,
    street           TEXT,
    city             TEXT,
    state            TEXT,
    zip              TEXT,
    authenticated_at INTEGER,
    UNIQUE (customer_id, reference)
);

CREATE TABLE mailbox (
    address   TEXT PRIMARY KEY,
    domain    TEXT NOT NULL REFERENCES practice,
    reference TEXT NOT NULL,
    name      TEXT NOT NULL,
    npi       TEXT,
    specialty TEXT
);
CREATE INDEX mailbox_domain ON mailbox (domain);

-- Written by a customer (customer_id, idempotency_key) or by hand in the console (both null).
CREATE TABLE message (
    number          INTEGER PRIMARY KEY AUTOINCREMENT,
    id              TEXT NOT NULL UNIQUE,
    customer_id     INTEGER REFERENCES customer,
    idempotency_key TEXT,
    digest          TEXT NOT NULL,
    sender          TEXT NOT NULL,
    recipient       TEXT NOT NULL,
    subject         TEXT NOT NULL,
    text            TEXT NOT NULL,
    context         TEXT,
    in_reply_to     TEXT,
    status          TEXT NOT NULL,
    reason          TEXT,
    accepted_at     INTEGER NOT NULL,
    displayed_at    INTEGER,
    UNIQUE (customer_id, idempotency_key)
);
CREATE INDEX message_under_way ON message (status, accepted_at)
    WHERE status IN ('accepted', 'processed');
CREATE INDEX message_recipient ON message (recipient);
CREATE INDEX message_sender ON message (sender);

CREATE TABLE attachment (
    message_id   TEXT NOT NULL REFERENCES message (id),
    position     INTEGER NOT NULL,
    name         TEXT NOT NULL,
    content_type TEXT NOT NULL,
    size         INTEGER NOT NULL,
    sha256       TEXT NOT NULL,
    content      BLOB NOT NULL,
    PRIMARY KEY (message_id, position)
);

-- A message that has arrived in the mailbox of a customer, under an id of its own.
CREATE TABLE inbound (
    number          INTEGER PRIMARY KEY AUTOINCREMENT,
    id              TEXT NOT NULL UNIQUE,
    message_id      TEXT NOT NULL UNIQUE REFERENCES message (id),
    customer_id     INTEGER NOT NULL REFERENCES customer,
    acknowledged_at INTEGER
);
CREATE INDEX inbound_waiting ON inbound (customer_id, number) WHERE acknowledged_at IS NULL;

CREATE TABLE event (
    number          INTEGER PRIMARY KEY AUTOINCREMENT,
    id              TEXT NOT NULL UNIQUE,
    customer_id     INTEGER NOT NULL REFERENCES customer,
    type            TEXT NOT NULL,
    message_id      TEXT,
    idempotency_key TEXT,
    domain          TEXT,
    reason          TEXT,
    at              INTEGER NOT NULL
);
CREATE INDEX event_customer ON event (customer_id, number);
CREATE INDEX event_message ON event (message_id);

-- due_at is null once a callback was acknowledged or given up; outcome says which, in words.
CREATE TABLE callback (
    number       INTEGER PRIMARY KEY AUTOINCREMENT,
    customer_id  INTEGER NOT NULL REFERENCES customer,
    lane         INTEGER NOT NULL,
    event_number INTEGER NOT NULL REFERENCES event,
    attempts     INTEGER NOT NULL DEFAULT 0,
    due_at       INTEGER,
    outcome      TEXT
);
CREATE INDEX callback_due ON callback (due_at) WHERE due_at IS NOT NULL;
CREATE INDEX callback_lane ON callback (customer_id, lane, due_at) WHERE due_at IS NOT NULL;
CREATE INDEX callback_event ON callback (event_number);

CREATE TABLE fault (
    key        TEXT PRIMARY KEY,
    definition TEXT NOT NULL
) WITHOUT ROWID;
