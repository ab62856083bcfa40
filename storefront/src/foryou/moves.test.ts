import { describe, expect, it } from "vitest";
import { describeMoves, movesBetween, sameOrder } from "./moves";

describe("movesBetween", () => {
  it("tells new from risen, fallen and unmoved", () => {
    const moves = movesBetween(["a", "b", "c", "d"], ["c", "b", "x", "a"]);
    expect([...moves]).toEqual([
      ["c", { kind: "up", by: 2 }],
      ["b", { kind: "same" }],
      ["x", { kind: "new" }],
      ["a", { kind: "down", by: 3 }],
    ]);
  });

  it("is all new against an empty list and empty for an empty one", () => {
    expect([...movesBetween([], ["a"])]).toEqual([["a", { kind: "new" }]]);
    expect(movesBetween(["a"], []).size).toBe(0);
  });
});

describe("sameOrder", () => {
  it.each([
    [["a", "b"], ["a", "b"], true],
    [["a", "b"], ["b", "a"], false],
    [["a", "b"], ["a"], false],
    [[], [], true],
  ])("%j against %j is %j", (before, after, same) => {
    expect(sameOrder(before, after)).toBe(same);
  });
});

describe("describeMoves", () => {
  it("counts what changed", () => {
    expect(describeMoves(movesBetween(["a", "b"], ["b", "a", "x"]))).toBe("1 new, 1 moved up, 1 moved down");
    expect(describeMoves(movesBetween(["a"], ["a"]))).toBe("no change");
  });
});
