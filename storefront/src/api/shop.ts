import { ApiError, post, request } from "./client";
import type {
  EventsAnswer,
  FraudAnswer,
  FraudRequest,
  PriceAnswer,
  PriceRequest,
  Product,
  ProductList,
  RecommendAnswer,
  RecommendRequest,
  SearchAnswer,
  VisitorFeatures,
} from "./types";

export function listProducts(page: { category?: string | undefined; limit: number; offset: number }): Promise<ProductList> {
  const query = new URLSearchParams({ limit: String(page.limit), offset: String(page.offset) });
  if (page.category) query.set("category", page.category);
  return request(`/v1/products?${query}`);
}

export function readProduct(productId: string): Promise<Product> {
  return request(`/v1/products/${encodeURIComponent(productId)}`);
}

export function search(query: string, limit: number): Promise<SearchAnswer> {
  return request(`/v1/search?${new URLSearchParams({ q: query, limit: String(limit) })}`);
}

export function recommend(visitorId: string, k: number): Promise<RecommendAnswer> {
  const body: RecommendRequest = { visitor_id: visitorId, k, surface: "for_you" };
  return post("/v1/recommendations", body);
}

export function decidePrice(visitorId: string, productId: string): Promise<PriceAnswer> {
  const body: PriceRequest = { visitor_id: visitorId, product_id: productId };
  return post("/v1/price", body);
}

export function decideFraud(payment: FraudRequest): Promise<FraudAnswer> {
  return post("/v1/fraud", payment);
}

export function readFeatures(visitorId: string): Promise<VisitorFeatures> {
  return request(`/v1/visitors/${encodeURIComponent(visitorId)}/features`);
}

export function postEvents(ndjson: string): Promise<EventsAnswer> {
  return request("/v1/events", {
    method: "POST",
    headers: { "content-type": "application/x-ndjson" },
    body: ndjson,
    keepalive: true,
  });
}

/** A missing thing stays missing; anything else may be better in a moment. */
export function worthRetrying(failures: number, error: unknown): boolean {
  return failures < 2 && !(error instanceof ApiError && error.status < 500);
}
