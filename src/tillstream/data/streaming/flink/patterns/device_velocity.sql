-- Many payments from one device in a short time, with however many cards.
-- Example: six declined payments of 25.00 from device d1, a minute apart, each with another card.
SELECT event_ids, at_us, received_at_us, customer_id, card_id, device_id, visitor_id, payment_id
FROM (SELECT * FROM pattern_rows WHERE kind IN ('authorized', 'declined') AND device_id IS NOT NULL)
MATCH_RECOGNIZE (
  PARTITION BY device_id
  ORDER BY row_time, at_us, event_id
  MEASURES
    LISTAGG(tried.event_id, U&'\001F') AS event_ids,
    LAST(tried.at_us) AS at_us,
    MAX(tried.received_at_us) AS received_at_us,
    LAST(tried.customer_id) AS customer_id,
    LAST(tried.card_id) AS card_id,
    LAST(tried.visitor_id) AS visitor_id,
    LAST(tried.payment_id) AS payment_id
  ONE ROW PER MATCH
  AFTER MATCH SKIP PAST LAST ROW
  PATTERN (tried{{TRIES}}) WITHIN {within}
  DEFINE
    tried AS tried.at_us - FIRST(tried.at_us) <= {WITHIN_US}
)
