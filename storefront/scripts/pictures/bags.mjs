import { dark, light } from "./sketch.mjs";

// Tote, backpack, satchel, weekender.
export function draw(s, { main, accent, kind }) {
  return [tote, backpack, satchel, weekender][kind](s, main, accent);
}

function tote(s, main, accent) {
  s.line("M152 172C152 78 248 78 248 172", dark(accent, 0.3), 9).line("M148 176C148 90 252 90 252 176", accent, 10);
  s.path("M98 166Q200 152 302 166L316 304Q316 316 302 316L98 316Q84 316 84 304Z", s.linear("right", dark(main, 0.1), light(main, 0.25), main, dark(main, 0.25)));
  s.path("M98 166Q200 152 302 166L303 178Q200 164 97 178Z", dark(main, 0.24));
  s.rect(140, 168, 16, 40, 4, accent).rect(244, 168, 16, 40, 4, accent);
  s.circle(148, 198, 3, "#f4ead8").circle(252, 198, 3, "#f4ead8");
  s.path("M86 280L314 280L316 304Q316 316 302 316L98 316Q84 316 84 304Z", s.volume(accent), 'opacity=".92"');
  s.rect(180, 222, 40, 22, 3, light(main, 0.35));
  return [{ w: 146 }];
}

function backpack(s, main, accent) {
  s.line("M176 92C176 58 224 58 224 92", dark(main, 0.35), 10);
  s.path("M112 190C112 108 152 84 200 84C248 84 288 108 288 190L296 292Q296 316 272 316L128 316Q104 316 104 292Z", s.linear("right", dark(main, 0.12), light(main, 0.26), main, dark(main, 0.3)));
  s.line("M128 178C132 120 168 104 200 104C232 104 268 120 272 178", dark(main, 0.42), 4);
  s.path("M130 206Q200 194 270 206L276 288Q276 302 262 302L138 302Q124 302 124 288Z", s.volume(light(main, 0.07)), `stroke="${dark(main, 0.3)}" stroke-width="2"`);
  s.path("M128 208Q200 194 272 208L272 236Q200 252 128 236Z", s.volume(dark(main, 0.08)));
  s.rect(148, 196, 14, 62, 3, accent).rect(238, 196, 14, 62, 3, accent);
  s.rect(145, 244, 20, 16, 4, "#d9b46a").rect(235, 244, 20, 16, 4, "#d9b46a");
  s.rect(178, 130, 44, 30, 4, accent);
  return [{ w: 118 }];
}

function satchel(s, main, accent) {
  s.line("M104 180C96 34 304 34 296 180", dark(main, 0.3), 8, 'opacity=".9"');
  s.rect(92, 168, 216, 148, 18, s.linear("down", main, dark(main, 0.28)));
  s.path("M88 172Q88 154 108 154L292 154Q312 154 312 172L306 236Q200 276 94 236Z", s.linear("slant", light(main, 0.32), main, dark(main, 0.16)));
  s.line("M98 232Q200 270 302 232", light(main, 0.5), 2, 'stroke-dasharray="5 5"');
  s.rect(140, 156, 20, 120, 4, s.volume(accent)).rect(240, 156, 20, 120, 4, s.volume(accent));
  s.rect(135, 252, 30, 22, 5, "#d9b46a").rect(141, 258, 18, 10, 2, dark(main, 0.2));
  s.rect(235, 252, 30, 22, 5, "#d9b46a").rect(241, 258, 18, 10, 2, dark(main, 0.2));
  return [{ w: 132 }];
}

function weekender(s, main, accent) {
  s.line("M138 206C138 104 262 104 262 206", dark(accent, 0.35), 10).line("M134 214C134 118 266 118 266 214", accent, 11);
  s.path("M74 214Q78 184 112 182L288 182Q322 184 326 214L332 290Q332 314 306 314L94 314Q68 314 68 290Z", s.linear("down", light(main, 0.3), main, dark(main, 0.3)));
  s.line("M88 196L312 196", dark(main, 0.4), 4).line("M88 196L312 196", "#d9b46a", 1.6, 'stroke-dasharray="2 4"');
  s.path("M126 184L146 184L146 314L122 314ZM254 184L274 184L278 314L254 314Z", accent);
  s.path("M68 276Q100 270 104 314L94 314Q68 314 68 290ZM332 276Q300 270 296 314L306 314Q332 314 332 290Z", s.volume(accent));
  s.rect(168, 226, 64, 54, 6, s.volume(light(main, 0.08)), `stroke="${dark(main, 0.3)}" stroke-width="1.5"`);
  return [{ w: 152 }];
}
