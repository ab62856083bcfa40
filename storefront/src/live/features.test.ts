import { describe, expect, it } from "vitest";
import { valueWords, wordsOf } from "./featureWords";
import { mergeFeatures } from "./mergeFeatures";

describe("mergeFeatures", () => {
  it("marks what changed and keeps the mark of what has not changed since", () => {
    const first = mergeFeatures([], { views: 1, top: null }, 10);
    expect(first.every((feature) => feature.changedAt === undefined)).toBe(true);
    const second = mergeFeatures(first, { views: 2, top: null }, 20);
    const third = mergeFeatures(second, { views: 2, top: "lamps" }, 30);
    expect(third).toEqual([
      { name: "views", value: 2, before: 1, changedAt: 20 },
      { name: "top", value: "lamps", before: null, changedAt: 30 },
    ]);
  });

  it("never marks a clock, which moves by itself", () => {
    const first = mergeFeatures([], { visitor__seconds_since_click: 1 }, 10);
    const [clock] = mergeFeatures(first, { visitor__seconds_since_click: 5 }, 20);
    expect(clock).toMatchObject({ value: 5, changedAt: undefined });
  });
});

describe("words", () => {
  it.each([
    ["visitor__views_30m", "visitor", "views · 30 min"],
    ["customer__orders_30d", "customer", "orders · 30 d"],
    ["visitor__last_products", "visitor", "last products"],
  ])("%s", (name, entity, words) => {
    expect(wordsOf(name)).toEqual({ entity, words });
  });

  it.each([
    [null, "", "–"],
    [[], "", "–"],
    [{}, "", "–"],
    [3, "", "3"],
    [0.256, "", "0.26"],
    [["a", "b", "c", "d"], "", "a, b +2"],
    [{ lamps: 1, cameras: 3 }, "visitor__taste_7d", "cameras 3, lamps 1"],
    [8_123.4, "visitor__price_mean_7d", "81.23"],
    [300, "visitor__seconds_since_click", "5 min"],
  ])("%j of %s reads %s", (value, name, words) => {
    expect(valueWords(value, name)).toBe(words);
  });
});
