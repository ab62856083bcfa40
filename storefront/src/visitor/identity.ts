import { keep, readKept } from "../state/kept";

/** Who is on the page: random ids that live in this browser and name nobody. */
export interface Identity {
  visitorId: string;
  deviceId: string;
  deviceType: "phone" | "tablet" | "desktop";
}

/** The kept ids, or fresh ones; `?visitor=` sets the visitor, for tests and for showing two side by side. */
export function identify(search: string, width: number): Identity {
  const asked = new URLSearchParams(search).get("visitor")?.slice(0, 64);
  const visitorId = asked || readKept("visitor_id", "") || `v-${crypto.randomUUID()}`;
  const deviceId = readKept("device_id", "") || `d-${crypto.randomUUID()}`;
  keep("visitor_id", visitorId);
  keep("device_id", deviceId);
  return { visitorId, deviceId, deviceType: width < 640 ? "phone" : width < 1000 ? "tablet" : "desktop" };
}

export const me: Identity = identify(location.search, window.innerWidth);
