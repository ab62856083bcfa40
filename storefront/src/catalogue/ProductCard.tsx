import type { Product } from "../api/types";
import { useHover } from "../events/useHover";
import { hrefOf } from "../routing/route";
import { formatMoney } from "./money";
import { Picture } from "./Picture";

export function ProductCard({ product, position }: { product: Product; position: number }) {
  const { product_id: productId, category, title } = product;
  const hover = useHover({ product_id: productId, category, position }, title);
  return (
    <li className="card" data-testid="product-card" data-product-id={productId} data-category={category} {...hover}>
      <a href={hrefOf({ place: "product", productId })} className="card-link">
        <Picture image={product.image} />
        <span className="card-brand">{product.brand ?? category}</span>
        <span className="card-title">{title}</span>
        <span className="card-price">{formatMoney(product.price_cents, product.currency)}</span>
        {product.in_stock === false && <span className="card-note">Out of stock</span>}
      </a>
    </li>
  );
}
