import { dark, light } from "./sketch.mjs";

// Front views, hung: bomber, coat, puffer, hooded rain jacket.
export function draw(s, { main, accent, kind }) {
  const hem = [288, 330, 292, 304][kind];
  sleeves(s, main, [270, 278, 272, 284][kind]);
  const body = `M150 96C134 100 116 108 110 122L118 ${hem}Q200 ${hem + 12} 282 ${hem}L290 122C284 108 266 100 250 96Q200 112 150 96Z`;
  s.path(body, s.linear("right", dark(main, 0.16), light(main, 0.22), main, dark(main, 0.24)));
  [bomber, coat, puffer, rain][kind](s, main, accent, hem);
  return [{ y: 350, w: 118, h: 10 }];
}

function sleeves(s, main, cuff) {
  const fill = s.linear("right", dark(main, 0.05), light(main, 0.12), dark(main, 0.32));
  s.path(`M124 108C96 116 84 150 74 200L62 ${cuff}Q78 ${cuff + 10} 96 ${cuff + 4}L122 180Z`, fill);
  s.path(`M276 108C304 116 316 150 326 200L338 ${cuff}Q322 ${cuff + 10} 304 ${cuff + 4}L278 180Z`, fill);
}

function zip(s, from, to, colour) {
  s.line(`M200 ${from}L200 ${to}`, dark(colour, 0.5), 6).line(`M200 ${from}L200 ${to}`, light(colour, 0.5), 2.5, 'stroke-dasharray="1 5"');
}

function pockets(s, main, y) {
  s.line(`M142 ${y}L160 ${y + 44}M258 ${y}L240 ${y + 44}`, dark(main, 0.42), 4);
}

function ribbed(s, d, colour, width) {
  s.line(d, colour, width, 'stroke-linecap="butt"').line(d, dark(colour, 0.25), width, 'stroke-dasharray="2 4" stroke-linecap="butt" opacity=".5"');
}

function bomber(s, main, accent, hem) {
  zip(s, 104, hem + 2, main);
  pockets(s, main, 204);
  ribbed(s, `M118 ${hem - 2}Q200 ${hem + 10} 282 ${hem - 2}`, accent, 20);
  ribbed(s, "M150 98Q200 118 250 98", accent, 17);
  ribbed(s, "M62 272Q78 282 96 276", accent, 17);
  ribbed(s, "M338 272Q322 282 304 276", accent, 17);
}

function coat(s, main, accent, hem) {
  s.path("M164 98L200 176L236 98Q200 110 164 98Z", s.volume(accent));
  s.line("M200 176L200 120", dark(accent, 0.2), 2);
  const lapel = s.volume(light(main, 0.1));
  s.path("M158 92L140 104L148 150L164 150L200 196L200 178Z", lapel, `stroke="${dark(main, 0.35)}" stroke-width="1.5"`);
  s.path("M242 92L260 104L252 150L236 150L200 196L200 178Z", lapel, `stroke="${dark(main, 0.35)}" stroke-width="1.5"`);
  s.line(`M204 196L206 ${hem + 4}`, dark(main, 0.4), 2.5);
  for (const y of [214, 250, 286]) s.circle(190, y, 5, dark(main, 0.55)).circle(222, y, 5, dark(main, 0.55));
  s.rect(134, 250, 40, 9, 3, dark(main, 0.22)).rect(234, 250, 40, 9, 3, dark(main, 0.22));
}

function puffer(s, main, accent, hem) {
  for (let y = 136; y < hem - 10; y += 31) {
    s.line(`M113 ${y}Q200 ${y + 16} 287 ${y}`, dark(main, 0.38), 3.5).line(`M115 ${y + 7}Q200 ${y + 23} 285 ${y + 7}`, light(main, 0.4), 4, 'opacity=".45"');
  }
  s.line("M98 150Q112 164 123 160M82 190Q98 206 116 200M72 232Q88 246 106 240M302 150Q288 164 277 160M318 190Q302 206 284 200M328 232Q312 246 294 240", dark(main, 0.35), 3);
  s.path("M148 96Q150 72 172 70L228 70Q250 72 252 96Q200 124 148 96Z", s.volume(main), `stroke="${dark(main, 0.25)}" stroke-width="1.5"`);
  zip(s, 78, hem + 4, main);
  s.rect(222, 150, 34, 14, 4, accent);
}

function rain(s, main, accent, hem) {
  s.path("M146 100C140 62 168 44 200 44C232 44 260 62 254 100Q200 140 146 100Z", s.volume(main));
  s.path("M164 98C162 74 180 62 200 62C220 62 238 74 236 98Q200 122 164 98Z", dark(main, 0.45));
  s.line("M184 116L182 156M216 116L218 156", accent, 3.5).circle(182, 160, 4, accent).circle(218, 160, 4, accent);
  s.line(`M200 118L200 ${hem + 4}`, dark(main, 0.45), 3);
  const flap = s.volume(light(main, 0.06));
  s.rect(132, 228, 48, 44, 6, flap, `stroke="${dark(main, 0.3)}"`).rect(220, 228, 48, 44, 6, flap, `stroke="${dark(main, 0.3)}"`);
  s.rect(130, 224, 52, 14, 4, dark(main, 0.16)).rect(218, 224, 52, 14, 4, dark(main, 0.16));
}
