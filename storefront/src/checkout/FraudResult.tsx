import type { FraudAnswer } from "../api/types";
import { hrefOf } from "../routing/route";
import { ModeBadge } from "../shell/ModeBadge";

const WORDS: Record<FraudAnswer["action"], { title: string; text: string }> = {
  accept: { title: "Thank you, it is on its way", text: "Your payment went through and your order is being packed." },
  review: { title: "Thank you, we are having a look", text: "Your order is kept. Someone checks the payment first, and nothing is charged before that." },
  decline: { title: "This payment did not go through", text: "Nothing was charged and your cart is as it was. Another card, or matching addresses, may help." },
};

/** How the payment went, kindly, and why. */
export function FraudResult({ answer, onAgain }: { answer: FraudAnswer; onAgain: () => void }) {
  const { title, text } = WORDS[answer.action];
  return (
    <div className={`result result-${answer.action}`} data-testid="fraud-answer" data-action={answer.action} role="status">
      <p className="result-title">{title}</p>
      <p>{text}</p>
      <details className="why">
        <summary>How this was decided</summary>
        <ul>
          {answer.reasons.map((reason) => <li key={reason}>{reason}</li>)}
          <li>Risk {(answer.risk * 100).toFixed(1)} %{answer.model ? `, by ${answer.model}` : ""}</li>
        </ul>
        <ModeBadge mode={answer.mode} />
        <p className="decision">decision <code title={answer.decision_id}>{answer.decision_id}</code></p>
      </details>
      {answer.action === "decline" ? (
        <button type="button" className="button" onClick={onAgain}>Try another card</button>
      ) : (
        <a className="button" href={hrefOf({ place: "home" })}>Back to the shop</a>
      )}
    </div>
  );
}
