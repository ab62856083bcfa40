import type { Line } from "../events/line";

// A feature is readable half a second after its event was accepted, at worst; so the list is asked for soon,
// once more when that has settled, and a last time only if nothing has moved yet.
const SOON_MS = 200;
const SETTLED_MS = 800;
const LAST_MS = 1_600;

export interface Refreshing {
  /** Asks anew; true when the list has changed. */
  refresh(): Promise<boolean>;
}

type Timer = ReturnType<typeof setTimeout>;

/** Runs the asks that follow an event. A later event moves the late asks, never the soon one: a busy visitor waits no longer. */
export class RefreshPlan {
  private soon: Timer | undefined;
  private late: Timer[] = [];
  private changed = false;

  constructor(private readonly list: Refreshing) {}

  begin(): void {
    this.changed = false;
    this.soon ??= setTimeout(() => {
      this.soon = undefined;
      void this.ask();
    }, SOON_MS);
    this.late.forEach(clearTimeout);
    this.late = [
      setTimeout(() => void this.ask(), SETTLED_MS),
      setTimeout(() => void (this.changed || this.ask()), LAST_MS),
    ];
  }

  stop(): void {
    clearTimeout(this.soon);
    this.soon = undefined;
    this.late.forEach(clearTimeout);
  }

  private async ask(): Promise<void> {
    if (await this.list.refresh()) this.changed = true;
  }
}

const TELLING = new Set(["viewed", "refreshed", "searched", "hovered", "cart_added", "cart_removed", "placed"]);

/** Whether a batch says something about taste; an impression of the list must not ask for the next one. */
export function saysSomething(lines: readonly Line[]): boolean {
  return lines.some((line) => line.topic !== "impressions.v1" && TELLING.has(String(line.event["kind"])));
}
