import { dark, light } from "./sketch.mjs";

const TEE = "M152 96L104 112Q90 118 84 132L58 190L100 212L120 180L116 312Q200 324 284 312L280 180L300 212L342 190L316 132Q310 118 296 112L248 96Q200 128 152 96Z";
const LONG = "M152 94L110 108Q94 116 90 134L60 282Q76 294 96 290L122 190L116 314Q200 326 284 314L278 190L304 290Q324 294 340 282L310 134Q306 116 290 108L248 94Q200 122 152 94Z";

// Front views, hung: plain tee, polo, button shirt, striped tee.
export function draw(s, { main, accent, kind }) {
  s.path(kind === 2 ? LONG : TEE, s.linear("right", dark(main, 0.14), light(main, 0.24), light(main, 0.06), dark(main, 0.2)));
  [tee, polo, buttons, stripes][kind](s, main, accent);
  folds(s, main);
  return [{ y: 344, w: 110, h: 9 }];
}

function folds(s, main) {
  const fold = dark(main, 0.3);
  s.line("M120 182Q132 206 130 240M280 182Q268 206 270 240", fold, 2.5, 'opacity=".5"');
  s.line("M156 300Q166 262 160 222M246 306Q238 270 244 236", fold, 2, 'opacity=".3"');
}

function collarRing(s, colour) {
  s.path("M152 96Q200 84 248 96Q200 128 152 96Z", dark(colour, 0.35)).line("M153 97Q200 129 247 97", colour, 10);
}

function tee(s, main, accent) {
  collarRing(s, light(main, 0.1));
  s.line("M62 188L101 208M338 188L299 208", dark(main, 0.25), 2.5, 'stroke-dasharray="5 4"');
  s.rect(222, 168, 34, 38, 3, s.volume(light(main, 0.07)), `stroke="${dark(main, 0.22)}"`);
  s.rect(222, 168, 34, 9, 3, accent);
}

function polo(s, main, accent) {
  s.path("M158 94Q200 84 242 94L200 138Z", dark(main, 0.4));
  s.rect(188, 112, 24, 78, 3, s.volume(light(main, 0.12)), `stroke="${dark(main, 0.22)}"`);
  s.path("M156 90L144 104L168 140L198 112Q172 108 156 90Z", accent).path("M244 90L256 104L232 140L202 112Q228 108 244 90Z", dark(accent, 0.08));
  for (const y of [140, 160, 180]) s.circle(200, y, 3.4, "#fbf7ef");
  s.line("M62 188L101 208M338 188L299 208", accent, 8);
}

function buttons(s, main, accent) {
  s.path("M160 92Q200 82 240 92L200 134Z", dark(main, 0.4));
  s.rect(190, 112, 20, 206, 2, light(main, 0.16), `stroke="${dark(main, 0.2)}"`);
  const collar = light(main, 0.24);
  s.path("M158 86L142 102L172 142L199 110Q174 106 158 86Z", collar, `stroke="${dark(main, 0.25)}"`);
  s.path("M242 86L258 102L228 142L201 110Q226 106 242 86Z", collar, `stroke="${dark(main, 0.25)}"`);
  for (let y = 150; y < 310; y += 32) s.circle(200, y, 3.6, accent);
  s.rect(226, 172, 40, 44, 4, s.volume(light(main, 0.08)), `stroke="${dark(main, 0.22)}"`);
  s.line("M63 266Q78 276 98 272M337 266Q322 276 302 272", dark(main, 0.28), 2.5);
}

function stripes(s, main, accent) {
  for (let y = 154; y < 306; y += 26) s.line(`M120 ${y}Q200 ${y + 10} 280 ${y}`, accent, 9, 'stroke-linecap="butt"');
  s.line("M74 156L110 178M66 174L106 196M326 156L290 178M334 174L294 196", accent, 8, 'stroke-linecap="butt"');
  collarRing(s, accent);
}
