package tillstream.sessions;

import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;

/** Records of {@code sessions.v1}, with the ids, revisions and bytes of {@code logic/session_records.py}. */
final class Records {
  private static final long LONGEST_MS = 1_000_000_000L;

  private Records() {}

  /** A session's id and revision: they come from its events alone, so every engine comes to the same. */
  static Told told(String visitorId, String firstEventId, Totals totals, boolean closed) {
    String id = digest("session|" + visitorId + "|" + firstEventId);
    return new Told(id, 2L * totals.events + (closed ? 1 : 0), totals.startedUs);
  }

  /** The record of a revision. */
  static Said session(String visitorId, Told told, Totals totals, boolean closed) {
    StringBuilder json = begun(visitorId, told, told.revision, totals.endedUs, 0);
    number(json, "clicks", totals.events - totals.orders);
    long milliseconds = Math.floorDiv(totals.endedUs, 1000L) - Math.floorDiv(totals.startedUs, 1000L);
    set(json, "duration_ms", Math.min(milliseconds, LONGEST_MS));
    if (totals.customerId != null) text(json, "customer_id", totals.customerId);
    set(json, "refreshes", totals.refreshes);
    set(json, "products", totals.products);
    flag(json, "added_to_cart", totals.cartAdditions > 0);
    flag(json, "purchased", totals.orders > 0);
    flag(json, "bounced", totals.events == 1 && totals.views == 1);
    flag(json, "closed", closed);
    return said(json, told, totals.receivedAtUs);
  }

  /** Takes an id back with the revision of the session that swallowed it, which is larger than any it had. */
  static Said retraction(String visitorId, Told told, Told by, long receivedAtUs) {
    StringBuilder json = begun(visitorId, told, by.revision, told.startedUs, 1);
    number(json, "clicks", 0);
    flag(json, "retracted", true);
    return said(json, told, receivedAtUs);
  }

  private static StringBuilder begun(String visitorId, Told told, long revision, long endedUs, int kind) {
    StringBuilder json = new StringBuilder(400).append('{');
    text(json, "event_id", digest(told.sessionId + "|" + revision + "|" + kind));
    instant(json, "occurred_at", told.startedUs);
    text(json, "session_id", told.sessionId);
    text(json, "visitor_id", visitorId);
    number(json, "revision", revision);
    instant(json, "started_at", told.startedUs);
    instant(json, "ended_at", endedUs);
    return json;
  }

  private static Said said(StringBuilder json, Told told, long receivedAtUs) {
    return new Said(told.sessionId, json.append('}').toString().getBytes(StandardCharsets.UTF_8), receivedAtUs);
  }

  private static StringBuilder named(StringBuilder json, String name) {
    if (json.length() > 1) json.append(',');
    return json.append('"').append(name).append("\":");
  }

  private static void number(StringBuilder json, String name, long value) {
    named(json, name).append(value);
  }

  /** A number that is left out where it is the contract's default. */
  private static void set(StringBuilder json, String name, long value) {
    if (value != 0) number(json, name, value);
  }

  private static void flag(StringBuilder json, String name, boolean value) {
    if (value) named(json, name).append("true");
  }

  private static void instant(StringBuilder json, String name, long micros) {
    named(json, name).append('"');
    Instants.append(json, micros);
    json.append('"');
  }

  private static void text(StringBuilder json, String name, String value) {
    named(json, name).append('"');
    for (int i = 0; i < value.length(); i++) {
      char letter = value.charAt(i);
      int named = "\"\\\b\f\n\r\t".indexOf(letter);
      if (named >= 0) json.append('\\').append("\"\\bfnrt".charAt(named));
      else if (letter < ' ') json.append("\\u00").append(HexFormat.of().toHexDigits((byte) letter));
      else json.append(letter);
    }
    json.append('"');
  }

  private static String digest(String text) {
    try {
      byte[] whole = MessageDigest.getInstance("SHA-256").digest(text.getBytes(StandardCharsets.UTF_8));
      return HexFormat.of().formatHex(whole, 0, 16);
    } catch (NoSuchAlgorithmException error) {
      throw new IllegalStateException(error);
    }
  }
}
