-- Declined payments with one card, then one that goes through.
-- Example: two declined payments of 319.00 with card k1, then one that is authorized, a minute apart.
SELECT event_ids, at_us, received_at_us, customer_id, card_id, device_id, visitor_id, payment_id
FROM (SELECT * FROM pattern_rows WHERE kind IN ('authorized', 'declined') AND card_id IS NOT NULL)
MATCH_RECOGNIZE (
  PARTITION BY card_id
  ORDER BY row_time, at_us, event_id
  MEASURES
    LISTAGG(declined.event_id, U&'\001F') || U&'\001F' || paid.event_id AS event_ids,
    paid.at_us AS at_us,
    GREATEST(MAX(declined.received_at_us), paid.received_at_us) AS received_at_us,
    paid.customer_id AS customer_id,
    paid.device_id AS device_id,
    paid.visitor_id AS visitor_id,
    paid.payment_id AS payment_id
  ONE ROW PER MATCH
  AFTER MATCH SKIP PAST LAST ROW
  PATTERN (declined{{LEAST_DECLINES},{MOST_DECLINES}} paid) WITHIN {within}
  DEFINE
    declined AS declined.kind = 'declined' AND declined.at_us - FIRST(declined.at_us) <= {WITHIN_US},
    paid AS paid.kind = 'authorized' AND paid.at_us - FIRST(declined.at_us) <= {WITHIN_US}
)
