package tillstream.sessions;

import java.util.List;
import org.apache.flink.api.common.functions.OpenContext;
import org.apache.flink.api.common.state.ValueState;
import org.apache.flink.api.common.state.ValueStateDescriptor;
import org.apache.flink.metrics.Counter;
import org.apache.flink.streaming.api.TimeDomain;
import org.apache.flink.streaming.api.TimerService;
import org.apache.flink.streaming.api.functions.KeyedProcessFunction;
import org.apache.flink.util.Collector;

/** A visitor's steps to records of sessions: of open ones from time to time, of each when its time is over. */
final class Sessions extends KeyedProcessFunction<String, Step, Said> {
  static final String CLICKS = "clicks.v1";
  static final String ORDERS = "orders.v1";
  static final String PLACED = "placed";

  /** A step received longer ago is history: of its session only the end is told. */
  private static final long LIVE_MS = 120_000;

  private final long gapMs;
  private final long partialMs;
  private transient ValueState<Visitor> visitors;
  private transient Counter late;
  private transient Counter copies;

  Sessions(long gapMs, long partialMs) {
    this.gapMs = gapMs;
    this.partialMs = partialMs;
  }

  @Override
  public void open(OpenContext context) {
    visitors = getRuntimeContext().getState(new ValueStateDescriptor<>("visitor", Visitor.class));
    late = getRuntimeContext().getMetricGroup().counter("numLateRecordsDropped");
    copies = getRuntimeContext().getMetricGroup().counter("copies");
  }

  @Override
  public void processElement(Step step, Context context, Collector<Said> out) throws Exception {
    Visitor known = visitors.value(), visitor = known == null ? new Visitor() : known;
    TimerService timers = context.timerService();
    switch (visitor.add(step, gapMs, timers.currentWatermark())) {
      case LATE -> late.inc();
      case COPY -> copies.inc();
      case STEP -> {
        wake(visitor, timers);
        visitors.update(visitor);
        long nowMs = timers.currentProcessingTime();
        if (step.receivedAtUs / 1000 >= nowMs - LIVE_MS) {
          timers.registerProcessingTimeTimer((nowMs / partialMs + 1) * partialMs);
        }
      }
    }
  }

  @Override
  public void onTimer(long timestamp, OnTimerContext context, Collector<Said> out) throws Exception {
    Visitor visitor = visitors.value();
    if (visitor == null) return;
    boolean partial = context.timeDomain() == TimeDomain.PROCESSING_TIME;
    long watermarkMs = context.timerService().currentWatermark();
    visitor.tell(context.getCurrentKey(), gapMs, watermarkMs, partial).forEach(out::collect);
    if (visitor.steps.isEmpty()) {
      visitors.clear();
      return;
    }
    if (!partial) visitor.wakesMs = 0;
    wake(visitor, context.timerService());
    visitors.update(visitor);
  }

  /** One timer a visitor: it waits for the first session to close, and looks again where that has grown since. */
  private void wake(Visitor visitor, TimerService timers) {
    long closesMs = visitor.closesMs(gapMs);
    if (visitor.wakesMs != 0 && visitor.wakesMs <= closesMs) return;
    visitor.wakesMs = closesMs;
    timers.registerEventTimeTimer(closesMs);
  }
}
