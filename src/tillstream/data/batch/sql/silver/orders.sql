-- table: silver.orders
-- key: event_id, occurred_on
-- partition: occurred_on
-- grows: append
-- reads: incoming, existing
-- owner: data
-- One row an order's step with all its lines.
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
    order_id,
    kind,
    lines,
    total_cents,
    currency,
    customer_id,
    visitor_id,
    discount_cents,
    shipping_cents,
    promo_code,
    payment_method,
    shipping_address_id,
    billing_address_id,
    shipping_country,
    billing_country,
    region,
    device_id,
    decision_id,
    reason,
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
