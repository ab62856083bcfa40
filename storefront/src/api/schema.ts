// Generated from docs/reference/openapi.json by `npm run client`; do not edit.
export interface paths {
    "/healthz": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** Whether the process lives */
        get: operations["healthz"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/metrics": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** Prometheus metrics */
        get: operations["metrics"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/readyz": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** Whether it decides, and with what; a missing model or store is a mode, not a refusal */
        get: operations["readyz"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/churn": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /** Whether a customer is about to leave. */
        post: operations["decide_churn"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/decisions/{decision_id}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** A decision's record, while the spool keeps it */
        get: operations["show_decision"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/events": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /** Events of the shop; 202 once they are durable */
        post: operations["send_events"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/fraud": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /** A payment that is about to be made; a second request for it gets the recorded answer. */
        post: operations["decide_fraud"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/price": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /** The price of one product for one visitor. */
        post: operations["decide_price"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/products": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** Products, most popular first */
        get: operations["list_products"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/products/{product_id}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** One product */
        get: operations["show_product"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/recommendations": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /** A list for a visitor; `product_id` is the product on the page, if there is one. */
        post: operations["decide_recommendations"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/search": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** Products that match words, most relevant first */
        get: operations["search_products"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/visitors/{visitor_id}/features": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** A visitor's live features */
        get: operations["show_visitor_features"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
}
export type webhooks = Record<string, never>;
export interface components {
    schemas: {
        /**
         * CategoryCount
         * @description A category and how many products it has.
         */
        CategoryCount: {
            count: number;
            name: string;
        };
        /**
         * ChurnAnswer
         * @description How likely the customer is to leave and what to do; `risk` is null where nothing is known.
         */
        ChurnAnswer: {
            /** @enum {unknown} */
            action: "none" | "offer" | "remind";
            /** @enum {unknown} */
            band: "high" | "low" | "medium";
            customer_id: string;
            decided_at: string;
            decision_id: string;
            mode: string;
            model: string | null;
            reasons: string[];
            risk: number | null;
        };
        /**
         * ChurnRequest
         * @description Whether a customer is about to leave.
         */
        ChurnRequest: {
            customer_id: string;
        };
        /**
         * EventsAnswer
         * @description How many events are durable, and which were not taken.
         */
        EventsAnswer: {
            accepted: number;
            rejected: components["schemas"]["Rejection"][];
        };
        /**
         * FraudAnswer
         * @description What to do with the payment; `risk` is the model's probability, or the plain rule's stand-in for it.
         */
        FraudAnswer: {
            /** @enum {unknown} */
            action: "accept" | "decline" | "review";
            decided_at: string;
            decision_id: string;
            mode: string;
            model: string | null;
            payment_id: string;
            reasons: string[];
            risk: number;
        };
        /**
         * FraudRequest
         * @description A payment that is about to be made; a second request for it gets the recorded answer.
         */
        FraudRequest: {
            /** @description Money in hundredths of the currency. */
            amount_cents: number;
            /** @default null */
            billing_country?: string | null;
            /** @default null */
            card_country?: string | null;
            /** @default null */
            card_id?: string | null;
            /** @description ISO 4217. */
            currency: string;
            /** @default null */
            customer_id?: string | null;
            /** @default null */
            device_id?: string | null;
            /** @default null */
            ip_country?: string | null;
            /** @default null */
            method?: string | null;
            /** @default null */
            order_id?: string | null;
            payment_id: string;
            /** @default null */
            shipping_country?: string | null;
            /** @default null */
            terminal_id?: string | null;
            /** @default null */
            visitor_id?: string | null;
        };
        /**
         * Health
         * @description Whether the process lives, and what it decides with.
         */
        Health: {
            /** @default {} */
            models?: {
                [key: string]: string;
            };
            /** @default null */
            snapshot?: string | null;
            /** @default null */
            snapshot_age_seconds?: number | null;
            status: string;
            /** @default null */
            store?: string | null;
        };
        /**
         * Item
         * @description One product of a list; `propensity` is the chance the policy gave it of standing where it stands.
         */
        Item: {
            brand: string | null;
            category: string;
            /** @description ISO 4217. */
            currency: string;
            image: string | null;
            /** @description Money in hundredths of the currency. */
            price_cents: number;
            product_id: string;
            propensity: number;
            reason: string;
            score: number;
            title: string;
        };
        /**
         * PriceAnswer
         * @description The price to show, beside the list price.
         */
        PriceAnswer: {
            /** @description ISO 4217. */
            currency: string;
            decided_at: string;
            decision_id: string;
            /** @description Money in hundredths of the currency. */
            list_price_cents: number;
            mode: string;
            model: string | null;
            /** @description Money in hundredths of the currency. */
            price_cents: number;
            product_id: string;
            reasons: string[];
        };
        /**
         * PriceRequest
         * @description The price of one product for one visitor.
         */
        PriceRequest: {
            /** @default null */
            customer_id?: string | null;
            product_id: string;
            visitor_id: string;
        };
        /**
         * Problem
         * @description The body of every error.
         */
        Problem: {
            detail: string;
            status: number;
            title: string;
            type: string;
        };
        /**
         * Product
         * @description A product as the page shows it; `in_stock` is true where no stock was ever told.
         */
        Product: {
            /** @default null */
            brand?: string | null;
            category: string;
            currency: string;
            /** @default null */
            description?: string | null;
            /** @default null */
            image?: string | null;
            /** @default true */
            in_stock?: boolean;
            price_cents: number;
            product_id: string;
            title: string;
        };
        /**
         * ProductList
         * @description A page of products, most popular first.
         */
        ProductList: {
            categories: components["schemas"]["CategoryCount"][];
            items: components["schemas"]["Product"][];
            total: number;
        };
        /**
         * RecommendAnswer
         * @description A list, best first.
         */
        RecommendAnswer: {
            arm: string;
            decided_at: string;
            decision_id: string;
            items: components["schemas"]["Item"][];
            mode: string;
            model: string | null;
            reasons: string[];
        };
        /**
         * RecommendRequest
         * @description A list for a visitor; `product_id` is the product on the page, if there is one.
         */
        RecommendRequest: {
            /** @default null */
            customer_id?: string | null;
            /** @default 8 */
            k?: number;
            /** @default null */
            product_id?: string | null;
            /**
             * @default for_you
             * @enum {unknown}
             */
            surface?: "cart" | "for_you" | "product" | "search";
            visitor_id: string;
        };
        /**
         * Rejection
         * @description A line that broke a rule, counted from 1, and the dead letter that keeps its bytes.
         */
        Rejection: {
            dead_letter_id: string;
            line: number;
            reasons: string[];
        };
        /**
         * SearchAnswer
         * @description Products that match, most relevant first.
         */
        SearchAnswer: {
            items: components["schemas"]["Product"][];
            query: string;
            total: number;
        };
        /**
         * Shown
         * @description A decision's record; `record.answer` is what was answered.
         */
        Shown: {
            arm: string | null;
            decided_at: string;
            decision_id: string;
            mode: string;
            model: string | null;
            propensity: number | null;
            record: Record<string, never>;
            use_case: string;
        };
        /**
         * VisitorFeatures
         * @description A visitor's features as the next decision would read them.
         */
        VisitorFeatures: {
            at: string;
            features: Record<string, never>;
            mode: string;
            position: string | null;
        };
    };
    responses: never;
    parameters: never;
    requestBodies: never;
    headers: never;
    pathItems: never;
}
export type $defs = Record<string, never>;
export interface operations {
    healthz: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Whether the process lives, and what it decides with. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Health"];
                };
            };
        };
    };
    metrics: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Successful Response */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
        };
    };
    readyz: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Whether the process lives, and what it decides with. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Health"];
                };
            };
        };
    };
    decide_churn: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                /**
                 * @example {
                 *       "customer_id": "c-5"
                 *     }
                 */
                "application/json": components["schemas"]["ChurnRequest"];
            };
        };
        responses: {
            /** @description How likely the customer is to leave and what to do; `risk` is null where nothing is known. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    /**
                     * @example {
                     *       "decision_id": "d00064f0c1a2b3c4d5e6f7aa",
                     *       "decided_at": "2026-03-02T10:15:30.123456Z",
                     *       "mode": "not_trained",
                     *       "customer_id": "c-5",
                     *       "risk": 0.41,
                     *       "band": "medium",
                     *       "action": "remind",
                     *       "reasons": [
                     *         "not trained: no customer has left in this log yet",
                     *         "37 days since the last order"
                     *       ]
                     *     }
                     */
                    "application/json": components["schemas"]["ChurnAnswer"];
                };
            };
            /** @description Nothing under that id. */
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description The body or a parameter broke a rule. */
            422: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description The record could not be written, or there is no snapshot yet; try again. */
            503: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    show_decision: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                decision_id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description A decision's record; `record.answer` is what was answered. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Shown"];
                };
            };
            /** @description Nothing under that id. */
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description The body or a parameter broke a rule. */
            422: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    send_events: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                /**
                 * @example {
                 *       "topic": "clicks.v1",
                 *       "event": {
                 *         "event_id": "e-1",
                 *         "occurred_at": "2026-03-02T10:15:29Z",
                 *         "visitor_id": "v-17",
                 *         "kind": "viewed",
                 *         "product_id": "p-0042"
                 *       }
                 *     }
                 */
                "application/json": {
                    event: Record<string, never>;
                    topic: string;
                };
                /** @example {"topic":"clicks.v1","event":{"event_id":"e-1","occurred_at":"2026-03-02T10:15:29Z","visitor_id":"v-17","kind":"viewed","product_id":"p-0042"}} */
                "application/x-ndjson": string;
            };
        };
        responses: {
            /** @description How many events are durable, and which were not taken. */
            202: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    /**
                     * @example {
                     *       "accepted": 1,
                     *       "rejected": [
                     *         {
                     *           "line": 2,
                     *           "reasons": [
                     *             "Object missing required field `visitor_id`"
                     *           ],
                     *           "dead_letter_id": "5b0f7c1e9a2d4c68"
                     *         }
                     *       ]
                     *     }
                     */
                    "application/json": components["schemas"]["EventsAnswer"];
                };
            };
            /** @description The body is too large. */
            413: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description A content type that is not read. */
            415: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description The body or a parameter broke a rule. */
            422: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description The record could not be written, or there is no snapshot yet; try again. */
            503: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    decide_fraud: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                /**
                 * @example {
                 *       "payment_id": "pay-900",
                 *       "amount_cents": 12900,
                 *       "currency": "EUR",
                 *       "customer_id": "c-5",
                 *       "card_id": "card-77",
                 *       "device_id": "dev-3",
                 *       "card_country": "DE",
                 *       "ip_country": "DE"
                 *     }
                 */
                "application/json": components["schemas"]["FraudRequest"];
            };
        };
        responses: {
            /** @description What to do with the payment; `risk` is the model's probability, or the plain rule's stand-in for it. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    /**
                     * @example {
                     *       "decision_id": "p0b1c2d3e4f5a6b7c8d9e0f1a2b3c4d5",
                     *       "decided_at": "2026-03-02T10:15:30.123456Z",
                     *       "mode": "normal",
                     *       "model": "fraud@3",
                     *       "payment_id": "pay-900",
                     *       "action": "review",
                     *       "risk": 0.62,
                     *       "reasons": [
                     *         "payments with this card in the last hour: 7"
                     *       ]
                     *     }
                     */
                    "application/json": components["schemas"]["FraudAnswer"];
                };
            };
            /** @description Nothing under that id. */
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description The body or a parameter broke a rule. */
            422: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description The record could not be written, or there is no snapshot yet; try again. */
            503: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    decide_price: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                /**
                 * @example {
                 *       "visitor_id": "v-17",
                 *       "product_id": "p-0042"
                 *     }
                 */
                "application/json": components["schemas"]["PriceRequest"];
            };
        };
        responses: {
            /** @description The price to show, beside the list price. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    /**
                     * @example {
                     *       "decision_id": "d00064f0c1a2b3c4d5e6f7a9",
                     *       "decided_at": "2026-03-02T10:15:30.123456Z",
                     *       "mode": "normal",
                     *       "model": "price@2",
                     *       "product_id": "p-0042",
                     *       "price_cents": 8540,
                     *       "list_price_cents": 8900,
                     *       "currency": "EUR",
                     *       "reasons": [
                     *         "demand changes by 1.8 % for each 1 % of price",
                     *         "4.0 % below the list price brings the most"
                     *       ]
                     *     }
                     */
                    "application/json": components["schemas"]["PriceAnswer"];
                };
            };
            /** @description Nothing under that id. */
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description The body or a parameter broke a rule. */
            422: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description The record could not be written, or there is no snapshot yet; try again. */
            503: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    list_products: {
        parameters: {
            query?: {
                category?: string | null;
                limit?: number;
                offset?: number;
            };
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description A page of products, most popular first. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ProductList"];
                };
            };
            /** @description The body or a parameter broke a rule. */
            422: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description The record could not be written, or there is no snapshot yet; try again. */
            503: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    show_product: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                product_id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description A product as the page shows it; `in_stock` is true where no stock was ever told. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    /**
                     * @example {
                     *       "product_id": "p-0042",
                     *       "title": "Trail Shoe Alder",
                     *       "category": "shoes",
                     *       "brand": "Northway",
                     *       "description": "A light shoe for wet paths.",
                     *       "price_cents": 8900,
                     *       "currency": "EUR",
                     *       "image": "/pictures/shoes-3.svg",
                     *       "in_stock": true
                     *     }
                     */
                    "application/json": components["schemas"]["Product"];
                };
            };
            /** @description Nothing under that id. */
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description The body or a parameter broke a rule. */
            422: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description The record could not be written, or there is no snapshot yet; try again. */
            503: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    decide_recommendations: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                /**
                 * @example {
                 *       "visitor_id": "v-17",
                 *       "k": 8,
                 *       "surface": "for_you"
                 *     }
                 */
                "application/json": components["schemas"]["RecommendRequest"];
            };
        };
        responses: {
            /** @description A list, best first. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    /**
                     * @example {
                     *       "decision_id": "d00064f0c1a2b3c4d5e6f7a8",
                     *       "decided_at": "2026-03-02T10:15:30.123456Z",
                     *       "mode": "normal",
                     *       "model": "recommend@4",
                     *       "arm": "champion",
                     *       "items": [
                     *         {
                     *           "product_id": "p-0042",
                     *           "title": "Trail Shoe Alder",
                     *           "category": "shoes",
                     *           "brand": "Northway",
                     *           "price_cents": 8900,
                     *           "currency": "EUR",
                     *           "image": "/pictures/shoes-3.svg",
                     *           "score": 0.913,
                     *           "reason": "because you looked at Trail Shoe Birch",
                     *           "propensity": 1
                     *         }
                     *       ],
                     *       "reasons": [
                     *         "5 of 8 are shoes: that is what you look at"
                     *       ]
                     *     }
                     */
                    "application/json": components["schemas"]["RecommendAnswer"];
                };
            };
            /** @description Nothing under that id. */
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description The body or a parameter broke a rule. */
            422: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description The record could not be written, or there is no snapshot yet; try again. */
            503: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    search_products: {
        parameters: {
            query: {
                limit?: number;
                q: string;
            };
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Products that match, most relevant first. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["SearchAnswer"];
                };
            };
            /** @description The body or a parameter broke a rule. */
            422: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description The record could not be written, or there is no snapshot yet; try again. */
            503: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    show_visitor_features: {
        parameters: {
            query?: {
                customer_id?: string | null;
            };
            header?: never;
            path: {
                visitor_id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description A visitor's features as the next decision would read them. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["VisitorFeatures"];
                };
            };
            /** @description The body or a parameter broke a rule. */
            422: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
}
