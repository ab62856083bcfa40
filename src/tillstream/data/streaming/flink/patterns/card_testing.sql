-- Many small payments from one device, tried or declined, then a large one: stolen cards are tried out.
-- Example: five declined payments of 1.99 from device d1 a minute apart, then 899.00 four minutes later.
SELECT event_ids, at_us, received_at_us, customer_id, card_id, device_id, visitor_id, payment_id
FROM (SELECT * FROM pattern_rows WHERE kind IN ('authorized', 'declined') AND device_id IS NOT NULL)
MATCH_RECOGNIZE (
  PARTITION BY device_id
  ORDER BY row_time, at_us, event_id
  MEASURES
    LISTAGG(tried.event_id, U&'\001F') || U&'\001F' || dear.event_id AS event_ids,
    dear.at_us AS at_us,
    GREATEST(MAX(tried.received_at_us), dear.received_at_us) AS received_at_us,
    dear.customer_id AS customer_id,
    dear.card_id AS card_id,
    dear.visitor_id AS visitor_id,
    dear.payment_id AS payment_id
  ONE ROW PER MATCH
  AFTER MATCH SKIP PAST LAST ROW
  PATTERN (tried{{LEAST_SMALL},{MOST_SMALL}} dear) WITHIN {within}
  DEFINE
    tried AS tried.amount_cents <= {SMALL_CENTS} AND tried.at_us - FIRST(tried.at_us) <= {WITHIN_US},
    dear AS dear.amount_cents >= {LARGE_CENTS} AND dear.at_us - FIRST(tried.at_us) <= {WITHIN_US}
)
