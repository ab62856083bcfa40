import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { lineOf } from "../events/line";
import { RefreshPlan, saysSomething } from "./refresh";

beforeEach(() => void vi.useFakeTimers());
afterEach(() => void vi.useRealTimers());

/** A list over features that move `movesAt` ms after the start; notes when it was asked for. */
function listOver(...movesAt: number[]) {
  const startedAt = Date.now();
  const asks: number[] = [];
  const looks: number[] = [];
  const elapsed = (): number => Date.now() - startedAt;
  let decidedOn = 0;
  const moved = (): number => movesAt.filter((at) => at <= elapsed()).length;
  const plan = new RefreshPlan({
    look: async () => {
      looks.push(elapsed());
      return moved() !== decidedOn;
    },
    ask: async () => {
      asks.push(elapsed());
      decidedOn = moved();
    },
  });
  return { plan, asks, looks };
}

describe("RefreshPlan", () => {
  it("asks once, as soon as the features have moved", async () => {
    const { plan, asks } = listOver(200);
    plan.begin();
    await vi.advanceTimersByTimeAsync(5_000);
    expect(asks).toEqual([300]);
  });

  it("asks again when they move further", async () => {
    const { plan, asks } = listOver(50, 700);
    plan.begin();
    await vi.advanceTimersByTimeAsync(5_000);
    expect(asks).toEqual([120, 1_000]);
  });

  it("asks within two seconds when they never move, as with the store down", async () => {
    const { plan, asks } = listOver();
    plan.begin();
    await vi.advanceTimersByTimeAsync(5_000);
    expect(asks).toEqual([1_600]);
  });

  it("keeps the first look of a busy visitor and moves only the later ones", async () => {
    const { plan, looks } = listOver(0);
    for (const _ of Array(3)) {
      plan.begin();
      await vi.advanceTimersByTimeAsync(100);
    }
    await vi.advanceTimersByTimeAsync(5_000);
    expect(looks).toEqual([120, 320, 500, 800, 1_200, 1_800]);
  });

  it("looks no more once stopped", async () => {
    const { plan, looks } = listOver(0);
    plan.begin();
    plan.stop();
    await vi.advanceTimersByTimeAsync(5_000);
    expect(looks).toEqual([]);
  });
});

describe("saysSomething", () => {
  it("hears a view but not an impression, which would ask for the list that it is about", () => {
    expect(saysSomething([lineOf("impressions.v1", { surface: "for_you" })])).toBe(false);
    expect(saysSomething([lineOf("clicks.v1", { kind: "scrolled" })])).toBe(false);
    expect(saysSomething([lineOf("clicks.v1", { kind: "viewed" })])).toBe(true);
  });
});
