-- Two payments in a row with one card that go through and ship to different countries.
-- Example: card k1 pays for a parcel to DE, and two hours later for one to ES.
SELECT event_ids, at_us, received_at_us, customer_id, card_id, device_id, visitor_id, payment_id
FROM (SELECT * FROM pattern_rows WHERE kind = 'authorized' AND shipping_country IS NOT NULL AND card_id IS NOT NULL)
MATCH_RECOGNIZE (
  PARTITION BY card_id
  ORDER BY row_time, at_us, event_id
  MEASURES
    here.event_id || U&'\001F' || elsewhere.event_id AS event_ids,
    elsewhere.at_us AS at_us,
    GREATEST(here.received_at_us, elsewhere.received_at_us) AS received_at_us,
    elsewhere.customer_id AS customer_id,
    elsewhere.device_id AS device_id,
    elsewhere.visitor_id AS visitor_id,
    elsewhere.payment_id AS payment_id
  ONE ROW PER MATCH
  AFTER MATCH SKIP PAST LAST ROW
  PATTERN (here elsewhere) WITHIN {within}
  DEFINE
    elsewhere AS elsewhere.shipping_country <> here.shipping_country AND elsewhere.at_us - here.at_us <= {WITHIN_US}
)
