import { countOf, useCart } from "../cart/cart";
import { CategoryNav } from "../catalogue/CategoryNav";
import { SearchBox } from "../catalogue/SearchBox";
import { hrefOf, type Route } from "../routing/route";

export function Header({ route }: { route: Route }) {
  return (
    <header className="header">
      <button type="button" className="skip" onClick={() => document.getElementById("main")?.focus()}>Skip to the content</button>
      <div className="header-row">
        <a href={hrefOf({ place: "home" })} className="brand">
          <svg aria-hidden="true" viewBox="0 0 32 32"><rect width="32" height="32" rx="9" /><path d="M6 13c4-4 6-4 10 0s6 4 10 0M6 20c4-4 6-4 10 0s6 4 10 0" /></svg>
          <span className="unseen-narrow">Tillstream</span>
        </a>
        <SearchBox route={route} />
        <CartLink />
      </div>
      <CategoryNav route={route} />
    </header>
  );
}

function CartLink() {
  const count = countOf(useCart());
  return (
    <a href={hrefOf({ place: "cart" })} className="cart-link">
      <svg aria-hidden="true" viewBox="0 0 24 24"><path d="M5 8h14l-1.2 11.2a1 1 0 0 1-1 .8H7.2a1 1 0 0 1-1-.8zM9 8V7a3 3 0 0 1 6 0v1" /></svg>
      <span className="unseen-narrow">Cart</span>
      <span className="cart-count" aria-hidden="true">{count}</span>
      <span className="unseen">{count === 1 ? "1 item" : `${count} items`}</span>
    </a>
  );
}
