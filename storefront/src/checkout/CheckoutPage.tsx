import { useMutation } from "@tanstack/react-query";
import { useRef, useState } from "react";
import { decideFraud } from "../api/shop";
import { emptyCart, totalCents, useCart } from "../cart/cart";
import { formatMoney } from "../catalogue/money";
import { trackOrder, trackPayment } from "../events/track";
import { hrefOf } from "../routing/route";
import { Failure } from "../shell/Failure";
import { PageHeading } from "../shell/PageHeading";
import { me } from "../visitor/identity";
import { DEMO_CARDS } from "./cards";
import { FraudResult } from "./FraudResult";
import { pay } from "./payment";
import { PaymentStep } from "./PaymentStep";
import { ShippingStep } from "./ShippingStep";
import { Summary } from "./Summary";
import { useCheckoutSteps } from "./useCheckoutSteps";

export function CheckoutPage() {
  const lines = useCart();
  const [places, setPlaces] = useState({ shipping: "DE", billing: "DE" });
  const [card, setCard] = useState(DEMO_CARDS[0]!);
  const [step, setStep] = useState<"shipping" | "payment">("shipping");
  const steps = useCheckoutSteps(lines);
  const ids = useRef(freshIds());
  const payment = useMutation({
    mutationFn: () => {
      const purchase = { lines, card, shippingCountry: places.shipping, billingCountry: places.billing, deviceId: me.deviceId, visitorId: me.visitorId };
      return pay(purchase, ids.current.order, ids.current.payment, { decideFraud, sendOrder: trackOrder, sendPayment: trackPayment });
    },
    onSuccess: (answer) => {
      ids.current = freshIds();
      if (answer.action !== "decline") emptyCart();
    },
  });
  const onShipping = (): void => {
    setStep("payment");
    steps.shippingEntered();
  };
  const onPay = (): void => {
    steps.paymentEntered();
    payment.mutate();
  };
  const amount = formatMoney(totalCents(lines), lines[0]?.currency ?? "EUR");
  return (
    <>
      <PageHeading title="Checkout" />
      {payment.data ? (
        <FraudResult answer={payment.data} onAgain={payment.reset} />
      ) : lines.length === 0 ? (
        <p className="notice">Your cart is empty. <a href={hrefOf({ place: "home" })}>See everything</a></p>
      ) : (
        <div className="checkout">
          <div className="steps">
            <ShippingStep {...places} done={step === "payment"} onChange={(shipping, billing) => setPlaces({ shipping, billing })} onDone={onShipping} />
            {step === "payment" && <PaymentStep card={card} amount={amount} busy={payment.isPending} onChange={setCard} onPay={onPay} />}
            {payment.isError && <Failure error={payment.error} onRetry={() => payment.mutate()} />}
          </div>
          <Summary lines={lines} amount={amount} />
        </div>
      )}
    </>
  );
}

function freshIds(): { order: string; payment: string } {
  return { order: `o-${crypto.randomUUID()}`, payment: `p-${crypto.randomUUID()}` };
}
