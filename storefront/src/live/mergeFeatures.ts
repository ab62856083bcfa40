import type { FeatureValue, VisitorFeatures } from "../api/types";

export interface Feature {
  name: string;
  value: FeatureValue;
  before: FeatureValue | undefined;
  changedAt: number | undefined;
}

// They move by themselves, so a move says nothing about the visitor.
const CLOCKS = /__seconds_since_/;

/** The new values beside the old ones; a value that has not moved keeps the time of its last move. */
export function mergeFeatures(old: readonly Feature[], fresh: VisitorFeatures["features"], now: number): Feature[] {
  const known = new Map(old.map((feature) => [feature.name, feature]));
  return Object.entries(fresh).map(([name, value]) => {
    const last = known.get(name);
    if (!last || CLOCKS.test(name)) return { name, value, before: undefined, changedAt: undefined };
    if (JSON.stringify(last.value) === JSON.stringify(value)) return last;
    return { name, value, before: last.value, changedAt: now };
  });
}
