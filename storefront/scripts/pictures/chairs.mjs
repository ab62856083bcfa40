import { dark, light } from "./sketch.mjs";

const WOOD = "#b98a5c";

// Armchair, shell chair, bar stool, swivel chair.
export function draw(s, { main, accent, kind }) {
  return [armchair, shell, stool, swivel][kind](s, main, accent);
}

function leg(s, x1, y1, x2, y2, colour, width = 10) {
  s.line(`M${x1} ${y1}L${x2} ${y2}`, dark(colour, 0.25), width).line(`M${x1 - 1.5} ${y1}L${x2 - 1.5} ${y2}`, light(colour, 0.2), width * 0.4);
}

function armchair(s, main) {
  leg(s, 118, 284, 108, 316, WOOD);
  leg(s, 282, 284, 292, 316, WOOD);
  leg(s, 158, 284, 154, 310, dark(WOOD, 0.2), 8);
  leg(s, 242, 284, 246, 310, dark(WOOD, 0.2), 8);
  s.path("M112 210C108 110 140 84 200 84C260 84 292 110 288 210L276 262L124 262Z", s.linear("slant", light(main, 0.34), main, dark(main, 0.26)));
  s.line("M200 92L200 214", dark(main, 0.25), 2, 'opacity=".5"').circle(200, 132, 4, dark(main, 0.4)).circle(200, 172, 4, dark(main, 0.4));
  s.path("M130 222Q130 208 146 208L254 208Q270 208 270 222L270 254L130 254Z", s.linear("down", light(main, 0.32), main));
  s.path("M120 250L280 250L278 278Q278 288 266 288L134 288Q122 288 122 278Z", s.linear("down", dark(main, 0.08), dark(main, 0.32)));
  s.path("M86 214C82 184 126 180 130 212L134 288L112 288Q96 288 94 272Z", s.linear("right", light(main, 0.36), main, dark(main, 0.2)));
  s.path("M314 214C318 184 274 180 270 212L266 288L288 288Q304 288 306 272Z", s.linear("right", main, dark(main, 0.12), dark(main, 0.36)));
  return [{ w: 128 }];
}

function shell(s, main) {
  leg(s, 168, 232, 128, 316, WOOD, 9);
  leg(s, 236, 232, 276, 316, WOOD, 9);
  leg(s, 176, 232, 160, 308, dark(WOOD, 0.25), 8);
  leg(s, 228, 232, 244, 308, dark(WOOD, 0.25), 8);
  s.line("M148 280L256 280", dark(WOOD, 0.1), 4);
  s.path("M134 92Q136 76 156 74Q200 68 244 74Q264 76 266 92C270 140 268 164 286 202Q294 226 272 234Q200 252 128 234Q106 226 114 202C132 164 130 140 134 92Z", s.linear("slant", light(main, 0.4), main, dark(main, 0.28)));
  s.path("M118 206Q200 178 282 206Q290 226 270 231Q200 247 130 231Q110 226 118 206Z", s.linear("down", dark(main, 0.18), light(main, 0.2)));
  s.line("M146 92Q200 82 254 92", light(main, 0.6), 3, 'opacity=".7"');
  return [{ w: 100, h: 9 }];
}

function stool(s, main) {
  leg(s, 164, 170, 128, 316, WOOD);
  leg(s, 236, 170, 272, 316, WOOD);
  leg(s, 178, 170, 164, 306, dark(WOOD, 0.25), 8);
  leg(s, 222, 170, 236, 306, dark(WOOD, 0.25), 8);
  s.line("M142 264L258 264", "#cda45f", 7).line("M142 262L258 262", "#f1dcae", 2);
  s.path("M128 116Q128 72 200 70Q272 72 272 116L266 124Q200 108 134 124Z", s.linear("slant", light(main, 0.3), main, dark(main, 0.25)));
  s.path("M120 150Q120 134 140 134L260 134Q280 134 280 150L276 166Q274 178 260 178L140 178Q126 178 124 166Z", s.linear("down", light(main, 0.4), main, dark(main, 0.25)));
  s.line("M134 116L140 140M266 116L260 140", dark(WOOD, 0.1), 7);
  return [{ w: 96, h: 9 }];
}

function swivel(s, main, accent) {
  const steel = "#5a5e64";
  s.line("M200 256L200 296", dark(steel, 0.1), 12).line("M198 256L198 296", light(steel, 0.5), 3);
  s.line("M200 292L128 308M200 292L272 308M200 292L164 314M200 292L236 314", steel, 8);
  for (const [x, y] of [[126, 312], [274, 312], [162, 317], [238, 317]]) s.circle(x, y, 7, "#2d2f33");
  s.line("M256 216C284 214 284 176 262 176M144 216C116 214 116 176 138 176", steel, 8);
  s.path("M138 92Q140 68 168 66L232 66Q260 68 262 92L256 188Q254 202 238 202L162 202Q146 202 144 188Z", s.linear("slant", light(main, 0.34), main, dark(main, 0.26)));
  for (const y of [98, 130, 162]) s.line(`M152 ${y}Q200 ${y + 9} 248 ${y}`, dark(main, 0.25), 2.5, 'opacity=".6"');
  s.rect(124, 212, 152, 44, 20, s.linear("down", light(main, 0.36), main, dark(main, 0.28)));
  s.line("M110 178L140 178M260 178L290 178", accent, 11);
  return [{ w: 98, h: 9 }];
}
