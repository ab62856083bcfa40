import { useEffect, useRef } from "react";
import { totalCents, type CartLine } from "../cart/cart";
import { trackClick } from "../events/track";

/** Sends the steps of a checkout, each once, and `checkout_abandoned` when it is left before a payment. */
export function useCheckoutSteps(lines: readonly CartLine[]): { shippingEntered(): void; paymentEntered(): void } {
  const paid = useRef(false);
  const amount = useRef(0);
  amount.current = totalCents(lines);
  const begun = lines.length > 0;
  useEffect(() => {
    if (!begun || paid.current) return;
    trackClick("checkout_started", { price_cents: amount.current });
    const leave = (): void => {
      if (paid.current) return;
      paid.current = true;
      trackClick("checkout_abandoned", { price_cents: amount.current });
    };
    window.addEventListener("pagehide", leave, { capture: true });
    return () => {
      window.removeEventListener("pagehide", leave, { capture: true });
      leave();
    };
  }, [begun]);
  return {
    shippingEntered: () => trackClick("shipping_entered", { price_cents: amount.current }),
    paymentEntered: () => {
      paid.current = true;
      trackClick("payment_entered", { price_cents: amount.current });
    },
  };
}
