-- table: silver.clicks
-- key: event_id, occurred_on
-- partition: occurred_on
-- grows: append
-- reads: incoming, existing
-- owner: data
-- One row an action of a visitor; `is_bot` where a program made it, by the rule of core/contracts/bots.py.
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
    visitor_id,
    kind,
    customer_id,
    product_id,
    category,
    query,
    decision_id,
    position,
    quantity,
    price_cents,
    duration_ms,
    scroll_ratio,
    page,
    referrer,
    campaign_id,
    utm_source,
    utm_medium,
    utm_campaign,
    device_id,
    device_type,
    browser,
    user_agent,
    country,
    region,
    COALESCE(
        REGEXP_MATCHES(
            LOWER(user_agent),
            '(^|[^u])bots?([^a-z]|$)|crawl|spider|slurp|scrap|facebookexternalhit'
            || '|headless|phantomjs|puppeteer|playwright|selenium'
            || '|^(curl|wget|python|java|go-http-client|libwww-perl|axios|node-fetch)[-/ ]'
        ),
        FALSE
    )
    OR COALESCE(scroll_ratio >= 0.9 AND duration_ms < 100, FALSE) AS is_bot,
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
