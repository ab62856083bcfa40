import { useEffect, useRef, type RefObject } from "react";

const LOOK_MS = 500;
const seenKeys = new Set<string>();

/** Calls `onSeen` once a visit for each `key` whose element was at least half in view for half a second. */
export function useSeen<E extends Element>(key: string | undefined, onSeen: () => void): RefObject<E | null> {
  const ref = useRef<E>(null);
  const call = useRef(onSeen);
  call.current = onSeen;
  useEffect(() => {
    const element = ref.current;
    if (!element || key === undefined || seenKeys.has(key)) return;
    let timer: ReturnType<typeof setTimeout> | undefined;
    const watcher = new IntersectionObserver(
      ([entry]) => {
        clearTimeout(timer);
        if (!entry?.isIntersecting) return;
        timer = setTimeout(() => {
          watcher.disconnect();
          seenKeys.add(key);
          call.current();
        }, LOOK_MS);
      },
      { threshold: 0.5 },
    );
    watcher.observe(element);
    return () => {
      clearTimeout(timer);
      watcher.disconnect();
    };
  }, [key]);
  return ref;
}
