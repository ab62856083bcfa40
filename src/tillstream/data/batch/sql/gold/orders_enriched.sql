-- table: gold.orders_enriched
-- key: day, event_id, line
-- partition: day
-- grows: rebuild days
-- reads: orders by day, products as of, weather as of, promotions as of, competitor_prices as of, stock as of
-- owner: data
-- One row a line of an order's step, with what surrounded it: the product's record, the weather of the
-- order's region, the best promotion, the competitor's price and the stock as they were told last at or
-- before `occurred_at`, among what had been received by the order's own `received_at`.
WITH lines_numbered AS (
    SELECT
        *,
        ROW_NUMBER() OVER (
            PARTITION BY event_id, occurred_on
            ORDER BY line_item.product_id, line_item.quantity, line_item.unit_price_cents,
                line_item.discount_cents, COALESCE(line_item.decision_id, '')
        ) AS line
    FROM (SELECT *, UNNEST(lines) AS line_item FROM orders) AS bought
),

-- Every told state of the four things that change, numbered within its thing.
told AS (
    SELECT
        kind,
        thing,
        occurred_at,
        received_at,
        event_id,
        ROW_NUMBER() OVER (PARTITION BY kind, thing ORDER BY occurred_at, received_at, event_id) AS nth
    FROM (
        SELECT 'product' AS kind, product_id AS thing, occurred_at, received_at, event_id FROM products
        UNION ALL
        SELECT 'weather' AS kind, region AS thing, occurred_at, received_at, event_id FROM weather
        UNION ALL
        SELECT 'price' AS kind, product_id AS thing, occurred_at, received_at, event_id FROM competitor_prices
        UNION ALL
        SELECT 'stock' AS kind, product_id AS thing, occurred_at, received_at, event_id FROM stock
    ) AS states
),

-- What each step of an order asks about.
asked AS (
    SELECT DISTINCT kind, thing, occurred_at, received_at
    FROM (
        SELECT 'product' AS kind, line_item.product_id AS thing, occurred_at, received_at FROM lines_numbered
        UNION ALL
        SELECT 'price' AS kind, line_item.product_id AS thing, occurred_at, received_at FROM lines_numbered
        UNION ALL
        SELECT 'stock' AS kind, line_item.product_id AS thing, occurred_at, received_at FROM lines_numbered
        UNION ALL
        SELECT 'weather' AS kind, region AS thing, occurred_at, received_at FROM orders WHERE region IS NOT NULL
    ) AS questions
),

-- A window over the union finds the last state by time of happening.
last_told AS (
    SELECT
        kind,
        thing,
        occurred_at,
        received_at,
        is_question,
        MAX(nth) OVER (
            PARTITION BY kind, thing
            ORDER BY occurred_at, is_question
            ROWS BETWEEN UNBOUNDED PRECEDING AND CURRENT ROW
        ) AS nth
    FROM (
        SELECT kind, thing, occurred_at, received_at, nth, 0 AS is_question FROM told
        UNION ALL
        SELECT kind, thing, occurred_at, received_at, NULL AS nth, 1 AS is_question FROM asked
    ) AS moments
),

-- If that one was received later than the question, the last of those that had been received.
answered AS (
    SELECT
        last_told.kind,
        last_told.thing,
        last_told.occurred_at,
        last_told.received_at,
        CASE
            WHEN MAX(newest.received_at) <= last_told.received_at THEN MAX(last_told.nth)
            ELSE MAX(earlier.nth)
        END AS nth
    FROM last_told
    LEFT JOIN told AS newest
        ON last_told.kind = newest.kind AND last_told.thing = newest.thing AND last_told.nth = newest.nth
    LEFT JOIN told AS earlier
        ON
            last_told.kind = earlier.kind
            AND last_told.thing = earlier.thing
            AND newest.received_at > last_told.received_at
            AND earlier.nth < last_told.nth
            AND earlier.received_at <= last_told.received_at
    WHERE last_told.is_question = 1
    GROUP BY last_told.kind, last_told.thing, last_told.occurred_at, last_told.received_at
),

answers AS (
    SELECT answered.kind, answered.thing, answered.occurred_at, answered.received_at, told.event_id, told.occurred_at AS told_at
    FROM answered
    INNER JOIN told
        ON answered.kind = told.kind AND answered.thing = told.thing AND answered.nth = told.nth
),

