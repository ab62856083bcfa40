import { dark, light } from "./sketch.mjs";

const OAK = "#bb8c5b";

// Kettle, mug, casserole, coffee press.
export function draw(s, { main, accent, kind }) {
  return [kettle, mug, casserole, press][kind](s, main, accent);
}

function round(s, hex) {
  return s.linear("right", dark(hex, 0.2), light(hex, 0.5), hex, dark(hex, 0.4));
}

function kettle(s, main, accent) {
  s.line("M132 176C128 62 272 62 268 176", dark(OAK, 0.3), 15).line("M132 176C128 62 272 62 268 176", OAK, 9);
  s.path("M276 214C312 206 316 176 338 166L346 178C332 190 332 238 286 258Z", s.volume(main));
  s.path("M120 188Q122 170 146 168L254 168Q278 170 280 188C296 224 308 262 302 292Q298 316 272 316L128 316Q102 316 98 292C92 262 104 224 120 188Z", round(s, main));
  s.path("M144 170Q200 138 256 170Z", s.linear("slant", light(main, 0.4), main, dark(main, 0.25)));
  s.circle(200, 146, 11, s.volume(accent)).line("M122 190Q200 202 278 190", dark(main, 0.3), 2.5);
  s.ellipse(146, 234, 12, 40, "#fff", 'opacity=".28" transform="rotate(8 146 234)"');
  return [{ w: 122 }];
}

function mug(s, main, accent) {
  s.line("M176 128C166 108 188 100 178 78M212 130C202 108 226 98 214 72", "#fff", 7, 'opacity=".75"');
  s.line("M268 186C322 176 322 264 262 262", dark(main, 0.2), 18).line("M268 186C322 176 322 264 262 262", light(main, 0.12), 11);
  s.path("M114 158L276 158C276 230 270 276 246 302L144 302C120 276 114 230 114 158Z", round(s, main));
  s.ellipse(195, 158, 81, 17, light(main, 0.45)).ellipse(195, 160, 72, 12.5, "#5b3a26").ellipse(186, 158, 44, 6, "#7d5437");
  s.path("M116 204Q195 226 274 204L272 228Q195 250 118 228Z", accent, 'opacity=".9"');
  s.ellipse(195, 308, 124, 13, dark(accent, 0.12)).ellipse(195, 304, 124, 12, s.linear("slant", light(accent, 0.35), accent));
  s.path("M136 290Q195 304 254 290L246 304Q195 314 144 304Z", dark(main, 0.3));
  return [{ x: 196, w: 140, h: 11 }];
}

function casserole(s, main, accent) {
  s.line("M84 222C56 216 56 252 88 252M316 222C344 216 344 252 312 252", dark(main, 0.25), 15).line("M84 222C56 216 56 252 88 252M316 222C344 216 344 252 312 252", main, 8);
  s.path("M80 198L320 198L312 286Q308 316 278 316L122 316Q92 316 88 286Z", round(s, main));
  s.path("M84 190C92 146 308 146 316 190Z", s.linear("slant", light(main, 0.45), main, dark(main, 0.25)));
  s.rect(74, 186, 252, 18, 9, s.linear("right", dark(main, 0.15), light(main, 0.42), dark(main, 0.3)));
  s.path("M186 158L188 138L212 138L214 158Z", dark(accent, 0.25)).ellipse(200, 136, 23, 10, s.volume(accent));
  s.ellipse(136, 252, 9, 34, "#fff", 'opacity=".26"');
  return [{ w: 140 }];
}

function press(s, main, accent) {
  const steel = "#c4c8cc";
  s.line("M200 74L200 130", steel, 6).circle(200, 70, 13, s.volume(accent));
  s.line("M262 158C318 158 318 286 262 286", dark(accent, 0.25), 17).line("M262 158C318 158 318 286 262 286", accent, 10);
  s.rect(132, 140, 136, 172, 14, s.linear("right", ["#dfe7ea", 0.9], ["#ffffff", 0.7], ["#c6d2d6", 0.9]));
  s.rect(138, 210, 124, 96, 8, s.linear("right", "#2f1c12", "#6a4329", "#2b190f"));
  s.rect(138, 206, 124, 9, 3, "#c79a6b");
  s.path("M126 152Q130 124 200 122Q270 124 274 152L270 160L130 160Z", s.linear("slant", light(main, 0.45), main, dark(main, 0.3)));
  s.path("M130 160L108 150L112 142L132 148Z", main);
  s.rect(128, 232, 144, 12, 3, s.linear("right", dark(main, 0.2), light(main, 0.3), dark(main, 0.3)));
  s.rect(128, 300, 144, 17, 6, s.linear("right", dark(main, 0.2), light(main, 0.35), dark(main, 0.35)));
  s.rect(146, 168, 12, 126, 6, "#fff", 'opacity=".4"');
  return [{ w: 92, h: 9 }];
}
