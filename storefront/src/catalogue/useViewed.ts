import { useEffect } from "react";
import type { Product } from "../api/types";
import { causeOf } from "../events/causes";
import { trackClick } from "../events/track";

let isReload = (performance.getEntriesByType("navigation")[0] as PerformanceNavigationTiming | undefined)?.type === "reload";

/** Sends `viewed` once a product page is open (`refreshed` if it was loaded again), with the decision that led there. */
export function useViewed(product: Product | undefined): void {
  const productId = product?.product_id;
  const category = product?.category;
  const title = product?.title;
  const cents = product?.price_cents;
  useEffect(() => {
    if (productId === undefined) return;
    const cause = causeOf(productId);
    const fields = { product_id: productId, category, decision_id: cause?.decisionId, position: cause?.position, price_cents: cents };
    trackClick(isReload ? "refreshed" : "viewed", fields, title);
    isReload = false;
  }, [productId, category, title, cents]);
}
