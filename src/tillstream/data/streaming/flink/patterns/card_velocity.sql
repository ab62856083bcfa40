-- Several payments with one card in a short time, tried or declined.
-- Example: four payments of 25.00 with card k1, two minutes apart.
SELECT event_ids, at_us, received_at_us, customer_id, card_id, device_id, visitor_id, payment_id
FROM (SELECT * FROM pattern_rows WHERE kind IN ('authorized', 'declined') AND card_id IS NOT NULL)
MATCH_RECOGNIZE (
  PARTITION BY card_id
  ORDER BY row_time, at_us, event_id
  MEASURES
    LISTAGG(tried.event_id, U&'\001F') AS event_ids,
    LAST(tried.at_us) AS at_us,
    MAX(tried.received_at_us) AS received_at_us,
    LAST(tried.customer_id) AS customer_id,
    LAST(tried.device_id) AS device_id,
    LAST(tried.visitor_id) AS visitor_id,
    LAST(tried.payment_id) AS payment_id
  ONE ROW PER MATCH
  AFTER MATCH SKIP PAST LAST ROW
  PATTERN (tried{{TRIES}}) WITHIN {within}
  DEFINE
    tried AS tried.at_us - FIRST(tried.at_us) <= {WITHIN_US}
)
