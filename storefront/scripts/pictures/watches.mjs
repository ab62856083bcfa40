import { dark, light } from "./sketch.mjs";

// Three-hand on leather, steel bracelet, square smart watch, chronograph.
export function draw(s, { main, accent, kind, chance }) {
  const steel = kind === 1 ? "#b9bec4" : kind === 3 ? "#3d4046" : kind === 2 ? "#2d2f34" : "#d3a767";
  strap(s, kind === 1 ? "#aeb4ba" : main, kind);
  if (kind === 2) square(s, steel, accent, chance);
  else round(s, steel, main, accent, kind, chance);
  return [{ y: 352, w: 82, h: 8 }];
}

function strap(s, colour, kind) {
  const fill = s.linear("right", dark(colour, 0.3), light(colour, 0.22), colour, dark(colour, 0.35));
  s.path("M164 134L170 62Q171 46 186 46L214 46Q229 46 230 62L236 134ZM164 266L170 338Q171 350 186 350L214 350Q229 350 230 338L236 266Z", fill);
  if (kind === 1) {
    for (const y of [62, 80, 98, 116, 284, 302, 320, 336]) s.line(`M169 ${y}L231 ${y}`, dark(colour, 0.45), 2.5, 'stroke-linecap="butt"');
    s.line("M190 48L186 134M210 48L214 134M186 266L190 348M214 266L210 348", dark(colour, 0.3), 2);
    return;
  }
  if (kind !== 2) s.line("M176 132L180 60M224 132L220 60M176 268L180 336M224 268L220 336", light(colour, 0.45), 2, 'stroke-dasharray="5 5"');
  for (const y of [296, 312, 328]) s.ellipse(200, y, 3.4, 3, dark(colour, 0.55));
}

function round(s, metal, main, accent, kind, chance) {
  s.rect(276, 190, 16, 20, 4, s.bar(metal));
  if (kind === 3) s.rect(268, 156, 14, 14, 3, s.bar(metal), 'transform="rotate(-24 275 163)"').rect(268, 230, 14, 14, 3, s.bar(metal), 'transform="rotate(24 275 237)"');
  s.circle(200, 200, 82, s.linear("slant", light(metal, 0.6), metal, dark(metal, 0.4)));
  s.circle(200, 200, 72, s.linear("slant", dark(metal, 0.35), light(metal, 0.35)));
  const face = kind === 1 ? main : kind === 3 ? dark(main, 0.3) : "#fbf8f1";
  const hand = kind === 0 ? "#2b2a28" : "#fbf8f1";
  s.circle(200, 200, 67, s.radial(0.4, 0.32, 0.75, light(face, 0.25), face, dark(face, kind === 0 ? 0.08 : 0.25)));
  for (let hour = 0; hour < 12; hour += 1) s.rect(198, 140, 4, hour % 3 ? 9 : 15, 1.5, hour % 3 ? hand : accent, `transform="rotate(${hour * 30} 200 200)"`);
  if (kind === 3) for (const [x, y] of [[172, 206], [228, 206], [200, 232]]) s.circle(x, y, 17, dark(face, 0.35), `stroke="${light(face, 0.3)}"`).line(`M${x} ${y}L${x + 4} ${y - 11}`, accent, 2);
  const turn = Math.round(chance() * 40);
  s.line("M200 200L200 166", hand, 6, `transform="rotate(${-58 - turn / 6} 200 200)"`).line("M200 200L200 148", hand, 4.5, `transform="rotate(${52 + turn / 3} 200 200)"`);
  s.line("M200 214L200 144", accent, 2, `transform="rotate(${190 + turn} 200 200)"`).circle(200, 200, 5, accent);
  s.path("M146 168A64 64 0 0 1 226 139L166 240A64 64 0 0 1 146 168Z", "#fff", 'opacity=".16"');
}

function square(s, metal, accent, chance) {
  s.rect(278, 178, 12, 28, 5, s.bar(metal));
  s.rect(122, 116, 156, 168, 44, s.linear("slant", light(metal, 0.45), metal, dark(metal, 0.5)));
  s.rect(130, 124, 140, 152, 37, "#0f1114");
  const arc = (r, share, colour) => {
    const length = 2 * Math.PI * r;
    s.circle(200, 200, r, "none", `stroke="${dark(colour, 0.65)}" stroke-width="10"`);
    s.circle(200, 200, r, "none", `stroke="${colour}" stroke-width="10" stroke-linecap="round" stroke-dasharray="${(length * share).toFixed(0)} ${length.toFixed(0)}" transform="rotate(-90 200 200)"`);
  };
  arc(52, 0.55 + chance() * 0.35, "#ff7b6b");
  arc(38, 0.45 + chance() * 0.4, "#8fdc7c");
  arc(24, 0.4 + chance() * 0.4, "#69c3ff");
  s.circle(200, 200, 6, accent);
  s.path("M130 161Q130 124 167 124L233 124L150 276Q130 268 130 239Z", "#fff", 'opacity=".07"');
}
