import { useLayoutEffect, useRef, type RefObject } from "react";

/** Within the list, so that scrolling is no move. */
interface Place {
  left: number;
  top: number;
}

/** Lets children marked `data-flip` glide to their new places when `revision` changes, unless motion is unwanted. */
export function useFlip<E extends HTMLElement>(revision: number): RefObject<E | null> {
  const ref = useRef<E>(null);
  const places = useRef(new Map<string, Place>());
  useLayoutEffect(() => {
    const still = matchMedia("(prefers-reduced-motion: reduce)").matches;
    const seen = new Map<string, Place>();
    const origin = ref.current?.getBoundingClientRect() ?? { left: 0, top: 0 };
    for (const child of ref.current?.querySelectorAll<HTMLElement>("[data-flip]") ?? []) {
      const key = child.dataset["flip"]!;
      const box = child.getBoundingClientRect();
      const now = { left: box.left - origin.left, top: box.top - origin.top };
      const was = places.current.get(key);
      seen.set(key, now);
      if (still) continue;
      if (was) glide(child, was.left - now.left, was.top - now.top);
      else if (places.current.size > 0) child.animate([{ opacity: 0, scale: 0.94 }, { opacity: 1, scale: 1 }], { duration: 320, easing: "ease-out" });
    }
    places.current = seen;
  }, [revision]);
  return ref;
}

function glide(child: HTMLElement, x: number, y: number): void {
  if (x === 0 && y === 0) return;
  child.animate([{ transform: `translate(${x}px, ${y}px)` }, { transform: "none" }], { duration: 380, easing: "cubic-bezier(.2,.8,.2,1)" });
}
