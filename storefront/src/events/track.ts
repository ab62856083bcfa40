import { noteSent } from "../live/activity";
import { me } from "../visitor/identity";
import { lineOf, type ClickKind, type Line } from "./line";
import { send } from "./outbox";

export interface ClickFields {
  product_id?: string | undefined;
  category?: string | undefined;
  query?: string | undefined;
  decision_id?: string | undefined;
  position?: number | undefined;
  quantity?: number | undefined;
  price_cents?: number | undefined;
  duration_ms?: number | undefined;
  scroll_ratio?: number | undefined;
}

/** What the live panel calls it, beside the kind. */
type Label = string | undefined;

function put(line: Line, label: Label): void {
  noteSent(line, label);
  send(line);
}

export function trackClick(kind: ClickKind, fields: ClickFields = {}, label?: Label): void {
  const page = location.hash || "#/";
  put(lineOf("clicks.v1", { visitor_id: me.visitorId, kind, ...fields, page, device_id: me.deviceId, device_type: me.deviceType }), label);
}

export interface Shown {
  surface: "for_you" | "search" | "product" | "price" | "cart";
  productIds: readonly string[];
  decisionId: string;
  pricesCents?: readonly number[];
  propensities?: readonly number[];
}

export function trackImpression(shown: Shown): void {
  const { surface, productIds, decisionId, pricesCents, propensities } = shown;
  const fields = { surface, product_ids: productIds, decision_id: decisionId, prices_cents: pricesCents, propensities };
  put(lineOf("impressions.v1", { visitor_id: me.visitorId, ...fields, device_type: me.deviceType }), surface.replace("_", " "));
}

export function trackOrder(fields: Record<string, unknown>): void {
  put(lineOf("orders.v1", { visitor_id: me.visitorId, device_id: me.deviceId, ...fields }), undefined);
}

export function trackPayment(fields: Record<string, unknown>): void {
  put(lineOf("payments.v1", { visitor_id: me.visitorId, device_id: me.deviceId, ...fields }), undefined);
}
