-- table: silver.sessions
-- key: event_id, occurred_on
-- partition: occurred_on
-- grows: append
-- reads: incoming, existing
-- owner: data
-- One row a revision of a session; the highest one holds unless it is retracted.
WITH numbered AS (
    SELECT
        *,
        CAST(occurred_at AS DATE) AS occurred_on,
        ROW_NUMBER() OVER (
            PARTITION BY event_id, CAST(occurred_at AS DATE)
            ORDER BY log_partition, log_offset
        ) AS copy_number
    FROM incoming
)

SELECT
    event_id,
    occurred_at,
    received_at,
    session_id,
    visitor_id,
    revision,
    started_at,
    ended_at,
    clicks,
    duration_ms,
    customer_id,
    refreshes,
    products,
    added_to_cart,
    purchased,
    bounced,
    closed,
    retracted,
    log_id,
    log_partition,
    log_offset,
    occurred_on
FROM numbered
WHERE
    copy_number = 1
    AND NOT EXISTS (
        SELECT 1
        FROM existing
        WHERE existing.event_id = numbered.event_id AND existing.occurred_on = numbered.occurred_on
    )
