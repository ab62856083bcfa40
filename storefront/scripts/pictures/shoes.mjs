import { dark, light } from "./sketch.mjs";

// Side views, toe to the right: low trainer, high top, runner, ankle boot.
const UPPERS = [
  "M92 214C92 198 104 192 118 200C138 212 164 210 184 192Q194 182 204 192C226 218 262 234 296 246C322 255 328 268 326 288L92 288Z",
  "M96 140C98 130 106 128 116 131C138 137 160 136 178 128Q188 124 191 134C198 176 226 218 292 244C320 254 328 268 326 288L92 288C90 240 92 190 96 140Z",
  "M84 204C84 186 98 184 112 196C134 214 164 206 182 188Q192 178 204 188C230 214 268 228 304 242C326 250 334 266 332 284L88 284Z",
  "M100 120Q100 110 110 110L188 110Q198 110 198 120C198 176 210 210 262 226C310 240 322 258 322 288L94 288C94 230 100 180 100 120Z",
];

export function draw(s, { main, accent, kind, chance }) {
  const sole = kind === 3 ? dark(accent, 0.1) : "#f6f2ea";
  s.path(UPPERS[kind], s.linear("slant", light(main, 0.25), main, dark(main, 0.3)));
  [sneaker, highTop, runner, boot][kind](s, main, accent, chance);
  const heel = kind === 2 ? 76 : 86;
  const toe = kind === 2 ? 342 : 332;
  const top = kind === 2 ? 274 : 280;
  s.path(`M${heel + 4} ${top}C${heel + 90} ${top + 8} ${toe - 90} ${top + 10} ${toe - 4} ${top - 2}Q${toe + 6} 306 ${toe - 14} 314L${heel + 14} 314Q${heel - 8} 308 ${heel + 4} ${top}Z`, s.linear("down", light(sole, 0.4), sole, dark(sole, 0.22)));
  s.line(`M${heel + 8} 311L${toe - 16} 311`, kind === 3 ? dark(accent, 0.5) : dark(main, 0.1), 6);
  return [{ x: 208, y: 317, w: 150, h: 12 }];
}

function laces(s, from, to, count, colour) {
  for (let i = 0; i < count; i += 1) {
    const t = i / (count - 1);
    const [x, y] = [from[0] + (to[0] - from[0]) * t, from[1] + (to[1] - from[1]) * t];
    s.line(`M${x - 13} ${y + 9}L${x + 7} ${y - 2}`, colour, 5);
  }
}

function toeCap(s, colour) {
  s.path("M276 238C312 248 328 262 326 288L262 288C258 268 262 250 276 238Z", colour, 'opacity=".9"');
}

function sneaker(s, main, accent) {
  toeCap(s, s.volume(light(main, 0.14)));
  s.path("M92 214C92 198 104 192 118 200L114 288L92 288Z", s.volume(accent));
  s.line("M150 272C170 252 196 240 232 236", accent, 11);
  laces(s, [202, 208], [250, 236], 4, "#fbf8f2");
  s.line("M118 201C138 213 164 211 184 193", dark(main, 0.45), 7);
}

function highTop(s, main, accent) {
  toeCap(s, "#f6f2ea");
  s.circle(138, 192, 22, s.volume(accent)).circle(138, 192, 13, main);
  laces(s, [192, 150], [250, 236], 6, "#fbf8f2");
  s.line("M98 140C116 146 160 146 188 134", dark(main, 0.4), 6);
  s.line("M96 262L262 266", light(main, 0.5), 3, 'stroke-dasharray="5 7"');
}

function runner(s, main, accent) {
  s.path("M90 284C120 262 150 258 176 264C214 272 262 258 304 242C326 250 334 266 332 284Z", s.volume(light(accent, 0.08)));
  s.line("M132 226C160 236 190 236 222 224M126 244C160 254 200 252 246 236", light(main, 0.45), 6);
  laces(s, [200, 204], [256, 230], 5, "#fbf8f2");
  s.line("M112 197C134 215 164 207 182 189", dark(main, 0.45), 8);
  s.line("M96 276C150 284 240 284 326 272", accent, 4);
}

function boot(s, main, accent) {
  s.line("M200 128C200 178 214 208 262 226", dark(main, 0.4), 3);
  laces(s, [196, 142], [234, 216], 6, accent);
  s.path("M100 116Q100 106 110 106L188 106Q198 106 198 116L198 128L100 128Z", s.volume(accent));
  s.line("M112 108L112 94Q112 88 118 88L124 88", accent, 5);
  s.line("M262 230C254 250 252 270 254 286", dark(main, 0.35), 3, 'stroke-dasharray="4 6"');
}
