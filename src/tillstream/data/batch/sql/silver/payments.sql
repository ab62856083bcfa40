-- table: silver.payments
-- key: event_id, occurred_on
-- partition: occurred_on
-- grows: append
-- reads: incoming, existing
-- owner: data
-- One row a payment's step; a chargeback comes weeks after its payment.
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
    payment_id,
    kind,
    amount_cents,
    currency,
    order_id,
    customer_id,
    visitor_id,
    card_id,
    device_id,
    terminal_id,
    method,
    card_country,
    ip_country,
    shipping_country,
    billing_country,
    reason,
    decision_id,
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
