-- Accounts opened in a row on opened device, each of another customer.
-- Example: c0, c1 and c2 register on device d1, an hour apart.
SELECT event_ids, at_us, received_at_us, customer_id, card_id, device_id, visitor_id, payment_id
FROM (SELECT * FROM pattern_rows WHERE kind = 'registered' AND customer_id IS NOT NULL AND device_id IS NOT NULL)
MATCH_RECOGNIZE (
  PARTITION BY device_id
  ORDER BY row_time, at_us, event_id
  MEASURES
    opened.event_id || U&'\001F' || another.event_id || U&'\001F' || third.event_id AS event_ids,
    third.at_us AS at_us,
    GREATEST(opened.received_at_us, another.received_at_us, third.received_at_us) AS received_at_us,
    third.customer_id AS customer_id,
    third.card_id AS card_id,
    third.visitor_id AS visitor_id,
    third.payment_id AS payment_id
  ONE ROW PER MATCH
  AFTER MATCH SKIP PAST LAST ROW
  PATTERN (opened another third) WITHIN {within}
  DEFINE
    another AS another.customer_id <> opened.customer_id AND another.at_us - opened.at_us <= {WITHIN_US},
    third AS third.customer_id <> opened.customer_id AND third.customer_id <> another.customer_id
      AND third.at_us - opened.at_us <= {WITHIN_US}
)
