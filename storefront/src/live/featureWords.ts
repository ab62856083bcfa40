import type { FeatureValue } from "../api/types";

/** `visitor__top_category_1h` as `top category · 1 h`, with its entity apart. */
export function wordsOf(name: string): { entity: string; words: string } {
  const [entity = "", rest = name] = name.includes("__") ? name.split("__", 2) : ["", name];
  const window = /^(.*)_(\d+)(m|min|h|d)$/.exec(rest);
  const words = (window ? window[1]! : rest).replaceAll("_", " ");
  return { entity, words: window ? `${words} · ${window[2]} ${window[3] === "m" ? "min" : window[3]}` : words };
}

export function valueWords(value: FeatureValue | undefined): string {
  if (value === null || value === undefined || value === "") return "–";
  if (typeof value === "number") return Number.isInteger(value) ? String(value) : value.toFixed(2);
  if (Array.isArray(value)) return value.length === 0 ? "–" : value.slice(0, 3).map(String).join(", ") + (value.length > 3 ? ` +${value.length - 3}` : "");
  return String(value);
}
