package tillstream.sessions;

import java.util.HashSet;
import java.util.List;
import java.util.Set;

/** What a session's steps come to. */
final class Totals {
  final long startedUs;
  final long endedUs;
  final int events;
  int orders;
  int refreshes;
  int views;
  int cartAdditions;
  final int products;
  /** The last that was set. */
  String customerId;
  long receivedAtUs = Long.MIN_VALUE;

  Totals(List<Step> session) {
    startedUs = session.get(0).atUs;
    endedUs = session.get(session.size() - 1).atUs;
    events = session.size();
    Set<String> different = new HashSet<>();
    for (Step step : session) {
      switch (step.kind) {
        case Sessions.PLACED -> orders++;
        case "refreshed" -> refreshes++;
        case "viewed" -> views++;
        case "cart_added" -> cartAdditions++;
        default -> { }
      }
      if (step.productId != null) different.add(step.productId);
      if (step.customerId != null) customerId = step.customerId;
      receivedAtUs = Math.max(receivedAtUs, step.receivedAtUs);
    }
    products = different.size();
  }
}
