import { postEvents } from "../api/shop";
import { ApiError } from "../api/client";
import { noteAnswered } from "../live/activity";
import { Batcher } from "./batcher";
import { toNdjson, type Line } from "./line";

type Listener = (lines: readonly Line[]) => void;
const listeners = new Set<Listener>();

const batcher = new Batcher<Line>({
  maxLines: 20,
  delayMs: 100,
  maxWaiting: 500,
  retryMs: (attempt) => Math.min(10_000, 250 * 2 ** attempt),
  send: async (batch) => {
    const startedAt = performance.now();
    try {
      const answer = await postEvents(toNdjson(batch));
      const refused = new Set(answer.rejected.map((one) => one.line));
      noteAnswered(batch, refused, performance.now() - startedAt);
    } catch (error) {
      // The door has judged these: sending them again would be judged the same.
      if (!(error instanceof ApiError) || ![413, 422].includes(error.status)) throw error;
      noteAnswered(batch, new Set(batch.map((_, index) => index + 1)), performance.now() - startedAt);
    }
    for (const listener of listeners) listener(batch);
  },
});

export function send(line: Line): void {
  batcher.add(line);
}

/** Calls back with each batch the door has answered. */
export function onAnswered(listener: Listener): () => void {
  listeners.add(listener);
  return () => listeners.delete(listener);
}

/** Sends what is left when the page is hidden or closed; the browser finishes it without us. */
export function sendOnLeave(): void {
  const lines = batcher.drain();
  if (lines.length === 0) return;
  const body = new Blob([toNdjson(lines)], { type: "application/x-ndjson" });
  if ("keepalive" in Request.prototype) void fetch("/v1/events", { method: "POST", body, keepalive: true }).catch(() => undefined);
  else navigator.sendBeacon("/v1/events", body);
}
