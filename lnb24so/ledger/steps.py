"""The ledger's tables: one step for each version, never changed once it was released."""

from __future__ import annotations

APPLICATION_ID = int.from_bytes(b"lnb2", "big")
"""What the file's head says of whose it is (SQLite manual, "PRAGMA application_id")."""

STEPS: tuple[str, ...] = (
    """
    CREATE TABLE orders (
        reference TEXT PRIMARY KEY,
        state TEXT NOT NULL CHECK (state IN ('blocked', 'retry', 'sending', 'unconfirmed',
            'exported', 'done', 'needs_decision', 'skipped', 'withdrawn')),
        reasons TEXT NOT NULL,
        erp_reference TEXT,
        customer_id INTEGER,
        content_hash TEXT,
        attempts INTEGER NOT NULL,
        attempt_started TEXT,
        attempt_ended TEXT,
        seen_id INTEGER,
        doubted INTEGER NOT NULL,
        look_again_at TEXT,
        order_id INTEGER UNIQUE,
        done_status TEXT,
        blocked_status TEXT,
        notice TEXT,
        notice_hash TEXT,
        accept_total TEXT,
        not_ours TEXT NOT NULL,
        CHECK (state NOT IN ('exported', 'done') OR ifnull(order_id, 0) > 0)
    );
    CREATE INDEX orders_by_state ON orders (state);
    CREATE TABLE history (
        id INTEGER PRIMARY KEY,
        at TEXT NOT NULL,
        run_id TEXT NOT NULL,
        reference TEXT NOT NULL,
        event TEXT NOT NULL,
        state TEXT NOT NULL,
        detail TEXT NOT NULL
    );
    CREATE INDEX history_by_reference ON history (reference);
    CREATE TABLE notes (name TEXT PRIMARY KEY, value TEXT NOT NULL);
    CREATE TABLE runs (
        id INTEGER PRIMARY KEY,
        run_id TEXT NOT NULL UNIQUE,
        task TEXT NOT NULL,
        started TEXT NOT NULL,
        finished TEXT,
        exit_code INTEGER,
        counters TEXT
    );
    CREATE TABLE codes_set (code TEXT PRIMARY KEY) WITHOUT ROWID;
    CREATE TABLE codes_asked (code TEXT PRIMARY KEY, known INTEGER NOT NULL, at TEXT NOT NULL);
    CREATE TABLE codes_reported (code TEXT PRIMARY KEY, reason TEXT NOT NULL);
    """,
    "ALTER TABLE orders ADD COLUMN asked_for TEXT",
    # What stands was told by the versions before.
    """
    CREATE TABLE news (
        area TEXT NOT NULL,
        subject TEXT NOT NULL,
        code TEXT NOT NULL,
        message TEXT NOT NULL,
        cause TEXT NOT NULL,
        fix TEXT NOT NULL,
        amount TEXT,
        currency TEXT NOT NULL,
        since TEXT NOT NULL,
        told TEXT,
        mailed TEXT,
        PRIMARY KEY (area, subject, code)
    ) WITHOUT ROWID;
    ALTER TABLE runs ADD COLUMN message TEXT;
    INSERT OR IGNORE INTO news
        SELECT 'orders', orders.reference, json_extract(reason.value, '$.code'),
            orders.reference || ': ' || json_extract(reason.value, '$.message'),
            '', '', NULL, '', first.at, first.at, first.at
        FROM orders, json_each(orders.reasons) AS reason,
            (SELECT reference, max(at) AS at FROM history GROUP BY reference) AS first
        WHERE first.reference = orders.reference
            AND orders.state IN ('blocked', 'unconfirmed', 'needs_decision', 'exported');
    INSERT OR IGNORE INTO news
        SELECT 'stock', code, reason, code || ': ' || reason, '', '', NULL, '', now, now, now
        FROM codes_reported, (SELECT strftime('%Y-%m-%dT%H:%M:%fZ', 'now') AS now);
    """,
    "ALTER TABLE orders ADD COLUMN accepted_amount TEXT",
    """
    ALTER TABLE orders ADD COLUMN not_found_at TEXT;
    ALTER TABLE orders ADD COLUMN made TEXT;
    ALTER TABLE orders ADD COLUMN tried TEXT NOT NULL DEFAULT '[]';
    UPDATE orders SET tried = json_array(json_object('started', attempt_started,
        'sent', json_object('erp_reference', erp_reference, 'customer_id', customer_id,
            'content_hash', content_hash, 'done_status', done_status),
        'cargo', json_object('rows', NULL, 'currency', NULL, 'total', (
            SELECT json_extract(detail, '$.total') FROM history
            WHERE history.reference = orders.reference AND event = 'order.sending'
            ORDER BY id DESC LIMIT 1))))
    WHERE attempt_started IS NOT NULL AND (doubted OR state IN ('sending', 'unconfirmed'))
    """,
    f"PRAGMA application_id = {APPLICATION_ID}",
    """
    ALTER TABLE codes_set ADD COLUMN product_id INTEGER;
    ALTER TABLE codes_set ADD COLUMN gone INTEGER NOT NULL DEFAULT 0;
    CREATE TABLE open_orders (order_id INTEGER PRIMARY KEY);
    CREATE TABLE waiting_orders (reference TEXT PRIMARY KEY, lines TEXT NOT NULL) WITHOUT ROWID;
    CREATE TABLE hidden (kind TEXT NOT NULL, name TEXT NOT NULL, PRIMARY KEY (kind, name))
        WITHOUT ROWID;
    INSERT INTO notes SELECT 'stock_held_less', 'yes'
        WHERE EXISTS (SELECT 1 FROM runs WHERE task = 'pull-stock');
    """,
    # What was sent once is in 24SevenOffice as it was sent; of the rest the ledger does not know.
    """
    ALTER TABLE orders ADD COLUMN retailer TEXT NOT NULL DEFAULT '';
    ALTER TABLE orders ADD COLUMN currency TEXT NOT NULL DEFAULT '';
    ALTER TABLE orders ADD COLUMN total TEXT;
    UPDATE orders SET (currency, total) = (
        SELECT ifnull(json_extract(detail, '$.currency'), ''), json_extract(detail, '$.total')
        FROM history WHERE history.reference = orders.reference AND event = 'order.sending')
    WHERE attempts = 1 AND order_id IS NOT NULL AND EXISTS (
        SELECT 1 FROM history WHERE history.reference = orders.reference
            AND event = 'order.sending' AND json_valid(detail))
    """,
    # After years all but a few orders are at rest, and each task has run a hundred thousand times.
    """
    CREATE INDEX orders_not_at_rest ON orders (reference) WHERE (notice IS NOT NULL
        OR look_again_at IS NOT NULL OR state NOT IN ('exported', 'done', 'skipped', 'withdrawn')
        OR (state = 'exported' AND done_status IS NOT NULL));
    CREATE INDEX runs_by_task ON runs (task);
    CREATE INDEX runs_that_went_well ON runs (task) WHERE exit_code IN (0, 3);
    """,
    "CREATE INDEX runs_that_only_asked ON runs (task) WHERE exit_code = 4 AND message IS NULL",
    """
    CREATE TABLE acknowledged (
        reference TEXT NOT NULL,
        code TEXT NOT NULL,
        mark TEXT NOT NULL,
        at TEXT NOT NULL,
        run_id TEXT NOT NULL,
        who TEXT NOT NULL,
        note TEXT NOT NULL,
        PRIMARY KEY (reference, code)
    ) WITHOUT ROWID
    """,
    "ALTER TABLE orders ADD COLUMN other_made TEXT",
)
