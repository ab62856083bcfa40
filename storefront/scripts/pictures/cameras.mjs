import { dark, light } from "./sketch.mjs";

// Mirrorless, range finder, compact, instant.
export function draw(s, { main, accent, kind }) {
  if (kind === 3) return instant(s, main, accent);
  if (kind === 2) return compact(s, main, accent);
  const top = kind === 0 ? dark(main, 0.35) : "#c6c9cc";
  const metal = s.linear("down", light(top, 0.45), top, dark(top, 0.2));
  if (kind === 0) s.path("M158 152L172 112Q175 106 182 106L218 106Q225 106 228 112L242 152Z", metal);
  s.rect(104, 136, 34, 20, 5, s.bar(dark(top, 0.1))).rect(256, 132, 40, 24, 6, s.bar(top)).circle(120, 132, 8, s.volume(accent));
  s.rect(76, 148, 248, 158, 24, metal);
  s.rect(76, 182, 248, 102, 4, s.linear("right", dark(main, 0.1), light(main, 0.16), main, dark(main, 0.3)));
  for (let y = 194; y < 280; y += 10) s.line(`M82 ${y}L318 ${y}`, dark(main, 0.3), 1.4, 'stroke-dasharray="1 6" opacity=".7"');
  if (kind === 1) s.rect(106, 158, 38, 18, 4, "#20242c").rect(170, 158, 60, 18, 4, "#efe9dc").rect(262, 158, 28, 18, 4, "#20242c");
  else s.rect(186, 118, 28, 20, 4, "#20242c");
  glass(s, 200, 232, kind === 0 ? 76 : 66, accent);
  s.circle(290, 206, 7, accent);
  return [{ y: 308, w: 132 }];
}

function glass(s, x, y, r, accent) {
  s.circle(x, y, r, s.linear("slant", "#767a80", "#2a2c30", "#101113"));
  s.circle(x, y, r * 0.88, "#1c1e21").circle(x, y, r * 0.83, "none", `stroke="${accent}" stroke-width="3"`);
  s.circle(x, y, r * 0.72, s.linear("slant", "#101113", "#4d5157"));
  s.circle(x, y, r * 0.58, s.radial(0.42, 0.38, 0.65, "#8d7bb5", "#3c4f7c", "#131a2a"));
  s.circle(x, y, r * 0.26, "#0a0d15").ellipse(x - r * 0.22, y - r * 0.26, r * 0.17, r * 0.11, "#fff", 'opacity=".75" transform="rotate(-35 ' + (x - r * 0.22).toFixed(1) + " " + (y - r * 0.26).toFixed(1) + ')"');
  s.circle(x + r * 0.2, y + r * 0.24, r * 0.06, "#b9d4ff", 'opacity=".7"');
}

function compact(s, main, accent) {
  s.rect(116, 156, 46, 16, 6, s.bar(dark(main, 0.2))).rect(250, 158, 30, 12, 4, s.bar(accent));
  s.rect(84, 164, 232, 146, 34, s.linear("slant", light(main, 0.42), main, dark(main, 0.3)));
  s.rect(84, 212, 232, 6, 0, accent, 'opacity=".85"');
  s.rect(108, 182, 46, 22, 8, "#fdf7e8", `stroke="${dark(main, 0.3)}" stroke-width="2"`);
  s.rect(282, 224, 16, 58, 8, dark(main, 0.2));
  glass(s, 206, 240, 62, accent);
  return [{ y: 312, w: 128 }];
}

function instant(s, main, accent) {
  s.rect(140, 68, 120, 90, 4, "#fffdf8", 'stroke="#e2dccf"').rect(149, 77, 102, 76, 2, s.linear("slant", "#f4c9a0", "#d78f86", "#5d6f97"));
  s.rect(92, 132, 216, 184, 34, s.linear("slant", light(main, 0.4), main, dark(main, 0.25)));
  s.rect(112, 128, 176, 10, 5, dark(main, 0.5));
  s.rect(92, 256, 216, 60, 30, s.volume("#f5f0e6"));
  for (const [i, colour] of ["#d9604c", "#e3a944", "#5d9b73", "#4c7bb0"].entries()) s.rect(186 + i * 7, 262, 7, 54, 0, colour);
  s.rect(112, 150, 44, 30, 9, "#fdf7e8", `stroke="${dark(main, 0.35)}" stroke-width="3"`).circle(276, 166, 13, s.volume(accent));
  glass(s, 200, 208, 54, accent);
  return [{ w: 124 }];
}
