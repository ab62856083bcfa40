-- table: gold.decision_outcomes
-- key: day, decision_id, product_id
-- partition: day
-- grows: rebuild days
-- reads: impressions 7 days on, clicks 1 day on, orders 7 days on, decisions 1 day back
-- owner: data
-- One row a product that a decision showed, a day that it was shown on, UTC, with what came of it: looked at or put
-- into the cart within a day, ordered within 7 days, each naming the decision. What came is put to the last time the
-- product was shown before, so it counts once however often a list is shown again, and days add up. `position` counts
-- from 0; a product shown twice on a day counts where it stood first.
WITH listed AS (
    SELECT event_id, decision_id, occurred_on, UNNEST(product_ids) AS product_id
    FROM impressions
    WHERE decision_id IS NOT NULL
),

placed_at AS (
    SELECT
        impressions.decision_id,
        impressions.occurred_on,
        impressions.occurred_at,
        impressions.event_id,
        impressions.visitor_id,
        impressions.customer_id,
        impressions.surface,
        impressions.policy,
        impressions.propensities,
        impressions.prices_cents,
        listed.product_id,
        CAST(ARRAY_POSITION(impressions.product_ids, listed.product_id) AS INTEGER) AS place
    FROM impressions
    INNER JOIN (SELECT DISTINCT * FROM listed) AS listed
        ON impressions.event_id = listed.event_id AND impressions.occurred_on = listed.occurred_on
),

numbered AS (
    SELECT
        *,
        ROW_NUMBER() OVER (
            PARTITION BY occurred_on, decision_id, product_id ORDER BY occurred_at, event_id
        ) AS nth,
        COUNT(*) OVER (PARTITION BY occurred_on, decision_id, product_id) AS impressions
    FROM placed_at
),

shown AS (
    SELECT
        *,
        CASE WHEN ARRAY_LENGTH(propensities) >= place THEN propensities[place] END AS propensity,
        CASE WHEN ARRAY_LENGTH(prices_cents) >= place THEN prices_cents[place] END AS price_cents
    FROM numbered
    WHERE nth = 1
),

-- Each click with the day on which its product was last shown to it.
clicks_placed AS (
    SELECT
        clicks.event_id,
        clicks.kind,
        clicks.occurred_at,
        placed_at.decision_id,
        placed_at.product_id,
        MAX(placed_at.occurred_on) AS shown_on
    FROM clicks
    INNER JOIN placed_at
        ON
            clicks.decision_id = placed_at.decision_id
            AND clicks.product_id = placed_at.product_id
            AND clicks.occurred_at >= placed_at.occurred_at
            AND clicks.occurred_at < placed_at.occurred_at + INTERVAL 1 DAY
    WHERE clicks.kind IN ('viewed', 'cart_added') AND NOT COALESCE(clicks.is_bot, FALSE)
    GROUP BY clicks.event_id, clicks.kind, clicks.occurred_at, placed_at.decision_id, placed_at.product_id
),

looked AS (
    SELECT
        shown_on,
        decision_id,
        product_id,
        MIN(CASE WHEN kind = 'viewed' THEN occurred_at END) AS clicked_at,
        MIN(CASE WHEN kind = 'cart_added' THEN occurred_at END) AS carted_at
    FROM clicks_placed
    GROUP BY shown_on, decision_id, product_id
),

lines_ordered AS (
    SELECT
        event_id,
        occurred_at,
        COALESCE(line.decision_id, decision_id) AS line_decision_id,
        line.product_id,
        SUM(line.quantity) AS quantity,
        SUM(line.quantity * line.unit_price_cents) AS cents
    FROM (SELECT event_id, occurred_at, decision_id, UNNEST(lines) AS line FROM orders WHERE kind = 'placed') AS ordered
    GROUP BY event_id, occurred_at, COALESCE(line.decision_id, decision_id), line.product_id
),

lines_placed AS (
    SELECT
        lines_ordered.event_id,
        lines_ordered.occurred_at,
        lines_ordered.quantity,
        lines_ordered.cents,
        placed_at.decision_id,
        placed_at.product_id,
        MAX(placed_at.occurred_on) AS shown_on
    FROM lines_ordered
    INNER JOIN placed_at
        ON
            lines_ordered.line_decision_id = placed_at.decision_id
            AND lines_ordered.product_id = placed_at.product_id
            AND lines_ordered.occurred_at >= placed_at.occurred_at
            AND lines_ordered.occurred_at < placed_at.occurred_at + INTERVAL 7 DAY
    GROUP BY
        lines_ordered.event_id,
        lines_ordered.occurred_at,
        lines_ordered.quantity,
        lines_ordered.cents,
        placed_at.decision_id,
        placed_at.product_id
),

bought AS (
    SELECT
        shown_on,
        decision_id,
        product_id,
        MIN(occurred_at) AS ordered_at,
        SUM(quantity) AS units,
        SUM(cents) AS revenue_cents
    FROM lines_placed
    GROUP BY shown_on, decision_id, product_id
),

decided AS (
    SELECT
        *,
        ROW_NUMBER() OVER (PARTITION BY event_id ORDER BY occurred_at) AS nth
    FROM decisions
)

SELECT
    shown.occurred_on AS day,
    shown.decision_id,
    shown.product_id,
    shown.place - 1 AS position,
    shown.visitor_id,
    shown.customer_id,
    shown.surface,
    shown.policy,
    decided.use_case,
    decided.mode,
    decided.model,
    decided.arm,
    shown.propensity,
    decided.propensity AS arm_propensity,
    shown.price_cents,
    shown.impressions,
    shown.occurred_at AS shown_at,
    looked.clicked_at,
    looked.carted_at,
    bought.ordered_at,
    looked.clicked_at IS NOT NULL AS clicked,
    looked.carted_at IS NOT NULL AS carted,
    bought.ordered_at IS NOT NULL AS ordered,
    COALESCE(bought.units, 0) AS units,
    COALESCE(bought.revenue_cents, 0) AS revenue_cents
FROM shown
LEFT JOIN looked
    ON
        shown.occurred_on = looked.shown_on
        AND shown.decision_id = looked.decision_id
        AND shown.product_id = looked.product_id
LEFT JOIN bought
    ON
        shown.occurred_on = bought.shown_on
        AND shown.decision_id = bought.decision_id
        AND shown.product_id = bought.product_id
LEFT JOIN decided
    ON shown.decision_id = decided.event_id AND decided.nth = 1
