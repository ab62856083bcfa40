// Draws public/pictures/<category>-<1..8>.svg; the same seed gives the same bytes. `--check` compares and writes nothing.
import { mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { COLOURWAYS, photograph } from "./pictures/studio.mjs";

const CATEGORIES = ["shoes", "jackets", "shirts", "bags", "watches", "headphones", "phones", "cameras", "lamps", "chairs", "kitchen", "toys"];
const VARIANTS = 8;
const KINDS = 4;
const MAX_BYTES = 6_000;
const folder = new URL("../public/pictures/", import.meta.url);
const checking = process.argv.includes("--check");
mkdirSync(folder, { recursive: true });

let differing = 0;
for (const [place, category] of CATEGORIES.entries()) {
  const { draw } = await import(`./pictures/${category}.mjs`);
  for (let n = 1; n <= VARIANTS; n += 1) {
    // Each category starts elsewhere among the colours, so that a page of firsts is not all of one.
    const colourway = COLOURWAYS[(n - 1 + place * 3) % COLOURWAYS.length];
    const svg = photograph(draw, { colourway, kind: (n - 1) % KINDS, chance: seeded(place * 100 + n) });
    if (svg.length > MAX_BYTES) throw new Error(`${category}-${n}.svg is ${svg.length} bytes; ${MAX_BYTES} are allowed`);
    const file = new URL(`${category}-${n}.svg`, folder);
    if (!checking) writeFileSync(file, svg);
    else if (read(file) !== svg) differing += 1;
  }
}
if (differing > 0) {
  console.error(`${differing} pictures differ from what the script draws: run \`npm run pictures\``);
  process.exit(1);
}

function read(file) {
  try {
    return readFileSync(file, "utf8");
  } catch {
    return "";
  }
}

/** mulberry32: numbers in [0, 1) that depend on the seed alone. */
function seeded(seed) {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let t = Math.imul(state ^ (state >>> 15), 1 | state);
    t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t;
    return ((t ^ (t >>> 14)) >>> 0) / 4_294_967_296;
  };
}
