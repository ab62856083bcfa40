import { trackImpression } from "../events/track";
import { useSeen } from "../events/useSeen";
import { ModeBadge } from "../shell/ModeBadge";
import { ForYouItem } from "./ForYouItem";
import { describeMoves } from "./moves";
import { useFlip } from "./useFlip";
import { FOR_YOU_LENGTH, useForYou } from "./useForYou";

/** The list the shop decided for this visitor, with why, and which products have just moved up. */
export function ForYou({ heading = "For you" }: { heading?: string }) {
  const { data, isError, refetch } = useForYou();
  const list = useFlip<HTMLOListElement>(data?.revision ?? -1);
  const answer = data?.answer;
  const seen = useSeen<HTMLElement>(answer?.decision_id, () => {
    if (!answer || answer.items.length === 0) return;
    trackImpression({
      surface: "for_you",
      decisionId: answer.decision_id,
      productIds: answer.items.map((item) => item.product_id),
      pricesCents: answer.items.map((item) => item.price_cents),
      propensities: answer.items.map((item) => item.propensity),
    });
  });
  if (isError && !answer) {
    return (
      <section className="for-you" data-testid="for-you" aria-labelledby="for-you-heading">
        <h2 id="for-you-heading">{heading}</h2>
        <p className="notice">
          The list could not be decided just now. <button type="button" className="link" onClick={() => void refetch()}>Ask again</button>
        </p>
      </section>
    );
  }
  return (
    <section className="for-you" data-testid="for-you" aria-labelledby="for-you-heading" aria-busy={!answer} ref={seen}>
      <div className="section-head">
        <h2 id="for-you-heading">{heading}</h2>
        {answer && <Provenance decisionId={answer.decision_id} mode={answer.mode} model={answer.model} />}
      </div>
      {answer && answer.reasons.length > 0 && <p className="for-you-why">{answer.reasons.join("; ")}</p>}
      <ol className="picks" ref={list}>
        {answer?.items.map((item, position) => (
          <ForYouItem
            key={item.product_id}
            item={item}
            position={position}
            decisionId={answer.decision_id}
            move={data?.moves.get(item.product_id) ?? { kind: "same" }}
          />
        ))}
        {!answer && Array.from({ length: FOR_YOU_LENGTH }, (_, place) => <li key={place} className="pick pick-empty" />)}
      </ol>
      <p className="unseen" role="status">{data && data.revision > 0 ? `For you: ${describeMoves(data.moves)}` : ""}</p>
    </section>
  );
}

function Provenance({ decisionId, mode, model }: { decisionId: string; mode: string; model: string | null | undefined }) {
  return (
    <p className="provenance">
      <ModeBadge mode={mode} />
      {model && <span className="badge">{model}</span>}
      <span className="decision">
        decision <code data-testid="decision-id" title={decisionId}>{decisionId}</code>
      </span>
    </p>
  );
}
