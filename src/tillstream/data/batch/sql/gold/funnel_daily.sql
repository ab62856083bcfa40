-- table: gold.funnel_daily
-- key: day, device_type
-- partition: day
-- grows: rebuild days
-- reads: clicks by day, orders by day
-- owner: data
-- How far the visitors of each day came, UTC, by the kind of device they used first that day.
-- Each step counts visitors who took it that day, whether or not they took the one before; bots are none.
WITH steps AS (
    SELECT
        occurred_on AS day,
        visitor_id,
        device_type,
        occurred_at,
        event_id,
        CASE WHEN kind = 'viewed' THEN 1 ELSE 0 END AS viewed,
        CASE WHEN kind = 'cart_added' THEN 1 ELSE 0 END AS added,
        CASE WHEN kind = 'checkout_started' THEN 1 ELSE 0 END AS started_checkout,
        CASE WHEN kind = 'payment_entered' THEN 1 ELSE 0 END AS entered_payment,
        0 AS ordered
    FROM clicks
    WHERE NOT COALESCE(is_bot, FALSE)
    UNION ALL
    SELECT
        occurred_on AS day,
        visitor_id,
        CAST(NULL AS VARCHAR) AS device_type,
        occurred_at,
        event_id,
        0 AS viewed,
        0 AS added,
        0 AS started_checkout,
        0 AS entered_payment,
        1 AS ordered
    FROM orders
    WHERE kind = 'placed' AND visitor_id IS NOT NULL
),

ordered_steps AS (
    SELECT
        *,
        ROW_NUMBER() OVER (
            PARTITION BY day, visitor_id
            ORDER BY CASE WHEN device_type IS NULL THEN 1 ELSE 0 END, occurred_at, event_id
        ) AS step_number
    FROM steps
),

visitors AS (
    SELECT
        day,
        visitor_id,
        COALESCE(MAX(CASE WHEN step_number = 1 THEN device_type END), 'unknown') AS device_type,
        MAX(viewed) AS viewed,
        MAX(added) AS added,
        MAX(started_checkout) AS started_checkout,
        MAX(entered_payment) AS entered_payment,
        MAX(ordered) AS ordered
    FROM ordered_steps
    GROUP BY day, visitor_id
)

SELECT
    day,
    device_type,
    COUNT(*) AS visitors,
    SUM(viewed) AS viewed,
    SUM(added) AS added,
    SUM(started_checkout) AS started_checkout,
    SUM(entered_payment) AS entered_payment,
    SUM(ordered) AS ordered
FROM visitors
GROUP BY day, device_type
