import { useEffect, useState, type FormEvent } from "react";
import { goTo, moveTo } from "../routing/useRoute";
import type { Route } from "../routing/route";

const PAUSE_MS = 250;

/** Searches as one types; the address follows, so a search can be sent to a friend. */
export function SearchBox({ route }: { route: Route }) {
  const asked = route.place === "search" ? route.query : "";
  const [text, setText] = useState(asked);
  useEffect(() => setText(asked), [asked]);
  const trimmed = text.trim();

  useEffect(() => {
    if (trimmed.length < 2 || trimmed === asked) return;
    const timer = setTimeout(() => {
      const change = route.place === "search" ? moveTo : goTo;
      change({ place: "search", query: trimmed });
    }, PAUSE_MS);
    return () => clearTimeout(timer);
  }, [trimmed, asked, route.place]);

  const submit = (event: FormEvent): void => {
    event.preventDefault();
    if (trimmed) goTo({ place: "search", query: trimmed });
  };
  return (
    <form role="search" className="search" onSubmit={submit}>
      <label className="unseen" htmlFor="search">Search the shop</label>
      <svg aria-hidden="true" viewBox="0 0 20 20" className="search-icon"><circle cx="9" cy="9" r="5.5" /><path d="m13.2 13.2 4 4" /></svg>
      <input
        id="search"
        data-testid="search-box"
        type="search"
        placeholder="Search"
        autoComplete="off"
        value={text}
        onChange={(event) => setText(event.target.value)}
      />
    </form>
  );
}
