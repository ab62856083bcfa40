import type { CartLine } from "../cart/cart";
import { formatMoney } from "../catalogue/money";
import { Picture } from "../catalogue/Picture";

export function Summary({ lines, amount }: { lines: readonly CartLine[]; amount: string }) {
  return (
    <section className="summary" aria-labelledby="summary-heading">
      <h2 id="summary-heading">Your order</h2>
      <ul>
        {lines.map((line) => (
          <li key={line.productId}>
            <Picture image={line.image} />
            <span>{line.quantity > 1 && `${line.quantity} × `}{line.title}</span>
            <span>{formatMoney(line.cents * line.quantity, line.currency)}</span>
          </li>
        ))}
      </ul>
      <p className="summary-total"><span>Total</span> <strong>{amount}</strong></p>
    </section>
  );
}
