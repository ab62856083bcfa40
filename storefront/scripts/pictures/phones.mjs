import { dark, light, mix } from "./sketch.mjs";

// A back and a front, standing; the camera and the wallpaper differ.
export function draw(s, { main, accent, kind, chance }) {
  s.open("rotate(-5 150 200)");
  s.rect(88, 66, 124, 252, 24, s.linear("right", dark(main, 0.4), light(main, 0.5), dark(main, 0.3)));
  s.rect(91, 69, 118, 246, 22, s.linear("slant", light(main, 0.3), main, dark(main, 0.18)));
  [square, pill, bar, single][kind](s, main);
  s.circle(150, 206, 9, light(main, 0.35), 'opacity=".7"');
  s.close();
  s.open("rotate(4 250 210)");
  s.rect(186, 84, 128, 250, 24, s.linear("right", "#5b5f66", "#d9dce0", "#4a4d53"));
  s.rect(189, 87, 122, 244, 22, "#0e0f12");
  s.rect(194, 92, 112, 234, 18, s.linear("slant", mix(main, "#ffb199", 0.35), mix(main, accent, 0.5), dark(main, 0.35)));
  wallpaper(s, main, accent, kind, chance);
  s.rect(232, 98, 36, 10, 5, "#0e0f12").rect(222, 318, 56, 3.5, 2, "#fff", 'opacity=".8"');
  s.path("M194 110Q194 92 212 92L272 92L194 262Z", "#fff", 'opacity=".1"').close();
  return [{ x: 160, y: 320, w: 88, h: 9 }, { x: 250, y: 336, w: 80, h: 8 }];
}

function lens(s, x, y, r) {
  s.circle(x, y, r, "#17191d").circle(x, y, r * 0.68, s.radial(0.4, 0.35, 0.7, "#5c6f96", "#20283a", "#0b0d12")).circle(x - r * 0.22, y - r * 0.24, r * 0.16, "#dfe8ff");
}

function square(s, main) {
  s.rect(100, 78, 58, 58, 17, s.volume(dark(main, 0.06)));
  lens(s, 116, 94, 12);
  lens(s, 142, 120, 12);
  s.circle(142, 94, 4.5, "#fbf3dd");
}

function pill(s, main) {
  s.rect(101, 78, 34, 94, 17, s.volume(dark(main, 0.08)));
  for (const y of [95, 124]) lens(s, 118, y, 12);
  s.circle(118, 152, 6, "#fbf3dd");
}

function bar(s, main) {
  s.rect(91, 94, 118, 36, 0, s.linear("down", dark(main, 0.25), dark(main, 0.45)));
  lens(s, 116, 112, 13);
  lens(s, 148, 112, 13);
  s.circle(184, 112, 5, "#fbf3dd");
}

function single(s, main) {
  s.circle(150, 112, 32, s.volume(dark(main, 0.1)));
  lens(s, 150, 112, 23);
}

function wallpaper(s, main, accent, kind, chance) {
  const sun = 150 + Math.round(chance() * 40);
  if (kind === 0) s.circle(250, sun, 26, light(accent, 0.5)).path("M194 246Q230 214 262 240T306 232L306 308Q306 326 288 326L212 326Q194 326 194 308Z", dark(main, 0.4));
  else if (kind === 1) for (const r of [80, 58, 36]) s.circle(250, 230, r > 56 ? 54 : r, light(accent, 0.1 + (80 - r) / 120), 'opacity=".45"');
  else if (kind === 2) s.path("M194 200L306 150L306 210L194 260Z", light(accent, 0.3), 'opacity=".8"').path("M194 268L306 218L306 248L194 298Z", light(main, 0.5), 'opacity=".6"');
  else s.path("M194 300Q222 190 250 236T306 170L306 308Q306 326 288 326L212 326Q194 326 194 308Z", light(accent, 0.25), 'opacity=".85"');
  s.rect(222, 122, 56, 9, 4, "#fff", 'opacity=".92"').rect(234, 137, 32, 5, 2.5, "#fff", 'opacity=".6"');
}
