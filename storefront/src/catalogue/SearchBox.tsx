import { useEffect, useRef, useState, type FormEvent } from "react";
import { hrefOf, type Route } from "../routing/route";
import { goTo, moveTo } from "../routing/useRoute";

const PAUSE_MS = 250;

/** Searches as one types; the address follows, so a search can be sent to a friend. */
export function SearchBox({ route }: { route: Route }) {
  const asked = route.place === "search" ? route.query : "";
  const [text, setText] = useState(asked);
  const pause = useRef<ReturnType<typeof setTimeout>>(undefined);
  const here = hrefOf(route);

  // Another page, by whatever way, ends what was being typed on this one.
  useEffect(() => {
    setText(asked);
    return () => clearTimeout(pause.current);
  }, [asked, here]);

  const type = (typed: string): void => {
    setText(typed);
    clearTimeout(pause.current);
    const query = typed.trim();
    if (query.length < 2 || query === asked) return;
    const change = route.place === "search" ? moveTo : goTo;
    pause.current = setTimeout(() => change({ place: "search", query }), PAUSE_MS);
  };
  const submit = (event: FormEvent): void => {
    event.preventDefault();
    const query = text.trim();
    if (query) goTo({ place: "search", query });
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
        onChange={(event) => type(event.target.value)}
      />
    </form>
  );
}
