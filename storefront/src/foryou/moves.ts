/** How each product of a list stands against the list before it. */
export type Move = { kind: "new" } | { kind: "up"; by: number } | { kind: "down"; by: number } | { kind: "same" };

export function movesBetween(before: readonly string[], after: readonly string[]): Map<string, Move> {
  const places = new Map(before.map((id, place) => [id, place]));
  return new Map(after.map((id, place) => [id, moveOf(places.get(id), place)]));
}

function moveOf(before: number | undefined, now: number): Move {
  if (before === undefined) return { kind: "new" };
  if (before > now) return { kind: "up", by: before - now };
  if (before < now) return { kind: "down", by: now - before };
  return { kind: "same" };
}

export function sameOrder(before: readonly string[], after: readonly string[]): boolean {
  return before.length === after.length && before.every((id, place) => id === after[place]);
}

/** The change in words, for the live panel and for screen readers. */
export function describeMoves(moves: ReadonlyMap<string, Move>): string {
  const count = (kind: Move["kind"]): number => [...moves.values()].filter((move) => move.kind === kind).length;
  const parts = [
    [count("new"), "new"],
    [count("up"), "moved up"],
    [count("down"), "moved down"],
  ] as const;
  return parts.filter(([n]) => n > 0).map(([n, words]) => `${n} ${words}`).join(", ") || "no change";
}
