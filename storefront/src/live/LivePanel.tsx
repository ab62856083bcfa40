import { useState } from "react";
import { useStore } from "../state/store";
import { me } from "../visitor/identity";
import { activities } from "./activity";
import { EventList } from "./EventList";
import { FeatureList } from "./FeatureList";

const WIDE = "(min-width: 1180px)";

/** Beside the page on a wide screen, a sheet from below on a narrow one: events in, features and list out. */
export function LivePanel() {
  const [open, setOpen] = useState(() => matchMedia(WIDE).matches);
  return (
    <aside className={open ? "live live-open" : "live"} data-testid="live-panel" aria-label="Live: your events and what they change">
      <button type="button" className="live-toggle" aria-expanded={open} aria-controls="live-body" onClick={() => setOpen(!open)}>
        <span className="live-dot" aria-hidden="true" /> Live
        <Latest />
      </button>
      <div id="live-body" className="live-body" hidden={!open} tabIndex={0} role="region" aria-label="Live details">
        <h2>Your events</h2>
        <EventList />
        <h2>Your features</h2>
        <FeatureList />
        <p className="decision">visitor <code title={me.visitorId}>{me.visitorId}</code></p>
      </div>
    </aside>
  );
}

function Latest() {
  const [latest] = useStore(activities);
  return <span className="live-latest" aria-hidden="true">{latest ? [latest.kind, latest.label].filter(Boolean).join(" · ") : ""}</span>;
}
