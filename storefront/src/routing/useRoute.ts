import { useMemo, useSyncExternalStore } from "react";
import { hrefOf, routeOf, type Route } from "./route";

function subscribe(listener: () => void): () => void {
  window.addEventListener("hashchange", listener);
  return () => window.removeEventListener("hashchange", listener);
}

/** Where the visitor is. */
export function useRoute(): Route {
  const hash = useSyncExternalStore(subscribe, () => location.hash);
  return useMemo(() => routeOf(hash), [hash]);
}

export function goTo(route: Route): void {
  location.hash = hrefOf(route);
}

/** Changes the address without a step in the history, as typing in the search box does. */
export function moveTo(route: Route): void {
  const url = new URL(location.href);
  url.hash = hrefOf(route);
  history.replaceState(null, "", url);
  window.dispatchEvent(new HashChangeEvent("hashchange"));
}
