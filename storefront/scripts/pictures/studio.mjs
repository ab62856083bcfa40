import { light, mix, Sketch } from "./sketch.mjs";

// Eight colourways, each a main colour and one that goes with it.
export const COLOURWAYS = [
  { main: "#3a3d45", accent: "#c9925e" },
  { main: "#c2694c", accent: "#f1e4d2" },
  { main: "#41725c", accent: "#dcc79b" },
  { main: "#d8c3a0", accent: "#7a553a" },
  { main: "#36558a", accent: "#e3b75f" },
  { main: "#d8a39e", accent: "#7d4b4d" },
  { main: "#dba743", accent: "#45403a" },
  { main: "#a3abae", accent: "#3f464b" },
];

/** The whole picture: a warm wall that runs into the floor, a soft shadow, and the thing `draw` puts there. */
export function photograph(draw, { colourway, kind, chance }) {
  const scene = new Sketch();
  const { main, accent } = colourway;
  const tint = (hex) => mix(hex, light(main, 0.55), 0.12);
  const wall = scene.linear("down", tint("#f7f4ef"), [tint("#f3efe8"), 1, 0.66], [tint("#e6e0d6"), 1, 0.78], tint("#efeae2"));
  const glow = scene.radial(0.38, 0.3, 0.7, ["#ffffff", 0.85], ["#ffffff", 0]);
  const shade = scene.radial(0.5, 0.5, 0.5, ["#2b2118", 0.42], ["#2b2118", 0.2, 0.5], ["#2b2118", 0]);
  scene.rect(0, 0, 400, 400, 0, wall).rect(0, 0, 400, 400, 0, glow);
  const behind = scene.shapes.length;
  const shadows = draw(scene, { main, accent, kind, chance });
  const cast = shadows.map(({ x = 200, y = 318, w, h = w * 0.11 }) => `<ellipse cx="${x + 6}" cy="${y}" rx="${w}" ry="${h}" fill="${shade}"/>`);
  scene.shapes.splice(behind, 0, ...cast);
  return `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 400 400" width="400" height="400"><defs>${scene.defs.join("")}</defs>${scene.shapes.join("")}</svg>\n`;
}
