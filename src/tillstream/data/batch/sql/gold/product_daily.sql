-- table: gold.product_daily
-- key: day, product_id
-- partition: day
-- grows: rebuild days
-- reads: clicks by day, impressions by day, orders by day
-- owner: data
-- What happened to each product on each day, UTC. Money of all currencies is added up as it is;
-- `back` is what was cancelled or refunded that day, whenever it was bought. Clicks of bots are left out.
WITH happened AS (
    SELECT
        occurred_on AS day,
        product_id,
        CASE WHEN kind = 'viewed' THEN 1 ELSE 0 END AS views,
        CASE WHEN kind = 'viewed' THEN visitor_id END AS viewer,
        CASE WHEN kind = 'hovered' THEN 1 ELSE 0 END AS hovers,
        CASE WHEN kind = 'cart_added' THEN 1 ELSE 0 END AS cart_adds,
        CASE WHEN kind = 'cart_removed' THEN 1 ELSE 0 END AS cart_removals,
        0 AS impressions,
        CAST(NULL AS VARCHAR) AS placed_event_id,
        0 AS units,
        0 AS revenue_cents,
        0 AS discount_cents,
        0 AS units_back,
        0 AS back_cents
    FROM clicks
    WHERE product_id IS NOT NULL AND NOT COALESCE(is_bot, FALSE)
    UNION ALL
    SELECT
        occurred_on AS day,
        product_id,
        0 AS views,
        CAST(NULL AS VARCHAR) AS viewer,
        0 AS hovers,
        0 AS cart_adds,
        0 AS cart_removals,
        1 AS impressions,
        CAST(NULL AS VARCHAR) AS placed_event_id,
        0 AS units,
        0 AS revenue_cents,
        0 AS discount_cents,
        0 AS units_back,
        0 AS back_cents
    FROM (SELECT occurred_on, UNNEST(product_ids) AS product_id FROM impressions) AS seen
    UNION ALL
    SELECT
        occurred_on AS day,
        line.product_id,
        0 AS views,
        CAST(NULL AS VARCHAR) AS viewer,
        0 AS hovers,
        0 AS cart_adds,
        0 AS cart_removals,
        0 AS impressions,
        CASE WHEN kind = 'placed' THEN event_id END AS placed_event_id,
        CASE WHEN kind = 'placed' THEN line.quantity ELSE 0 END AS units,
        CASE WHEN kind = 'placed' THEN line.quantity * line.unit_price_cents ELSE 0 END AS revenue_cents,
        CASE WHEN kind = 'placed' THEN line.discount_cents ELSE 0 END AS discount_cents,
        CASE WHEN kind IN ('cancelled', 'refunded') THEN line.quantity ELSE 0 END AS units_back,
        CASE WHEN kind IN ('cancelled', 'refunded') THEN line.quantity * line.unit_price_cents ELSE 0 END AS back_cents
    FROM (SELECT occurred_on, event_id, kind, UNNEST(lines) AS line FROM orders) AS bought
)

SELECT
    day,
    product_id,
    SUM(views) AS views,
    COUNT(DISTINCT viewer) AS viewers,
    SUM(hovers) AS hovers,
    SUM(cart_adds) AS cart_adds,
    SUM(cart_removals) AS cart_removals,
    SUM(impressions) AS impressions,
    COUNT(DISTINCT placed_event_id) AS orders,
    SUM(units) AS units,
    SUM(revenue_cents) AS revenue_cents,
    SUM(discount_cents) AS discount_cents,
    SUM(units_back) AS units_back,
    SUM(back_cents) AS back_cents
FROM happened
GROUP BY day, product_id
