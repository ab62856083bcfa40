// A picture in the making: shapes in order, gradients beside them, small ids.

const channels = (hex) => [1, 3, 5].map((at) => parseInt(hex.slice(at, at + 2), 16));

/** `a` moved towards `b` by `t` of the way. */
export function mix(a, b, t) {
  const [from, to] = [channels(a), channels(b)];
  return "#" + from.map((c, i) => Math.round(c + (to[i] - c) * t).toString(16).padStart(2, "0")).join("");
}

export const light = (hex, t) => mix(hex, "#ffffff", t);
export const dark = (hex, t) => mix(hex, "#14110f", t);

export class Sketch {
  defs = [];
  shapes = [];

  /** A gradient across the shape's box from left to right, or top to bottom, or corner to corner. */
  linear(direction, ...stops) {
    const to = { right: 'x2="1" y2="0"', down: 'x2="0" y2="1"', slant: 'x2="1" y2="1"' }[direction];
    return this.#gradient("linearGradient", `x1="0" y1="0" ${to}`, stops);
  }

  radial(cx, cy, r, ...stops) {
    return this.#gradient("radialGradient", `cx="${cx}" cy="${cy}" r="${r}"`, stops);
  }

  /** A body in one colour as a studio lamp from the upper left shows it. */
  volume(hex, direction = "slant") {
    return this.linear(direction, light(hex, 0.28), hex, dark(hex, 0.28));
  }

  /** A round bar of metal or wood, lit along its length. */
  bar(hex) {
    return this.linear("right", dark(hex, 0.25), light(hex, 0.4), hex, dark(hex, 0.35));
  }

  path(d, fill, extra = "") {
    this.shapes.push(`<path d="${d}" fill="${fill}"${extra && " " + extra}/>`);
    return this;
  }

  line(d, stroke, width, extra = "") {
    const cap = extra.includes("stroke-linecap") ? "" : ' stroke-linecap="round"';
    this.shapes.push(`<path d="${d}" fill="none" stroke="${stroke}" stroke-width="${width}"${cap} stroke-linejoin="round"${extra && " " + extra}/>`);
    return this;
  }

  rect(x, y, w, h, r, fill, extra = "") {
    this.shapes.push(`<rect x="${x}" y="${y}" width="${w}" height="${h}" rx="${r}" fill="${fill}"${extra && " " + extra}/>`);
    return this;
  }

  ellipse(cx, cy, rx, ry, fill, extra = "") {
    this.shapes.push(`<ellipse cx="${cx}" cy="${cy}" rx="${rx}" ry="${ry}" fill="${fill}"${extra && " " + extra}/>`);
    return this;
  }

  circle(cx, cy, r, fill, extra = "") {
    return this.ellipse(cx, cy, r, r, fill, extra);
  }

  /** What follows stands inside `transform` until `close`. */
  open(transform) {
    this.shapes.push(`<g transform="${transform}">`);
    return this;
  }

  close() {
    this.shapes.push("</g>");
    return this;
  }

  #gradient(kind, place, stops) {
    const id = String.fromCharCode(97 + (this.defs.length % 26)) + (this.defs.length >= 26 ? "1" : "");
    const marks = stops.map((stop, i) => {
      const [colour, opacity, at] = Array.isArray(stop) ? stop : [stop];
      const offset = at ?? (stops.length === 1 ? 0 : i / (stops.length - 1));
      return `<stop offset="${+offset.toFixed(3)}" stop-color="${colour}"${opacity === undefined ? "" : ` stop-opacity="${opacity}"`}/>`;
    });
    this.defs.push(`<${kind} id="${id}" ${place}>${marks.join("")}</${kind}>`);
    return `url(#${id})`;
  }
}
