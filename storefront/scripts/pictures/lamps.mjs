import { dark, light } from "./sketch.mjs";

// Table lamp, arc lamp, mushroom, desk lamp; all of them lit.
export function draw(s, { main, accent, kind }) {
  return [table, arc, mushroom, desk][kind](s, main, accent);
}

function halo(s, x, y, r) {
  s.circle(x, y, r, s.radial(0.5, 0.5, 0.5, ["#ffe6ae", 0.75], ["#ffe6ae", 0]));
}

function lit(s, hex) {
  return s.radial(0.5, 0.75, 0.8, "#fff6dc", light(hex, 0.5), light(hex, 0.1));
}

function table(s, main, accent) {
  halo(s, 200, 150, 160);
  s.path("M176 306C150 280 160 236 190 222L190 190L210 190L210 222C240 236 250 280 224 306Z", s.linear("right", dark(main, 0.2), light(main, 0.45), main, dark(main, 0.4)));
  s.rect(160, 304, 80, 13, 6, s.bar(accent));
  s.path("M150 78L250 78L294 192Q200 206 106 192Z", lit(s, main));
  s.path("M150 78Q200 70 250 78L251 84Q200 77 149 84Z", dark(main, 0.1)).line("M107 191Q200 205 293 191", dark(main, 0.1), 4);
  return [{ w: 66, h: 8 }];
}

function arc(s, main, accent) {
  halo(s, 268, 176, 130);
  s.line("M122 304C104 60 262 30 268 116", dark(accent, 0.35), 8).line("M122 304C104 60 262 30 268 116", light(accent, 0.3), 2.5);
  s.path("M78 318Q80 298 122 296Q164 298 166 318Z", s.linear("right", dark(accent, 0.1), light(accent, 0.35), dark(accent, 0.4)));
  s.path("M206 186C206 92 330 92 330 186Z", s.linear("slant", light(main, 0.4), main, dark(main, 0.3)));
  s.ellipse(268, 186, 62, 11, "#fff1c9").circle(268, 112, 7, accent);
  return [{ x: 122, y: 319, w: 74, h: 8 }, { x: 276, y: 322, w: 62, h: 7 }];
}

function mushroom(s, main, accent) {
  halo(s, 200, 190, 165);
  s.path("M172 186C176 240 158 280 148 306L252 306C242 280 224 240 228 186Z", s.linear("right", light(main, 0.1), "#fff3d0", light(main, 0.3), dark(main, 0.15)));
  s.rect(142, 302, 116, 14, 7, s.bar(accent));
  s.path("M88 196C88 64 312 64 312 196Q200 226 88 196Z", s.radial(0.45, 0.9, 0.95, "#fff3d2", light(main, 0.35), main, dark(main, 0.12)));
  s.line("M90 196Q200 225 310 196", light(main, 0.65), 4);
  s.ellipse(150, 126, 34, 15, "#fff", 'opacity=".35" transform="rotate(-34 150 126)"');
  return [{ w: 92, h: 9 }];
}

function desk(s, main, accent) {
  s.path("M246 152L292 300L96 300Z", s.linear("down", ["#ffe9b8", 0.8], ["#ffe9b8", 0]), 'transform="translate(-38 14)"');
  s.line("M270 304L282 196L196 108", dark(main, 0.3), 10).line("M268 304L280 197L196 108", light(main, 0.35), 3);
  s.circle(282, 196, 11, s.volume(accent)).circle(196, 110, 10, s.volume(accent));
  s.path("M218 318Q220 300 270 300Q320 300 322 318Z", s.linear("right", light(main, 0.3), main, dark(main, 0.4)));
  s.open("rotate(28 190 116)").path("M168 96Q190 84 212 96L240 162Q190 176 140 162Z", s.linear("right", light(main, 0.4), main, dark(main, 0.35))).ellipse(190, 164, 49, 8, "#fff3cf").close();
  return [{ x: 268, y: 319, w: 76, h: 8 }];
}
