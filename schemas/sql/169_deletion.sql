-- 169: orders to other systems. A recipient whose entry in the register says "deletes" erases
-- by our orders, too: each stands here until the system has said that it is done.
CREATE TABLE deletion_order (
    order_id  uuid        PRIMARY KEY DEFAULT gen_random_uuid(), -- known outside: says nothing
    erasure   bigint      NOT NULL,
    contact   uuid        NOT NULL,
    recipient text        NOT NULL,
    list      integer     NOT NULL,               -- whose token it is
    token     text        NOT NULL,               -- '' once it is done: it is needed no more
    at        timestamptz NOT NULL DEFAULT now(),
    done      timestamptz,
    done_by   text
);
CREATE INDEX deletion_order_open ON deletion_order (recipient, at, order_id) WHERE done IS NULL;
CREATE INDEX deletion_order_erasure ON deletion_order (erasure);
CREATE INDEX deletion_order_contact ON deletion_order (contact);

-- the keeper and an operator erase; a system says over HTTP that it is done, or an operator for it
GRANT SELECT, INSERT ON deletion_order TO consent_keeper, consent_operator;
GRANT SELECT, UPDATE (token, done, done_by) ON deletion_order TO consent_lookup, consent_operator;
