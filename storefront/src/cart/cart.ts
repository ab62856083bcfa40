import { keep, readKept } from "../state/kept";
import { createStore, useStore } from "../state/store";

export interface CartLine {
  productId: string;
  title: string;
  category: string;
  image: string | null;
  /** The price decided when it was put in; the shop keeps its word. */
  cents: number;
  currency: string;
  quantity: number;
  decisionId: string | null;
}

const cart = createStore<readonly CartLine[]>(readKept<CartLine[]>("cart", []));
cart.subscribe(() => keep("cart", cart.get()));

export function useCart(): readonly CartLine[] {
  return useStore(cart);
}

export function addToCart(added: Omit<CartLine, "quantity">): void {
  cart.update((lines) => withAdded(lines, added));
}

export function setQuantity(productId: string, quantity: number): void {
  cart.update((lines) => withQuantity(lines, productId, quantity));
}

export function emptyCart(): void {
  cart.set([]);
}

/** One line a product; the latest price and cause hold for all of it. */
export function withAdded(lines: readonly CartLine[], added: Omit<CartLine, "quantity">): CartLine[] {
  const old = lines.find((line) => line.productId === added.productId);
  if (!old) return [...lines, { ...added, quantity: 1 }];
  return lines.map((line) => (line === old ? { ...added, quantity: old.quantity + 1 } : line));
}

export function withQuantity(lines: readonly CartLine[], productId: string, quantity: number): CartLine[] {
  return lines.flatMap((line) => (line.productId !== productId ? [line] : quantity > 0 ? [{ ...line, quantity }] : []));
}

export function countOf(lines: readonly CartLine[]): number {
  return lines.reduce((sum, line) => sum + line.quantity, 0);
}

export function totalCents(lines: readonly CartLine[]): number {
  return lines.reduce((sum, line) => sum + line.cents * line.quantity, 0);
}
