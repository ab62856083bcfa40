-- An account is opened, and its first order is dear, with shipping and billing in different countries.
-- Example: c1 registers, and seven minutes later orders for 459.00, shipped to ES and billed in DE.
SELECT event_ids, at_us, received_at_us, customer_id, card_id, device_id, visitor_id, payment_id
FROM (SELECT * FROM pattern_rows WHERE kind IN ('registered', 'placed') AND customer_id IS NOT NULL)
MATCH_RECOGNIZE (
  PARTITION BY customer_id
  ORDER BY row_time, at_us, event_id
  MEASURES
    opened.event_id || U&'\001F' || ordered.event_id AS event_ids,
    ordered.at_us AS at_us,
    GREATEST(opened.received_at_us, ordered.received_at_us) AS received_at_us,
    ordered.card_id AS card_id,
    ordered.device_id AS device_id,
    ordered.visitor_id AS visitor_id,
    ordered.payment_id AS payment_id
  ONE ROW PER MATCH
  AFTER MATCH SKIP PAST LAST ROW
  PATTERN (opened ordered) WITHIN {within}
  DEFINE
    opened AS opened.kind = 'registered',
    ordered AS ordered.kind = 'placed' AND ordered.amount_cents >= {HIGH_CENTS}
      AND ordered.shipping_country <> ordered.billing_country AND ordered.at_us - opened.at_us <= {WITHIN_US}
)
