import { describe, expect, it } from "vitest";
import type { FraudAnswer } from "../api/types";
import { DEMO_CARDS } from "./cards";
import { pay, type Counter, type Purchase } from "./payment";

const purchase: Purchase = {
  lines: [{ productId: "p1", title: "Lamp", category: "lamps", image: null, cents: 1_999, currency: "EUR", quantity: 2, decisionId: "d0" }],
  shippingCountry: "DE",
  billingCountry: "AT",
  card: DEMO_CARDS[0]!,
  deviceId: "dev",
  visitorId: "v",
};

function counter(action: FraudAnswer["action"] | "down") {
  const said: string[] = [];
  const payments: Record<string, unknown>[] = [];
  const spy: Counter = {
    decideFraud: async (request) => {
      said.push(`asked ${request.payment_id} ${request.amount_cents}`);
      if (action === "down") throw new Error("no answer");
      const { payment_id } = request;
      return { decision_id: "d1", decided_at: "2026-01-01T00:00:00Z", mode: "normal", model: "f", reasons: [], payment_id, action, risk: 0.1 };
    },
    sendOrder: (fields) => void said.push(`order ${String(fields["kind"])}`),
    sendPayment: (fields) => {
      said.push(`payment ${String(fields["kind"])}`);
      payments.push(fields);
    },
  };
  return { said, payments, spy };
}

describe("pay", () => {
  it.each([
    ["accept", ["asked pay 3998", "order placed", "payment authorized", "order completed"]],
    ["review", ["asked pay 3998", "order placed", "payment authorized"]],
    ["decline", ["asked pay 3998", "order placed", "payment declined", "order failed"]],
  ] as const)("on %s asks first, then sends", async (action, steps) => {
    const { said, payments, spy } = counter(action);
    await pay(purchase, "o", "pay", spy);
    expect(said).toEqual(steps);
    expect(payments[0]).toMatchObject({ decision_id: "d1", payment_id: "pay", order_id: "o", shipping_country: "DE", billing_country: "AT" });
  });

  it("sends nothing when the decision could not be had", async () => {
    const { said, spy } = counter("down");
    await expect(pay(purchase, "o", "pay", spy)).rejects.toThrow("no answer");
    expect(said).toEqual(["asked pay 3998"]);
  });
});
