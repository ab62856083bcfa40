import { formatMoney } from "../catalogue/money";
import { ForYou } from "../foryou/ForYou";
import { hrefOf } from "../routing/route";
import { PageHeading } from "../shell/PageHeading";
import { totalCents, useCart } from "./cart";
import { CartRow } from "./CartRow";

export function CartPage() {
  const lines = useCart();
  const currency = lines[0]?.currency ?? "EUR";
  return (
    <>
      <PageHeading title="Your cart" />
      {lines.length === 0 ? (
        <p className="notice">Nothing here yet. <a href={hrefOf({ place: "home" })}>See everything</a></p>
      ) : (
        <>
          <ul className="cart">{lines.map((line) => <CartRow key={line.productId} line={line} />)}</ul>
          <div className="cart-sum">
            <p>Total <strong>{formatMoney(totalCents(lines), currency)}</strong></p>
            <a className="button" data-testid="checkout" href={hrefOf({ place: "checkout" })}>Checkout</a>
          </div>
        </>
      )}
      <ForYou />
    </>
  );
}
