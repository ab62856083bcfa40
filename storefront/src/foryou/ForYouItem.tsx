import type { RecommendedItem } from "../api/types";
import { Picture } from "../catalogue/Picture";
import { formatMoney } from "../catalogue/money";
import { rememberCause } from "../events/causes";
import { useHover } from "../events/useHover";
import { hrefOf } from "../routing/route";
import type { Move } from "./moves";

interface Props {
  item: RecommendedItem;
  position: number;
  decisionId: string;
  move: Move;
}

export function ForYouItem({ item, position, decisionId, move }: Props) {
  const { product_id: productId, category, title } = item;
  const hover = useHover({ product_id: productId, category, decision_id: decisionId, position }, title);
  const moved = move.kind === "up" || move.kind === "new";
  return (
    <li
      className={moved ? "pick pick-moved" : "pick"}
      data-testid="for-you-item"
      data-product-id={productId}
      data-category={category}
      data-flip={productId}
      {...hover}
    >
      <a
        href={hrefOf({ place: "product", productId })}
        onClick={() => rememberCause(productId, { decisionId, position })}
        className="pick-link"
      >
        <Picture image={item.image} />
        <MoveMark move={move} />
        <span className="pick-title">{title}</span>
        <span className="pick-price">{formatMoney(item.price_cents, item.currency)}</span>
        <span className="pick-reason">{item.reason}</span>
      </a>
    </li>
  );
}

function MoveMark({ move }: { move: Move }) {
  if (move.kind === "new") return <span className="mark mark-new">New</span>;
  if (move.kind !== "up") return null;
  return (
    <span className="mark mark-up">
      <span aria-hidden="true">↑ {move.by}</span>
      <span className="unseen">moved up by {move.by}</span>
    </span>
  );
}
