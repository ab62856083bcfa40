-- Sessions of each visitor once their time is over, and beside them the steps that came just now, for what can be
-- said of a session while it is open; what came long ago is not even decoded for that. A row is of a session where
-- `events` is set, of a step elsewhere.
--
-- Two steps whose windows touch share a session, so one at exactly the gap joins. A copy of an event changes no count,
-- for each counts ids. Times are as text of one length, so that the smallest and the largest are also the first and
-- the last, ids deciding between equal ones.
SELECT
  visitor_id,
  MAX(received_at_us) AS received_at_us,
  MIN(at_and_id) AS first_at_and_id,
  MAX(at_us) AS at_us,
  COUNT(DISTINCT event_id) AS events,
  COUNT(DISTINCT event_id) FILTER (WHERE kind = 'placed') AS orders,
  COUNT(DISTINCT event_id) FILTER (WHERE kind = 'refreshed') AS refreshes,
  COUNT(DISTINCT event_id) FILTER (WHERE kind = 'viewed') AS viewed,
  COUNT(DISTINCT event_id) FILTER (WHERE kind = 'cart_added') AS cart_additions,
  COUNT(DISTINCT product_id) AS products,
  MAX(at_and_id || U&'\0000' || customer_id) AS last_customer,
  CAST(NULL AS STRING) AS event_id,
  CAST(NULL AS STRING) AS kind,
  CAST(NULL AS STRING) AS product_id,
  CAST(NULL AS STRING) AS customer_id
FROM TABLE(SESSION(TABLE timed_steps PARTITION BY visitor_id, DESCRIPTOR(row_at), {gap}))
GROUP BY visitor_id, window_start, window_end
UNION ALL
SELECT
  visitor_id, received_at_us, CAST(NULL AS STRING), at_us, CAST(NULL AS BIGINT), CAST(NULL AS BIGINT),
  CAST(NULL AS BIGINT), CAST(NULL AS BIGINT), CAST(NULL AS BIGINT), CAST(NULL AS BIGINT), CAST(NULL AS STRING),
  event_id, kind, product_id, customer_id
FROM live_steps
