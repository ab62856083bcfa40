import { useRef, type PointerEvent } from "react";
import { trackClick, type ClickFields } from "./track";

const LEAST_MS = 400;

/** Props that send `hovered` when a mouse has rested on the thing; touch has no hover. */
export function useHover(fields: ClickFields, label: string): {
  onPointerEnter(event: PointerEvent): void;
  onPointerLeave(): void;
} {
  const enteredAt = useRef<number | undefined>(undefined);
  return {
    onPointerEnter: (event) => {
      enteredAt.current = event.pointerType === "mouse" ? performance.now() : undefined;
    },
    onPointerLeave: () => {
      const duration = enteredAt.current === undefined ? 0 : Math.round(performance.now() - enteredAt.current);
      enteredAt.current = undefined;
      if (duration >= LEAST_MS) trackClick("hovered", { ...fields, duration_ms: duration }, label);
    },
  };
}
