import { dark, light } from "./sketch.mjs";

const WOOD = "#dcb684";

// Wooden car, stacking rings, bear, rocket.
export function draw(s, { main, accent, kind }) {
  return [car, rings, bear, rocket][kind](s, main, accent);
}

function wheel(s, x, y, r, colour) {
  s.circle(x, y, r, s.linear("slant", light(colour, 0.2), dark(colour, 0.45))).circle(x, y, r * 0.62, s.volume(WOOD)).circle(x, y, r * 0.2, dark(WOOD, 0.45));
}

function car(s, main, accent) {
  s.path("M126 214C132 160 160 150 206 150C252 150 262 176 280 214Z", s.linear("slant", light(main, 0.36), main, dark(main, 0.2)));
  s.path("M144 212C148 176 166 168 194 168L194 212ZM208 168C238 168 248 184 260 212L208 212Z", s.linear("slant", "#f4fafc", "#a9c4cf"));
  s.path("M70 240Q72 212 110 210L296 210Q334 214 336 252L334 284Q332 292 322 292L82 292Q72 292 70 282Z", s.linear("down", light(main, 0.32), main, dark(main, 0.26)));
  s.line("M84 252L322 252", accent, 9, 'stroke-linecap="butt"').circle(324, 236, 8, "#fdf0c4");
  wheel(s, 130, 288, 34, dark(accent, 0.3));
  wheel(s, 274, 288, 34, dark(accent, 0.3));
  return [{ x: 200, y: 320, w: 148, h: 10 }];
}

function rings(s, main, accent) {
  const colours = [main, accent, "#6fa58c", "#e2b15a", "#d3816c"];
  s.rect(192, 70, 16, 240, 8, s.bar(WOOD));
  s.rect(112, 300, 176, 18, 9, s.bar(WOOD));
  for (const [i, colour] of colours.entries()) {
    const half = 84 - i * 11;
    s.rect(200 - half, 264 - i * 37, half * 2, 37, 18, s.linear("right", dark(colour, 0.16), light(colour, 0.45), colour, dark(colour, 0.35)));
  }
  s.circle(200, 82, 23, s.radial(0.36, 0.3, 0.8, light(main, 0.6), main, dark(main, 0.3)));
  return [{ w: 104 }];
}

function bear(s, main, accent) {
  const fur = s.radial(0.4, 0.32, 0.8, light(main, 0.38), main, dark(main, 0.25));
  const pale = light(main, 0.55);
  for (const x of [148, 252]) s.circle(x, 96, 27, fur).circle(x, 97, 15, pale);
  s.ellipse(118, 224, 26, 50, fur, 'transform="rotate(28 118 224)"').ellipse(282, 224, 26, 50, fur, 'transform="rotate(-28 282 224)"');
  s.ellipse(200, 246, 78, 72, fur).ellipse(200, 254, 46, 47, pale, 'opacity=".75"');
  s.ellipse(140, 296, 36, 25, fur).ellipse(260, 296, 36, 25, fur).ellipse(134, 298, 17, 13, pale).ellipse(266, 298, 17, 13, pale);
  s.ellipse(200, 140, 72, 62, fur).ellipse(200, 160, 33, 25, pale);
  s.circle(174, 132, 7, "#241c18").circle(226, 132, 7, "#241c18").circle(176, 130, 2, "#fff").circle(228, 130, 2, "#fff");
  s.ellipse(200, 150, 11, 7.5, "#2d221d").line("M200 158L200 166M188 170Q194 176 200 166Q206 176 212 170", "#2d221d", 3);
  s.path("M200 202L164 186Q156 204 166 220ZM200 202L236 186Q244 204 234 220Z", accent).circle(200, 203, 9, dark(accent, 0.2));
  return [{ w: 118 }];
}

function rocket(s, main, accent) {
  s.path("M160 236L112 300Q110 312 124 310L166 292ZM240 236L288 300Q290 312 276 310L234 292Z", s.volume(accent));
  s.rect(176, 296, 48, 20, 6, s.bar(dark(accent, 0.3)));
  s.path("M200 52C256 104 264 204 238 300L162 300C136 204 144 104 200 52Z", s.linear("right", dark("#efe7d8", 0.12), "#fffdf8", "#efe7d8", dark("#efe7d8", 0.3)));
  s.path("M200 52C226 76 242 110 248 146Q200 162 152 146C158 110 174 76 200 52Z", s.linear("right", dark(main, 0.16), light(main, 0.35), main, dark(main, 0.35)));
  s.path("M153 262Q200 276 247 262L238 300L162 300Z", s.linear("right", dark(main, 0.16), light(main, 0.35), main, dark(main, 0.35)));
  s.circle(200, 196, 30, s.volume(accent)).circle(200, 196, 21, s.radial(0.36, 0.32, 0.8, "#e8f6fb", "#8fb8cc", "#41687f"));
  s.path("M192 246L208 246L212 316L188 316Z", s.volume(accent));
  return [{ w: 82, h: 9 }];
}
