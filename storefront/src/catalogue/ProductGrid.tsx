import type { Product } from "../api/types";
import { ProductCard } from "./ProductCard";

export function ProductGrid({ products, busy = false }: { products: readonly Product[] | undefined; busy?: boolean }) {
  return (
    <ul className="grid" aria-busy={busy || !products}>
      {products?.map((product, position) => <ProductCard key={product.product_id} product={product} position={position} />)}
      {!products && Array.from({ length: 12 }, (_, place) => <li key={place} className="card card-empty" />)}
    </ul>
  );
}
