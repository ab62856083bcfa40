-- table: gold.sales_daily
-- key: day, currency, region
-- partition: day
-- grows: rebuild days
-- reads: orders by day
-- owner: data
-- Sales of each day, UTC, by currency and region; an order without a region counts under `unknown`.
-- `back` is what was cancelled or refunded that day, whenever it was bought.
WITH units_of AS (
    SELECT event_id, occurred_on, SUM(line.quantity) AS units
    FROM (SELECT event_id, occurred_on, UNNEST(lines) AS line FROM orders) AS bought
    GROUP BY event_id, occurred_on
)

SELECT
    orders.occurred_on AS day,
    orders.currency,
    COALESCE(orders.region, 'unknown') AS region,
    COUNT(*) FILTER (WHERE orders.kind = 'placed') AS orders,
    COUNT(DISTINCT CASE WHEN orders.kind = 'placed' THEN COALESCE(orders.customer_id, orders.visitor_id) END) AS buyers,
    SUM(CASE WHEN orders.kind = 'placed' THEN COALESCE(units_of.units, 0) ELSE 0 END) AS units,
    SUM(CASE WHEN orders.kind = 'placed' THEN orders.total_cents ELSE 0 END) AS revenue_cents,
    SUM(CASE WHEN orders.kind = 'placed' THEN orders.discount_cents ELSE 0 END) AS discount_cents,
    SUM(CASE WHEN orders.kind = 'placed' THEN orders.shipping_cents ELSE 0 END) AS shipping_cents,
    COUNT(*) FILTER (WHERE orders.kind IN ('cancelled', 'refunded')) AS orders_back,
    SUM(CASE WHEN orders.kind IN ('cancelled', 'refunded') THEN orders.total_cents ELSE 0 END) AS back_cents
FROM orders
LEFT JOIN units_of ON orders.event_id = units_of.event_id AND orders.occurred_on = units_of.occurred_on
GROUP BY orders.occurred_on, orders.currency, COALESCE(orders.region, 'unknown')
