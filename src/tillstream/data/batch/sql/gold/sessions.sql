-- table: gold.sessions
-- key: session_id
-- partition: day
-- grows: rebuild days
-- reads: sessions by day
-- owner: data
-- One row a session, on the day it started, UTC, as its highest revision told it; without those taken back.
WITH ranked AS (
    SELECT
        *,
        ROW_NUMBER() OVER (PARTITION BY session_id, occurred_on ORDER BY revision DESC) AS rank_number
    FROM sessions
)

SELECT
    occurred_on AS day,
    session_id,
    visitor_id,
    customer_id,
    started_at,
    ended_at,
    duration_ms,
    clicks,
    refreshes,
    products,
    added_to_cart,
    purchased,
    bounced,
    closed,
    revision
FROM ranked
WHERE rank_number = 1 AND NOT retracted
