import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { lineOf } from "../events/line";
import { RefreshPlan, saysSomething } from "./refresh";

beforeEach(() => void vi.useFakeTimers());
afterEach(() => void vi.useRealTimers());

function counting(changed: boolean) {
  const times: number[] = [];
  const plan = new RefreshPlan({
    refresh: async () => {
      times.push(Date.now() - startedAt);
      return changed;
    },
  });
  const startedAt = Date.now();
  return { plan, times };
}

describe("RefreshPlan", () => {
  it("asks soon and once settled when the list moves", async () => {
    const { plan, times } = counting(true);
    plan.begin();
    await vi.advanceTimersByTimeAsync(5_000);
    expect(times).toEqual([200, 800]);
  });

  it("asks a last time, within two seconds, when nothing has moved", async () => {
    const { plan, times } = counting(false);
    plan.begin();
    await vi.advanceTimersByTimeAsync(5_000);
    expect(times).toEqual([200, 800, 1_600]);
  });

  it("keeps the soon ask of a busy visitor and moves only the late ones", async () => {
    const { plan, times } = counting(true);
    for (const _ of Array(5)) {
      plan.begin();
      await vi.advanceTimersByTimeAsync(150);
    }
    await vi.advanceTimersByTimeAsync(5_000);
    expect(times).toEqual([200, 500, 800, 1_400]);
  });

  it("asks nothing once stopped", async () => {
    const { plan, times } = counting(false);
    plan.begin();
    plan.stop();
    await vi.advanceTimersByTimeAsync(5_000);
    expect(times).toEqual([]);
  });
});

describe("saysSomething", () => {
  it("hears a view but not an impression, which would ask for the list that it is about", () => {
    expect(saysSomething([lineOf("impressions.v1", { surface: "for_you" })])).toBe(false);
    expect(saysSomething([lineOf("clicks.v1", { kind: "scrolled" })])).toBe(false);
    expect(saysSomething([lineOf("clicks.v1", { kind: "viewed" })])).toBe(true);
  });
});