described AS (
    SELECT
        lines_numbered.*,
        products.category,
        products.brand,
        products.price_cents AS list_price_cents,
        products.cost_cents
    FROM lines_numbered
    LEFT JOIN answers
        ON
            answers.kind = 'product'
            AND lines_numbered.line_item.product_id = answers.thing
            AND lines_numbered.occurred_at = answers.occurred_at
            AND lines_numbered.received_at = answers.received_at
    LEFT JOIN products
        ON answers.event_id = products.event_id AND answers.told_at = products.occurred_at
),

-- The last announcement of each promotion that had been received, if it was running.
running AS (
    SELECT
        event_id,
        occurred_on,
        line,
        promotion_id,
        discount_ratio,
        ROW_NUMBER() OVER (
            PARTITION BY event_id, occurred_on, line ORDER BY discount_ratio DESC, promotion_id
        ) AS place
    FROM (
        SELECT
            described.event_id,
            described.occurred_on,
            described.line,
            described.occurred_at,
            described.line_item.product_id,
            described.category AS line_category,
            promotions.promotion_id,
            promotions.discount_ratio,
            promotions.starts_at,
            promotions.ends_at,
            promotions.product_id AS promoted_product_id,
            promotions.category AS promoted_category,
            ROW_NUMBER() OVER (
                PARTITION BY described.event_id, described.occurred_on, described.line, promotions.promotion_id
                ORDER BY promotions.occurred_at DESC, promotions.received_at DESC, promotions.event_id DESC
            ) AS announcement
        FROM described
        INNER JOIN promotions
            ON
                promotions.occurred_at <= described.occurred_at
                AND promotions.received_at <= described.received_at
    ) AS announced
    WHERE
        announcement = 1
        AND starts_at <= occurred_at
        AND occurred_at < ends_at
        AND (promoted_product_id IS NULL OR promoted_product_id = product_id)
        AND (promoted_category IS NULL OR promoted_category = line_category)
)

SELECT
    described.occurred_on AS day,
    described.event_id,
    described.line,
    described.order_id,
    described.kind,
    described.occurred_at,
    described.received_at,
    described.customer_id,
    described.visitor_id,
    described.line_item.product_id,
    described.line_item.quantity,
    described.line_item.unit_price_cents,
    described.line_item.discount_cents,
    described.line_item.quantity * described.line_item.unit_price_cents AS line_cents,
    described.currency,
    COALESCE(described.line_item.decision_id, described.decision_id) AS decision_id,
    described.region,
    described.promo_code,
    described.category,
    described.brand,
    described.list_price_cents,
    described.cost_cents,
    weather.temperature_celsius,
    weather.precipitation_mm,
    weather.condition AS weather,
    running.promotion_id,
    running.discount_ratio AS promotion_ratio,
    competitor_prices.competitor_id,
    competitor_prices.price_cents AS competitor_price_cents,
    stock.on_hand
FROM described
LEFT JOIN answers AS weather_answer
    ON
        weather_answer.kind = 'weather'
        AND described.region = weather_answer.thing
        AND described.occurred_at = weather_answer.occurred_at
        AND described.received_at = weather_answer.received_at
LEFT JOIN weather
    ON weather_answer.event_id = weather.event_id AND weather_answer.told_at = weather.occurred_at
LEFT JOIN answers AS price_answer
    ON
        price_answer.kind = 'price'
        AND described.line_item.product_id = price_answer.thing
        AND described.occurred_at = price_answer.occurred_at
        AND described.received_at = price_answer.received_at
LEFT JOIN competitor_prices
    ON
        price_answer.event_id = competitor_prices.event_id
        AND price_answer.told_at = competitor_prices.occurred_at
LEFT JOIN answers AS stock_answer
    ON
        stock_answer.kind = 'stock'
        AND described.line_item.product_id = stock_answer.thing
        AND described.occurred_at = stock_answer.occurred_at
        AND described.received_at = stock_answer.received_at
LEFT JOIN stock
    ON stock_answer.event_id = stock.event_id AND stock_answer.told_at = stock.occurred_at
LEFT JOIN running
    ON
        described.event_id = running.event_id
        AND described.occurred_on = running.occurred_on
        AND described.line = running.line
        AND running.place = 1
