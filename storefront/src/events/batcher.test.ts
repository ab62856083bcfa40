import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { Batcher } from "./batcher";

const options = { maxLines: 3, delayMs: 100, maxWaiting: 5, retryMs: (attempt: number) => 1_000 * attempt };

beforeEach(() => void vi.useFakeTimers());
afterEach(() => void vi.useRealTimers());

function collecting(failures = 0) {
  const batches: number[][] = [];
  let left = failures;
  const send = async (batch: readonly number[]): Promise<void> => {
    if (left-- > 0) throw new Error("no route to the shop");
    batches.push([...batch]);
  };
  return { batches, batcher: new Batcher<number>({ ...options, send }) };
}

describe("Batcher", () => {
  it("waits a moment so that lines travel together", async () => {
    const { batches, batcher } = collecting();
    batcher.add(1);
    batcher.add(2);
    await vi.advanceTimersByTimeAsync(99);
    expect(batches).toEqual([]);
    await vi.advanceTimersByTimeAsync(1);
    expect(batches).toEqual([[1, 2]]);
  });

  it("sends a full batch at once and the rest in order after it", async () => {
    const { batches, batcher } = collecting();
    for (const line of [1, 2, 3, 4]) batcher.add(line);
    await vi.advanceTimersByTimeAsync(0);
    expect(batches).toEqual([[1, 2, 3], [4]]);
  });

  it("sends a batch that failed again, first and whole", async () => {
    const { batches, batcher } = collecting(2);
    batcher.add(1);
    await vi.advanceTimersByTimeAsync(100);
    batcher.add(2);
    await vi.advanceTimersByTimeAsync(1_000);
    expect(batches).toEqual([]);
    await vi.advanceTimersByTimeAsync(2_000);
    expect(batches).toEqual([[1, 2]]);
  });

  it("lets the oldest go when too many wait", async () => {
    const { batches, batcher } = collecting(1);
    batcher.add(0);
    await vi.advanceTimersByTimeAsync(100);
    for (const line of [1, 2, 3, 4, 5]) batcher.add(line);
    await vi.advanceTimersByTimeAsync(1_000);
    expect(batches).toEqual([[1, 2, 3], [4, 5]]);
  });

  it("drains what is on the way too, since its answer may never be seen", async () => {
    const batcher = new Batcher<number>({ ...options, send: () => new Promise<void>(() => undefined) });
    for (const line of [1, 2, 3, 4]) batcher.add(line);
    expect(batcher.drain()).toEqual([1, 2, 3, 4]);
    expect(batcher.drain()).toEqual([1, 2, 3]);
  });
});
