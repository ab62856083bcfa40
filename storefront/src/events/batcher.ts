/** Collects lines and hands them on in small batches, one on the way at a time, in order. */
export interface BatcherOptions<T> {
  /** Sends one batch; a rejection means nothing is known to have arrived, and the batch is sent again. */
  send(batch: readonly T[]): Promise<void>;
  maxLines: number;
  delayMs: number;
  /** Wait before the nth attempt again; ids make a second arrival harmless. */
  retryMs(attempt: number): number;
  /** The oldest go first when the shop cannot be reached for long. */
  maxWaiting: number;
}

export class Batcher<T> {
  private waiting: T[] = [];
  private onTheWay: readonly T[] = [];
  private timer: ReturnType<typeof setTimeout> | undefined;
  private attempt = 0;

  constructor(private readonly options: BatcherOptions<T>) {}

  add(line: T): void {
    this.waiting.push(line);
    if (this.waiting.length > this.options.maxWaiting) this.waiting.shift();
    if (this.attempt > 0) return;
    if (this.waiting.length >= this.options.maxLines) void this.flush();
    else this.timer ??= setTimeout(() => void this.flush(), this.options.delayMs);
  }

  /** Sends what waits now; resolves when that batch was answered or failed. */
  async flush(): Promise<void> {
    if (this.onTheWay.length > 0 || this.waiting.length === 0) return;
    this.stopTimer();
    this.onTheWay = this.waiting.splice(0, this.options.maxLines);
    try {
      await this.options.send(this.onTheWay);
      this.attempt = 0;
      this.onTheWay = [];
      if (this.waiting.length > 0) await this.flush();
    } catch {
      this.waiting.unshift(...this.onTheWay);
      this.onTheWay = [];
      this.attempt += 1;
      this.timer = setTimeout(() => void this.flush(), this.options.retryMs(this.attempt));
    }
  }

  /** Everything not known to have arrived, for the last message of a page that is being left. */
  drain(): readonly T[] {
    this.stopTimer();
    const left = [...this.onTheWay, ...this.waiting];
    this.waiting = [];
    return left;
  }

  private stopTimer(): void {
    clearTimeout(this.timer);
    this.timer = undefined;
  }
}
