import type { FeatureValue } from "../api/types";

const SHOWN = 2;

/** `visitor__top_category_1h` as `top category · 1 h`, with its entity apart. */
export function wordsOf(name: string): { entity: string; words: string } {
  const [entity = "", rest = name] = name.includes("__") ? name.split("__", 2) : ["", name];
  const window = /^(.*)_(\d+)(m|min|h|d)$/.exec(rest);
  const words = (window ? window[1]! : rest).replaceAll("_", " ");
  return { entity, words: window ? `${words} · ${window[2]} ${window[3] === "m" ? "min" : window[3]}` : words };
}

/** A feature's value for a reader; its name tells money and seconds from plain numbers. */
export function valueWords(value: FeatureValue | undefined, name = ""): string {
  if (value === null || value === undefined || value === "") return "–";
  if (typeof value === "number") return numberWords(value, name);
  if (Array.isArray(value)) return firstFew(value.map(String));
  if (typeof value === "object") {
    const entries = Object.entries(value).sort(([, a], [, b]) => Number(b) - Number(a));
    return firstFew(entries.map(([key, count]) => `${key} ${String(count)}`));
  }
  return String(value);
}

function numberWords(value: number, name: string): string {
  if (/__(price|spend|amount)/.test(name)) return (value / 100).toFixed(2);
  if (name.includes("__seconds_since_")) return secondsWords(value);
  return Number.isInteger(value) ? String(value) : value.toFixed(2);
}

function secondsWords(seconds: number): string {
  if (seconds < 120) return `${Math.round(seconds)} s`;
  return seconds < 7_200 ? `${Math.round(seconds / 60)} min` : `${Math.round(seconds / 3_600)} h`;
}

function firstFew(words: readonly string[]): string {
  if (words.length === 0) return "–";
  return words.slice(0, SHOWN).join(", ") + (words.length > SHOWN ? ` +${words.length - SHOWN}` : "");
}
