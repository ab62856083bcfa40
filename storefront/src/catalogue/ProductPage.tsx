import { useState } from "react";
import type { PriceAnswer, Product } from "../api/types";
import { addToCart } from "../cart/cart";
import { causeOf } from "../events/causes";
import { trackClick } from "../events/track";
import { ForYou } from "../foryou/ForYou";
import { hrefOf } from "../routing/route";
import { Failure } from "../shell/Failure";
import { PageHeading } from "../shell/PageHeading";
import { capitalize } from "./CategoryNav";
import { Picture } from "./Picture";
import { Price } from "./Price";
import { usePrice } from "./usePrice";
import { useProduct } from "./useProducts";
import { useViewed } from "./useViewed";

export function ProductPage({ productId }: { productId: string }) {
  const { data: product, isError, error, refetch } = useProduct(productId);
  const price = usePrice(productId);
  useViewed(product);
  if (isError && !product) return <Failure error={error} onRetry={() => void refetch()} />;
  return (
    <>
      {product ? <Details key={productId} product={product} price={price.data} /> : <div className="product product-empty" aria-busy="true" />}
      <ForYou heading="For you, now" />
    </>
  );
}

function Details({ product, price }: { product: Product; price: PriceAnswer | undefined }) {
  return (
    <article className="product">
      <Picture image={product.image} alt={product.title} eager />
      <div className="product-text">
        <p className="crumbs">
          <a href={hrefOf({ place: "category", category: product.category })}>{capitalize(product.category)}</a>
          {product.brand && <span> · {product.brand}</span>}
        </p>
        <PageHeading title={product.title} />
        <Price product={product} answer={price} />
        {product.description && <p className="description">{product.description}</p>}
        <AddToCart product={product} price={price} />
      </div>
    </article>
  );
}

function AddToCart({ product, price }: { product: Product; price: PriceAnswer | undefined }) {
  const [added, setAdded] = useState(false);
  const { product_id: productId, category, title } = product;
  const add = (): void => {
    const cents = price?.price_cents ?? product.price_cents;
    const decisionId = causeOf(productId)?.decisionId ?? price?.decision_id;
    addToCart({ productId, title, category, image: product.image ?? null, cents, currency: product.currency, decisionId: decisionId ?? null });
    trackClick("cart_added", { product_id: productId, category, quantity: 1, price_cents: cents, decision_id: decisionId }, title);
    setAdded(true);
  };
  const gone = product.in_stock === false;
  return (
    <div className="buy">
      <button type="button" className="button" data-testid="add-to-cart" onClick={add} disabled={gone}>{gone ? "Out of stock" : "Add to cart"}</button>
      <p role="status" className="added">{added && <>In your cart. <a href={hrefOf({ place: "cart" })}>Open it</a></>}</p>
    </div>
  );
}
