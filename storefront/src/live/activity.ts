import type { Line } from "../events/line";
import { createStore } from "../state/store";

/** One line of the live panel: something the visitor did, or how the shop's list answered. */
export interface Activity {
  id: string;
  at: Date;
  kind: string;
  label: string | undefined;
  state: "sent" | "accepted" | "refused" | "answer";
  /** From sending to the answer, where there was one. */
  elapsedMs: number | undefined;
}

const KEPT = 40;

export const activities = createStore<readonly Activity[]>([]);

function add(activity: Activity): void {
  activities.update((now) => [activity, ...now].slice(0, KEPT));
}

export function noteSent(line: Line, label: string | undefined): void {
  const { event_id: id, kind } = line.event;
  const name = line.topic === "impressions.v1" ? "seen" : line.topic === "clicks.v1" ? String(kind) : `${nounOf(line.topic)} ${String(kind)}`;
  add({ id, at: new Date(), kind: name.replaceAll("_", " "), label, state: "sent", elapsedMs: undefined });
}

export function noteAnswered(lines: readonly Line[], refused: ReadonlySet<number>, elapsedMs: number): void {
  const states = new Map(lines.map((line, index) => [line.event.event_id, refused.has(index + 1) ? "refused" : "accepted"] as const));
  activities.update((now) => now.map((one) => (states.has(one.id) ? { ...one, state: states.get(one.id)!, elapsedMs } : one)));
}

export function noteListChange(decisionId: string, words: string, elapsedMs: number): void {
  add({ id: decisionId, at: new Date(), kind: "for you", label: words, state: "answer", elapsedMs });
}

function nounOf(topic: Line["topic"]): string {
  return topic === "orders.v1" ? "order" : "payment";
}
