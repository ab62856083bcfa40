import { dark, light } from "./sketch.mjs";

// Over-ear, studio with exposed band, on-ear, buds in their case.
export function draw(s, { main, accent, kind }) {
  if (kind === 3) return buds(s, main, accent);
  band(s, main, accent, kind);
  const width = [60, 66, 50][kind];
  const height = [116, 124, 92][kind];
  cup(s, 106, 240, width, height, main, accent, -1);
  cup(s, 294, 240, width, height, main, accent, 1);
  return [{ x: 104, y: 312, w: 54, h: 8 }, { x: 286, y: 312, w: 54, h: 8 }];
}

function band(s, main, accent, kind) {
  const arc = "M106 232C92 44 308 44 294 232";
  if (kind === 1) {
    s.line(arc, "#8f9499", 7).line(arc, "#e9ebee", 2.5);
    s.line("M116 170C126 84 274 84 284 170", s.linear("down", light(accent, 0.2), dark(accent, 0.3)), 16);
    return;
  }
  const width = kind === 2 ? 14 : 24;
  s.line(arc, dark(main, 0.32), width).line(arc, s.linear("down", light(main, 0.32), main), width - 6);
  if (kind === 0) s.line("M128 128C150 84 250 84 272 128", accent, 9);
  s.line("M106 196L106 232M294 196L294 232", "#c9ccd0", 7);
}

function cup(s, x, y, w, h, main, accent, side) {
  const inner = x - side * w * 0.42;
  s.rect(inner - w * 0.3, y - h * 0.46, w * 0.6, h * 0.92, w * 0.3, s.linear("right", dark(accent, 0.45), dark(accent, 0.1), dark(accent, 0.5)));
  s.rect(x - w / 2, y - h / 2, w, h, w * 0.46, s.linear("slant", light(main, 0.36), main, dark(main, 0.38)));
  s.rect(x - w * 0.32 + side * 4, y - h * 0.34, w * 0.64, h * 0.68, w * 0.3, s.linear("slant", dark(main, 0.16), light(main, 0.14)));
  s.circle(x + side * 4, y, w * 0.13, s.volume(accent));
}

function buds(s, main, accent) {
  s.rect(104, 222, 192, 96, 42, s.linear("down", light(main, 0.3), main, dark(main, 0.3)));
  s.path("M112 224C112 168 288 168 288 224Q288 238 272 240L128 240Q112 238 112 224Z", dark(main, 0.5));
  s.path("M116 150C112 96 288 96 284 150L288 178L112 178Z", s.linear("down", light(main, 0.4), main), `stroke="${dark(main, 0.2)}"`);
  s.path("M112 178L288 178L284 194Q200 204 116 194Z", dark(main, 0.38));
  for (const x of [160, 240]) {
    s.rect(x - 9, 200, 18, 46, 9, s.linear("right", "#ffffff", "#d9d6d0"));
    s.circle(x, 198, 21, s.radial(0.35, 0.3, 0.8, "#ffffff", "#f3f0ea", "#bdb8af")).circle(x, 198, 7, dark(accent, 0.2));
  }
  s.path("M104 250L296 250L296 276Q296 318 254 318L146 318Q104 318 104 276Z", s.linear("down", light(main, 0.18), main, dark(main, 0.3)));
  s.circle(200, 276, 4.5, "#7be0a6");
  return [{ w: 118 }];
}
