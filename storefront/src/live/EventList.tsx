import { useStore } from "../state/store";
import { activities, type Activity } from "./activity";

const STATE_WORDS: Record<Activity["state"], string> = { sent: "on its way", accepted: "accepted", refused: "refused", answer: "answered" };

/** What the visitor did and how the shop answered, newest first. */
export function EventList() {
  const list = useStore(activities);
  if (list.length === 0) return <p className="live-empty">Look at a product: it shows here as it happens.</p>;
  return (
    <ol className="events">
      {list.slice(0, 14).map((one) => (
        <li key={one.id} className={`event event-${one.state}`}>
          <span className="event-kind">{one.kind}</span>
          <span className="event-label">{one.label}</span>
          <span className="event-state">
            {one.state === "sent" || one.elapsedMs === undefined ? STATE_WORDS[one.state] : `${one.state === "refused" ? "refused, " : ""}${Math.max(1, Math.round(one.elapsedMs))} ms`}
          </span>
        </li>
      ))}
    </ol>
  );
}
