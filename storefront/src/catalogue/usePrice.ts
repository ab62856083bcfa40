import { useQuery } from "@tanstack/react-query";
import { decidePrice } from "../api/shop";
import { me } from "../visitor/identity";

const HOLDS_MS = 5 * 60_000;

/** The price decided for this visitor; it holds for five minutes, so it does not change under the hand. */
export function usePrice(productId: string) {
  return useQuery({ queryKey: ["price", productId], queryFn: () => decidePrice(me.visitorId, productId), staleTime: HOLDS_MS });
}
