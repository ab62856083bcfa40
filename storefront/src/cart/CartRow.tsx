import { formatMoney } from "../catalogue/money";
import { Picture } from "../catalogue/Picture";
import { trackClick } from "../events/track";
import { hrefOf } from "../routing/route";
import { setQuantity, type CartLine } from "./cart";

export function CartRow({ line }: { line: CartLine }) {
  const { productId, title, category, quantity, cents, currency } = line;
  const change = (by: 1 | -1): void => {
    setQuantity(productId, quantity + by);
    trackClick(by > 0 ? "cart_added" : "cart_removed", { product_id: productId, category, quantity: 1, price_cents: cents }, title);
  };
  return (
    <li className="cart-row">
      <Picture image={line.image} />
      <a href={hrefOf({ place: "product", productId })} className="cart-title">{title}</a>
      <div className="stepper" role="group" aria-label={`Quantity of ${title}`}>
        <button type="button" onClick={() => change(-1)} aria-label={quantity === 1 ? `Remove ${title}` : "One less"}>−</button>
        <span aria-live="polite">{quantity}</span>
        <button type="button" onClick={() => change(1)} aria-label="One more">+</button>
      </div>
      <span className="cart-price">{formatMoney(cents * quantity, currency)}</span>
    </li>
  );
}
