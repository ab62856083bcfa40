package tillstream.sessions;

import java.util.ArrayList;
import java.util.Collections;
import java.util.List;

/**
 * One visitor's state: the steps of sessions that are open, in order, and what was said of them.
 *
 * <p>Step for step what {@code data/streaming/logic/sessions.py} says, which is the reference this is held to.
 */
public final class Visitor {
  public List<Step> steps = new ArrayList<>();
  public List<Told> told = new ArrayList<>();
  /** The event time that a timer waits for; 0 for none. */
  public long wakesMs;

  enum Added { STEP, COPY, LATE }

  /** Adds a step, unless its id is known or its session, with all that are open, is closed already. */
  Added add(Step step, long gapMs, long watermarkMs) {
    for (Step one : steps) {
      if (one.eventId.equals(step.eventId)) return Added.COPY;
    }
    int at = -Collections.binarySearch(steps, step) - 1;
    long endMs = step.atMs();
    for (int next = at; next < steps.size() && steps.get(next).atMs() - endMs <= gapMs; next++) {
      endMs = steps.get(next).atMs();
    }
    if (watermarkMs >= endMs + gapMs) return Added.LATE;
    steps.add(at, step);
    return Added.STEP;
  }

  /** Behind the last step of the session that begins at that place. */
  int end(int start, long gapMs) {
    int end = start + 1;
    while (end < steps.size() && steps.get(end).atMs() - steps.get(end - 1).atMs() <= gapMs) end++;
    return end;
  }

  /** The watermark at which the first open session closes. */
  long closesMs(long gapMs) {
    return steps.get(end(0, gapMs) - 1).atMs() + gapMs;
  }

  /**
   * The records that are due; sessions that closed leave the state.
   *
   * <p>A session that grew since it was last told is due when it closes, and before that if {@code partial}. Ids that it
   * swallowed are taken back with it. Nothing is said where one of those was told of more events than it has.
   */
  List<Said> tell(String visitorId, long gapMs, long watermarkMs, boolean partial) {
    List<Said> said = new ArrayList<>();
    List<Step> kept = new ArrayList<>();
    for (int start = 0, end; start < steps.size(); start = end) {
      end = end(start, gapMs);
      List<Step> session = steps.subList(start, end);
      boolean closed = watermarkMs >= session.get(session.size() - 1).atMs() + gapMs;
      if (closed || partial) tell(visitorId, session, closed, said);
      if (closed) told.removeIf(one -> holds(session, one));
      else kept.addAll(session);
    }
    steps = kept;
    return said;
  }

  private void tell(String visitorId, List<Step> session, boolean closed, List<Said> said) {
    Totals totals = new Totals(session);
    Told record = Records.told(visitorId, session.get(0).eventId, totals, closed);
    Told before = null;
    List<Told> swallowed = new ArrayList<>();
    for (Told one : told) {
      if (one.sessionId.equals(record.sessionId)) before = one;
      else if (holds(session, one)) swallowed.add(one);
    }
    for (Told one : swallowed) {
      if (one.revision >= record.revision) return;
    }
    for (Told one : swallowed) said.add(Records.retraction(visitorId, one, record, totals.receivedAtUs));
    told.removeAll(swallowed);
    if (before != null && before.revision >= record.revision) return;
    said.add(Records.session(visitorId, record, totals, closed));
    if (before == null) told.add(record);
    else told.set(told.indexOf(before), record);
  }

  private static boolean holds(List<Step> session, Told one) {
    return session.get(0).atUs <= one.startedUs && one.startedUs <= session.get(session.size() - 1).atUs;
  }
}
