import type { FraudAnswer, FraudRequest } from "../api/types";
import { totalCents, type CartLine } from "../cart/cart";
import { cardIdOf, type DemoCard } from "./cards";

export interface Purchase {
  lines: readonly CartLine[];
  shippingCountry: string;
  billingCountry: string;
  card: DemoCard;
  deviceId: string;
  visitorId: string;
}

/** What a payment needs from outside; the page hands in the API and the event tracker. */
export interface Counter {
  decideFraud(request: FraudRequest): Promise<FraudAnswer>;
  sendOrder(fields: Record<string, unknown>): void;
  sendPayment(fields: Record<string, unknown>): void;
}

/**
 * Asks whether the payment may go through, and only then sends order and payment, which names the decision.
 * A review is authorized and held; a decline fails the order. If the answer is lost, a second try with the same
 * ids gets the recorded decision, and nothing has been sent twice.
 */
export async function pay(purchase: Purchase, orderId: string, paymentId: string, counter: Counter): Promise<FraudAnswer> {
  const order = orderFields(purchase, orderId);
  const payment = paymentFields(purchase, orderId, paymentId);
  const answer = await counter.decideFraud({ ...payment, visitor_id: purchase.visitorId, device_id: purchase.deviceId });
  counter.sendOrder({ ...order, kind: "placed" });
  const declined = answer.action === "decline";
  const reason = answer.action === "accept" ? undefined : `fraud_${answer.action}`;
  counter.sendPayment({ ...payment, kind: declined ? "declined" : "authorized", reason, decision_id: answer.decision_id });
  if (declined) counter.sendOrder({ ...order, kind: "failed", reason });
  else if (answer.action === "accept") counter.sendOrder({ ...order, kind: "completed" });
  return answer;
}

function orderFields(purchase: Purchase, orderId: string): Record<string, unknown> {
  return {
    order_id: orderId,
    lines: purchase.lines.map((line) => ({
      product_id: line.productId,
      quantity: line.quantity,
      unit_price_cents: line.cents,
      ...(line.decisionId ? { decision_id: line.decisionId } : {}),
    })),
    total_cents: totalCents(purchase.lines),
    currency: purchase.lines[0]?.currency,
    payment_method: "card",
    shipping_country: purchase.shippingCountry,
    billing_country: purchase.billingCountry,
  };
}

function paymentFields(purchase: Purchase, orderId: string, paymentId: string) {
  return {
    payment_id: paymentId,
    order_id: orderId,
    amount_cents: totalCents(purchase.lines),
    currency: purchase.lines[0]?.currency ?? "EUR",
    card_id: cardIdOf(purchase.deviceId, purchase.card),
    method: "card",
    card_country: purchase.card.country,
    shipping_country: purchase.shippingCountry,
    billing_country: purchase.billingCountry,
  };
}
