import { useEffect, useRef } from "react";

/** The page's h1 and title; takes the focus on a change of page, so that keyboard and screen reader follow. */
export function PageHeading({ title, hidden = false, follow = true }: { title: string; hidden?: boolean; follow?: boolean }) {
  const ref = useRef<HTMLHeadingElement>(null);
  useEffect(() => {
    document.title = `${title} · Tillstream`;
    if (!follow || isFirst()) return;
    window.scrollTo({ top: 0 });
    ref.current?.focus({ preventScroll: true });
  }, [title, follow]);
  return <h1 ref={ref} tabIndex={-1} className={hidden ? "unseen" : undefined}>{title}</h1>;
}

let first = true;

/** The first heading leaves the focus where the browser put it. */
function isFirst(): boolean {
  const was = first;
  first = false;
  return was;
}
