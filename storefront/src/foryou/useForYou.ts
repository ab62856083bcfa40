import { useQuery, useQueryClient, type QueryClient } from "@tanstack/react-query";
import { recommend } from "../api/shop";
import type { RecommendAnswer } from "../api/types";
import { noteListChange } from "../live/activity";
import { me } from "../visitor/identity";
import { describeMoves, movesBetween, sameOrder, type Move } from "./moves";

export const FOR_YOU_LENGTH = 8;
export const FOR_YOU_KEY = ["for-you"] as const;

/** The list as decided, and how it moved when it last changed. */
export interface ForYou {
  answer: RecommendAnswer;
  moves: ReadonlyMap<string, Move>;
  /** Counts the changes; 0 is the first list. */
  revision: number;
}

const idsOf = (answer: RecommendAnswer): string[] => answer.items.map((item) => item.product_id);

async function ask(client: QueryClient): Promise<ForYou> {
  const startedAt = performance.now();
  const answer = await recommend(me.visitorId, FOR_YOU_LENGTH);
  const before = client.getQueryData<ForYou>(FOR_YOU_KEY);
  if (!before) return { answer, moves: new Map(), revision: 0 };
  const [old, now] = [idsOf(before.answer), idsOf(answer)];
  if (sameOrder(old, now)) return { ...before, answer };
  const moves = movesBetween(old, now);
  noteListChange(answer.decision_id, describeMoves(moves), performance.now() - startedAt);
  return { answer, moves, revision: before.revision + 1 };
}

export function useForYou() {
  const client = useQueryClient();
  return useQuery({ queryKey: FOR_YOU_KEY, queryFn: () => ask(client), staleTime: Infinity, structuralSharing: false });
}
