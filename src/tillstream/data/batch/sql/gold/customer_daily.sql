-- table: gold.customer_daily
-- key: day, customer_id
-- partition: day
-- grows: rebuild days
-- reads: clicks by day, orders by day, payments by day, accounts by day
-- owner: data
-- What each known customer did on each day, UTC; visitors who never said who they are do not appear, nor do
-- the clicks of bots.
WITH units_of AS (
    SELECT event_id, occurred_on, SUM(line.quantity) AS units
    FROM (SELECT event_id, occurred_on, UNNEST(lines) AS line FROM orders) AS bought
    GROUP BY event_id, occurred_on
),

did AS (
    SELECT occurred_on AS day, customer_id, 'clicks' AS source, kind, 0 AS units, 0 AS cents FROM clicks
    WHERE NOT COALESCE(is_bot, FALSE)
    UNION ALL
    SELECT
        orders.occurred_on AS day,
        orders.customer_id,
        'orders' AS source,
        orders.kind,
        COALESCE(units_of.units, 0) AS units,
        orders.total_cents AS cents
    FROM orders
    LEFT JOIN units_of ON orders.event_id = units_of.event_id AND orders.occurred_on = units_of.occurred_on
    UNION ALL
    SELECT occurred_on AS day, customer_id, 'payments' AS source, kind, 0 AS units, amount_cents AS cents FROM payments
    UNION ALL
    SELECT occurred_on AS day, customer_id, 'accounts' AS source, kind, 0 AS units, 0 AS cents FROM accounts
)

SELECT
    day,
    customer_id,
    COUNT(*) FILTER (WHERE source = 'clicks') AS clicks,
    COUNT(*) FILTER (WHERE source = 'clicks' AND kind = 'viewed') AS views,
    COUNT(*) FILTER (WHERE source = 'clicks' AND kind = 'searched') AS searches,
    COUNT(*) FILTER (WHERE source = 'clicks' AND kind = 'cart_added') AS cart_adds,
    COUNT(*) FILTER (WHERE source = 'orders' AND kind = 'placed') AS orders,
    SUM(CASE WHEN source = 'orders' AND kind = 'placed' THEN units ELSE 0 END) AS units,
    SUM(CASE WHEN source = 'orders' AND kind = 'placed' THEN cents ELSE 0 END) AS spent_cents,
    SUM(CASE WHEN source = 'orders' AND kind IN ('cancelled', 'refunded') THEN cents ELSE 0 END) AS back_cents,
    COUNT(*) FILTER (WHERE source = 'payments' AND kind = 'authorized') AS payments,
    COUNT(*) FILTER (WHERE source = 'payments' AND kind = 'declined') AS declines,
    COUNT(*) FILTER (WHERE source = 'payments' AND kind = 'charged_back') AS chargebacks,
    COUNT(*) FILTER (WHERE source = 'accounts' AND kind = 'login_failed') AS failed_logins
FROM did
WHERE customer_id IS NOT NULL
GROUP BY day, customer_id
