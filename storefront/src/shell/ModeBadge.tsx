/** Says plainly when a decision was made with something missing; nothing when all was there. */
export function ModeBadge({ mode }: { mode: string }) {
  if (mode === "normal") return null;
  return <span className="badge badge-warn">{mode.replaceAll("_", " ").replaceAll("+", ", ")}</span>;
}
