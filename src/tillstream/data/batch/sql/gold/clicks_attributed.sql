-- table: gold.clicks_attributed
-- key: day, event_id
-- partition: day
-- grows: rebuild days
-- reads: clicks 7 days on, orders 7 days on, campaigns as of
-- owner: data
-- One row a click of a person with the channel it came by: by `utm_medium` and `utm_source`, else by its campaign,
-- else by the host of the referrer, else `direct`; the shop's own host is direct. The campaign is as it was told
-- last at or before the click, among what had been received by then. An order is credited to the last click that
-- was not direct, of the same visitor or customer, in the 7 days up to the order.
WITH people AS (
    SELECT
        *,
        LOWER(COALESCE(utm_medium, '')) AS medium,
        LOWER(COALESCE(utm_source, '')) AS source,
        REGEXP_EXTRACT(LOWER(COALESCE(referrer, '')), '^https?://([^/:?#]+)', 1) AS referrer_host,
        REGEXP_EXTRACT(LOWER(COALESCE(page, '')), '^https?://([^/:?#]+)', 1) AS page_host
    FROM clicks
    WHERE NOT COALESCE(is_bot, FALSE)
),

-- The last word on each campaign that a click names; by its own name where the click has no campaign id.
told AS (
    SELECT
        people.event_id,
        people.occurred_on,
        campaigns.campaign_id,
        campaigns.name,
        campaigns.channel,
        campaigns.category,
        ROW_NUMBER() OVER (
            PARTITION BY people.event_id, people.occurred_on
            ORDER BY campaigns.occurred_at DESC, campaigns.received_at DESC, campaigns.event_id DESC
        ) AS nth
    FROM people
    INNER JOIN campaigns
        ON
            (
                people.campaign_id = campaigns.campaign_id
                OR (people.campaign_id IS NULL AND people.utm_campaign = campaigns.utm_campaign)
            )
            AND campaigns.occurred_at <= people.occurred_at
            AND campaigns.received_at <= people.received_at
    WHERE campaigns.kind = 'started' AND (people.campaign_id IS NOT NULL OR people.utm_campaign IS NOT NULL)
),

channelled AS (
    SELECT
        people.*,
        COALESCE(people.campaign_id, told.campaign_id) AS named_campaign_id,
        told.name AS campaign_name,
        told.category AS campaign_category,
        CASE
            WHEN people.medium IN ('email', 'e-mail', 'newsletter') OR people.source = 'newsletter' THEN 'email'
            WHEN people.medium IN ('cpc', 'ppc', 'cpm', 'paid', 'paid_search', 'display', 'banner', 'retargeting')
                THEN 'paid'
            WHEN people.medium IN ('social', 'social-network', 'sm') THEN 'social'
            WHEN people.medium = 'organic' THEN 'search'
            WHEN people.medium IN ('referral', 'affiliate', 'partner') THEN 'referral'
            WHEN told.channel IN ('email', 'social') THEN told.channel
            WHEN told.channel IN ('search', 'display') THEN 'paid'
            WHEN told.channel = 'affiliate' THEN 'referral'
            WHEN people.medium <> '' OR people.source <> '' OR people.campaign_id IS NOT NULL THEN 'other'
            WHEN people.referrer_host = '' OR people.referrer_host = people.page_host THEN 'direct'
            WHEN REGEXP_MATCHES(people.referrer_host, '(^|[.])(web)?mail[.]') THEN 'email'
            WHEN
                REGEXP_MATCHES(
                    people.referrer_host, '(^|[.])(google|bing|duckduckgo|yahoo|ecosia|baidu|yandex|qwant)[.]'
                )
                THEN 'search'
            WHEN
                REGEXP_MATCHES(
                    people.referrer_host,
                    '(^|[.])(facebook|instagram|tiktok|pinterest|reddit|linkedin|youtube|twitter)[.]|^(x|t)[.]co'
                )
                THEN 'social'
            ELSE 'referral'
        END AS channel
    FROM people
    LEFT JOIN told
        ON people.event_id = told.event_id AND people.occurred_on = told.occurred_on AND told.nth = 1
),

placed AS (
    SELECT event_id, occurred_on, occurred_at, visitor_id, customer_id, total_cents
    FROM orders
    WHERE kind = 'placed'
),

touches AS (
    SELECT event_id, occurred_on, occurred_at, visitor_id, customer_id FROM channelled WHERE channel <> 'direct'
),

candidates AS (
    SELECT placed.event_id AS order_event_id, placed.occurred_on AS ordered_on, placed.total_cents, touches.*
    FROM placed
    INNER JOIN touches
        ON
            placed.visitor_id = touches.visitor_id
            AND touches.occurred_at <= placed.occurred_at
            AND touches.occurred_at > placed.occurred_at - INTERVAL 7 DAY
    UNION ALL
    SELECT placed.event_id AS order_event_id, placed.occurred_on AS ordered_on, placed.total_cents, touches.*
    FROM placed
    INNER JOIN touches
        ON
            placed.customer_id = touches.customer_id
            AND touches.occurred_at <= placed.occurred_at
            AND touches.occurred_at > placed.occurred_at - INTERVAL 7 DAY
),

ranked AS (
    SELECT
        *,
        ROW_NUMBER() OVER (
            PARTITION BY order_event_id, ordered_on ORDER BY occurred_at DESC, event_id DESC
        ) AS place
    FROM candidates
),

credited AS (
    SELECT event_id, occurred_on, COUNT(*) AS orders, SUM(total_cents) AS revenue_cents
    FROM ranked
    WHERE place = 1
    GROUP BY event_id, occurred_on
)

SELECT
    channelled.occurred_on AS day,
    channelled.event_id,
    channelled.occurred_at,
    channelled.received_at,
    channelled.visitor_id,
    channelled.customer_id,
    channelled.kind,
    channelled.product_id,
    channelled.channel,
    CASE WHEN channelled.referrer_host <> '' THEN channelled.referrer_host END AS referrer_host,
    channelled.named_campaign_id AS campaign_id,
    channelled.campaign_name,
    channelled.campaign_category,
    channelled.utm_source,
    channelled.utm_medium,
    channelled.utm_campaign,
    COALESCE(credited.orders, 0) AS orders,
    COALESCE(credited.revenue_cents, 0) AS revenue_cents
FROM channelled
LEFT JOIN credited
    ON channelled.event_id = credited.event_id AND channelled.occurred_on = credited.occurred_on
