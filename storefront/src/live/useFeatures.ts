import { useQuery, useQueryClient } from "@tanstack/react-query";
import { readFeatures } from "../api/shop";
import { me } from "../visitor/identity";
import { mergeFeatures, type Feature } from "./mergeFeatures";

export const FEATURES_KEY = ["features"] as const;
// Windows decay without new events, so the panel looks again by itself.
const LOOK_AGAIN_MS = 15_000;

export interface Features {
  list: readonly Feature[];
  mode: string;
  position: string | undefined;
  /** Counts the answers that brought something; clocks do not count. */
  revision: number;
}

export function useFeatures() {
  const client = useQueryClient();
  return useQuery({
    queryKey: FEATURES_KEY,
    queryFn: async (): Promise<Features> => {
      const answer = await readFeatures(me.visitorId);
      const last = client.getQueryData<Features>(FEATURES_KEY);
      const old = last?.list ?? [];
      const now = Date.now();
      // A store that is down answers nothing: what was known stays in sight, under its mode.
      const known = Object.keys(answer.features).length > 0;
      const list = known ? mergeFeatures(old, answer.features, now) : old;
      const moved = list.length !== old.length || list.some((feature) => feature.changedAt === now);
      return { list, mode: answer.mode, position: answer.position ?? undefined, revision: (last?.revision ?? 0) + (moved ? 1 : 0) };
    },
    structuralSharing: false,
    refetchInterval: LOOK_AGAIN_MS,
  });
}
