import type { PriceAnswer, Product } from "../api/types";
import { trackImpression } from "../events/track";
import { useSeen } from "../events/useSeen";
import { ModeBadge } from "../shell/ModeBadge";
import { formatMoney } from "./money";

/** Today's price with the list price beside it where they differ, and why. */
export function Price({ product, answer }: { product: Product; answer: PriceAnswer | undefined }) {
  const seen = useSeen<HTMLDivElement>(answer?.decision_id, () => {
    if (!answer) return;
    const { product_id, price_cents, decision_id } = answer;
    trackImpression({ surface: "price", productIds: [product_id], decisionId: decision_id, pricesCents: [price_cents] });
  });
  const cents = answer?.price_cents ?? product.price_cents;
  const currency = answer?.currency ?? product.currency;
  const list = answer?.list_price_cents ?? product.price_cents;
  return (
    <div className="price-block" ref={seen}>
      <p className="price">
        <span data-testid="price" data-cents={cents}>{formatMoney(cents, currency)}</span>
        {list > cents && (
          <>
            {" "}
            <s className="price-list"><span className="unseen">instead of </span>{formatMoney(list, currency)}</s>
            <span className="badge badge-good">−{Math.round((1 - cents / list) * 100)} %</span>
          </>
        )}
      </p>
      {answer && (
        <details className="why" data-testid="price-why" open>
          <summary>Why this price</summary>
          <ul>{answer.reasons.map((reason) => <li key={reason}>{reason}</li>)}</ul>
          <ModeBadge mode={answer.mode} />
          <p className="decision">decision <code title={answer.decision_id}>{answer.decision_id}</code></p>
        </details>
      )}
    </div>
  );
}
