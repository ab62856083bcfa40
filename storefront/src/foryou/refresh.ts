import type { Line } from "../events/line";

// A feature is readable half a second after its event was accepted, at worst. Looking is cheap and leaves no record;
// asking makes a decision. So the list is asked for when the features have moved, and at last in any case.
const FIRST_LOOK_MS = 120;
const LATER_LOOKS_MS = [300, 600, 1_000] as const;
const LAST_LOOK_MS = 1_600;

export interface Refreshing {
  /** Reads the features; true when they differ from those the list was decided on. */
  look(): Promise<boolean>;
  /** Asks for the list. */
  ask(): Promise<void>;
}

type Timer = ReturnType<typeof setTimeout>;

/** What follows an event. A later event moves the later looks, never the first: a busy visitor waits no longer. */
export class RefreshPlan {
  private first: Timer | undefined;
  private later: Timer[] = [];
  private asked = false;

  constructor(private readonly list: Refreshing) {}

  begin(): void {
    this.asked = false;
    this.first ??= setTimeout(() => {
      this.first = undefined;
      void this.look(false);
    }, FIRST_LOOK_MS);
    this.later.forEach(clearTimeout);
    this.later = LATER_LOOKS_MS.map((delayMs) => setTimeout(() => void this.look(false), delayMs));
    this.later.push(setTimeout(() => void this.look(!this.asked), LAST_LOOK_MS));
  }

  stop(): void {
    clearTimeout(this.first);
    this.first = undefined;
    this.later.forEach(clearTimeout);
  }

  private async look(inAnyCase: boolean): Promise<void> {
    if (!(await this.list.look()) && !inAnyCase) return;
    this.asked = true;
    await this.list.ask();
  }
}

const TELLING = new Set(["viewed", "refreshed", "searched", "hovered", "cart_added", "cart_removed", "placed"]);

/** Whether a batch says something about taste; an impression of the list must not ask for the next one. */
export function saysSomething(lines: readonly Line[]): boolean {
  return lines.some((line) => line.topic !== "impressions.v1" && TELLING.has(String(line.event["kind"])));
}
