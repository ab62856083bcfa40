package tillstream.sessions;

/** An event of a visitor as sessions see it; steps sort by when they happened, then by id. */
public final class Step implements Comparable<Step> {
  /** Null where an event only tells the time. */
  public String visitorId;
  public long atUs;
  public String eventId;
  /** A click's kind, or {@link Sessions#PLACED}. */
  public String kind;
  public String productId;
  public String customerId;
  public long receivedAtUs;

  /** For Flink's serializer. */
  public Step() {}

  Step(String visitorId, long atUs, String eventId, String kind, String productId, String customerId, long receivedAtUs) {
    this.visitorId = visitorId;
    this.atUs = atUs;
    this.eventId = eventId;
    this.kind = kind;
    this.productId = productId;
    this.customerId = customerId;
    this.receivedAtUs = receivedAtUs;
  }

  /** Whole milliseconds, rounded down, as stream engines keep time. */
  long atMs() {
    return Math.floorDiv(atUs, 1000L);
  }

  @Override
  public int compareTo(Step other) {
    return atUs != other.atUs ? Long.compare(atUs, other.atUs) : byCodePoints(eventId, other.eventId);
  }

  /** As Python and UTF-8 order text; Java's own order puts some signs beyond U+FFFF before others. */
  private static int byCodePoints(String one, String other) {
    int same = 0, most = Math.min(one.length(), other.length());
    while (same < most && one.charAt(same) == other.charAt(same)) same++;
    if (same == most) return Integer.compare(one.length(), other.length());
    char a = one.charAt(same), b = other.charAt(same);
    if (Character.isSurrogate(a) != Character.isSurrogate(b)) return Character.isSurrogate(a) ? 1 : -1;
    return Character.compare(a, b);
  }
}
