-- Failed log-ins of one customer, then a password change, then an order.
-- Example: c1 fails to log in three times in a minute, changes the password, and orders seven minutes later.
SELECT event_ids, at_us, received_at_us, customer_id, card_id, device_id, visitor_id, payment_id
FROM (SELECT * FROM pattern_rows WHERE kind IN ('login_failed', 'password_changed', 'placed') AND customer_id IS NOT NULL)
MATCH_RECOGNIZE (
  PARTITION BY customer_id
  ORDER BY row_time, at_us, event_id
  MEASURES
    LISTAGG(failed.event_id, U&'\001F') || U&'\001F' || changed.event_id || U&'\001F' || ordered.event_id AS event_ids,
    ordered.at_us AS at_us,
    GREATEST(MAX(failed.received_at_us), changed.received_at_us, ordered.received_at_us) AS received_at_us,
    ordered.card_id AS card_id,
    ordered.device_id AS device_id,
    ordered.visitor_id AS visitor_id,
    ordered.payment_id AS payment_id
  ONE ROW PER MATCH
  AFTER MATCH SKIP PAST LAST ROW
  PATTERN (failed{{LEAST_FAILURES},{MOST_FAILURES}} changed ordered) WITHIN {within}
  DEFINE
    failed AS failed.kind = 'login_failed' AND failed.at_us - FIRST(failed.at_us) <= {WITHIN_US},
    changed AS changed.kind = 'password_changed' AND changed.at_us - FIRST(failed.at_us) <= {WITHIN_US},
    ordered AS ordered.kind = 'placed' AND ordered.at_us - FIRST(failed.at_us) <= {WITHIN_US}
)
