import { useEffect } from "react";
import { trackClick } from "./track";

const MARKS = [0.25, 0.5, 0.75, 1] as const;

/** Sends `scrolled` the first time each quarter of a page has been seen. */
export function useScrollEvents(pageKey: string): void {
  useEffect(() => {
    let next = 0;
    const onScroll = (): void => {
      const { scrollHeight, clientHeight, scrollTop } = document.documentElement;
      const room = scrollHeight - clientHeight;
      if (room < 200) return;
      let reached: number | undefined;
      while (next < MARKS.length && scrollTop / room >= MARKS[next]! - 0.01) reached = MARKS[next++];
      if (reached !== undefined) trackClick("scrolled", { scroll_ratio: reached });
    };
    window.addEventListener("scroll", onScroll, { passive: true });
    return () => window.removeEventListener("scroll", onScroll);
  }, [pageKey]);
}
