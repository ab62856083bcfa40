/** What one line of `POST /v1/events` holds; the rules are the contracts in docs/reference/events.md. */
export interface Line {
  topic: "clicks.v1" | "impressions.v1" | "orders.v1" | "payments.v1";
  event: { event_id: string; occurred_at: string } & Record<string, unknown>;
}

export type ClickKind =
  | "viewed"
  | "refreshed"
  | "searched"
  | "hovered"
  | "scrolled"
  | "cart_added"
  | "cart_removed"
  | "checkout_started"
  | "shipping_entered"
  | "payment_entered"
  | "checkout_abandoned";

/** A line with a fresh id and the time now; fields without a value are left out. */
export function lineOf(topic: Line["topic"], fields: Record<string, unknown>): Line {
  const known = Object.fromEntries(Object.entries(fields).filter(([, value]) => value !== undefined && value !== null));
  return { topic, event: { event_id: crypto.randomUUID(), occurred_at: new Date().toISOString(), ...known } };
}

export function toNdjson(lines: readonly Line[]): string {
  return lines.map((line) => JSON.stringify(line)).join("\n");
}
