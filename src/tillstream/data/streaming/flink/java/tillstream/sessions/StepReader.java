package tillstream.sessions;

import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.Locale;
import java.util.Map;
import java.util.regex.Pattern;
import org.apache.flink.shaded.jackson2.com.fasterxml.jackson.databind.JsonNode;

/**
 * A record to the step of its visitor's session; null if the record is poison.
 *
 * <p>A step without a visitor only tells the time: a bot's click, an order that sessions take no notice of. Contracts, the rule of what a bot is and how far a clock may be ahead come from the project, with the job.
 */
final class StepReader {
  private static final int AGENTS_KEPT = 10_000;

  private final Map<String, Contract> contracts = new HashMap<>();
  private final long aheadUs;
  private final Pattern botAgents;
  private final double scrolledRatio;
  private final long scrolledMs;
  private final Map<String, Boolean> agents = new LinkedHashMap<>() {
    @Override
    protected boolean removeEldestEntry(Map.Entry<String, Boolean> eldest) {
      return size() > AGENTS_KEPT;
    }
  };

  StepReader(JsonNode rules) {
    JsonNode schemas = rules.get("schemas");
    long earliestUs = rules.get("earliest_us").longValue();
    contracts.put(Sessions.CLICKS, new Contract(schemas.get(Sessions.CLICKS), earliestUs, "visitor_id", "occurred_at",
        "event_id", "kind", "customer_id", "product_id", "user_agent", "scroll_ratio", "duration_ms"));
    contracts.put(Sessions.ORDERS, new Contract(schemas.get(Sessions.ORDERS), earliestUs, "visitor_id", "occurred_at",
        "event_id", "kind", "customer_id"));
    aheadUs = rules.get("ahead_us").longValue();
    JsonNode bots = rules.get("bots");
    botAgents = Pattern.compile(bots.get("agents").textValue());
    scrolledRatio = bots.get("scrolled_ratio").doubleValue();
    scrolledMs = bots.get("scrolled_ms").longValue();
  }

  Step read(String topic, byte[] value, long receivedAtUs) {
    Object[] fields;
    try {
      fields = contracts.get(topic).read(value);
    } catch (Json.Broken error) {
      return null;
    }
    long atUs = (Long) fields[1];
    if (atUs > receivedAtUs + aheadUs) return null;
    String visitorId = (String) fields[0], kind = (String) fields[3], productId = null;
    if (topic.equals(Sessions.CLICKS)) {
      if (isBot((String) fields[6], (Double) fields[7], (Long) fields[8])) visitorId = null;
      productId = (String) fields[5];
    } else if (!kind.equals(Sessions.PLACED)) {
      visitorId = null;
    }
    return new Step(visitorId, atUs, (String) fields[2], kind, productId, (String) fields[4], receivedAtUs);
  }

  private boolean isBot(String agent, Double scrolled, Long milliseconds) {
    if (agent != null && agents.computeIfAbsent(agent, this::isBotAgent)) return true;
    return scrolled != null && milliseconds != null && scrolled >= scrolledRatio && milliseconds < scrolledMs;
  }

  private boolean isBotAgent(String agent) {
    return botAgents.matcher(agent.toLowerCase(Locale.ROOT)).find();
  }
}
