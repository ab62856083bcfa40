package tillstream.sessions;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.apache.flink.shaded.jackson2.com.fasterxml.jackson.databind.JsonNode;

/**
 * A contract, compiled from its JSON Schema: whether a record obeys it, and the fields that were asked for.
 *
 * <p>The verdict is the Python decoder's, bit for bit; a suite of spoiled records holds the two together. It reads what
 * our contracts' schemas use: anything else in one is an IllegalArgumentException when a job starts.
 */
final class Contract {
  /** What a value must be; gives it back if it is one, and throws Broken otherwise. */
  private interface Rule {
    Object read(Json in);
  }

  private record Field(Rule rule, boolean mayBeNull, int wanted, long bit) {}

  private final Map<String, Field> fields = new HashMap<>();
  private final List<Long> atLeastOne = new ArrayList<>();
  private final long required;
  private final int width;

  /** Gives the wanted fields in their order, null where a record has none. */
  Contract(JsonNode schema, long earliestUs, String... wanted) {
    this(schema, schema.path("$defs"), earliestUs, List.of(wanted));
  }

  private Contract(JsonNode schema, JsonNode shared, long earliestUs, List<String> wanted) {
    width = wanted.size();
    schema.get("properties").properties().forEach(one -> {
      JsonNode told = one.getValue();
      boolean mayBeNull = told.has("anyOf");
      if (mayBeNull) told = alternative(told.get("anyOf"));
      int place = wanted.indexOf(one.getKey());
      fields.put(one.getKey(), new Field(rule(told, shared, earliestUs), mayBeNull, place, 1L << fields.size()));
    });
    if (fields.size() > Long.SIZE) throw new IllegalArgumentException("more fields than bits");
    required = bits(schema.path("required"));
    for (JsonNode group : schema.path("allOf")) {
      long names = 0;
      for (JsonNode one : group.get("anyOf")) names |= bits(one.get("required"));
      atLeastOne.add(names);
    }
  }

  private long bits(JsonNode names) {
    long bits = 0;
    for (JsonNode name : names) bits |= fields.get(name.textValue()).bit;
    return bits;
  }

  private static JsonNode alternative(JsonNode either) {
    if (either.size() != 2 || !"null".equals(either.get(1).path("type").textValue())) {
      throw new IllegalArgumentException("neither one type nor null: " + either);
    }
    return either.get(0);
  }

  private static Rule rule(JsonNode told, JsonNode shared, long earliestUs) {
    if (told.has("$ref")) {
      String name = told.get("$ref").textValue();
      Contract of = new Contract(shared.get(name.substring(name.lastIndexOf('/') + 1)), shared, earliestUs, List.of());
      return of::read;
    }
    if (told.has("enum")) {
      Map<String, String> known = new HashMap<>();
      told.get("enum").forEach(one -> known.put(one.textValue(), one.textValue()));
      return in -> known.computeIfAbsent(in.text(), name -> { throw new Json.Broken("an unknown name"); });
    }
    String type = told.path("type").asText();
    if (type.equals("string") && told.path("format").asText().equals("date-time")) {
      return in -> {
        long micros = Instants.parse(in.text());
        if (micros < earliestUs) throw new Json.Broken("too long ago");
        return micros;
      };
    }
    return switch (type) {
      case "string" -> text(told.path("minLength").asInt(0), told.path("maxLength").asInt(Integer.MAX_VALUE));
      case "integer" -> whole(told.get("minimum").longValue(), told.get("maximum").longValue());
      case "number" -> number(told.get("minimum").doubleValue(), told.get("maximum").doubleValue());
      case "boolean" -> Contract::flag;
      case "array" -> {
        Rule item = rule(told.get("items"), shared, earliestUs);
        yield many(item, told.path("minItems").asInt(0), told.path("maxItems").asInt(Integer.MAX_VALUE));
      }
      default -> throw new IllegalArgumentException("a rule that is not known here: " + told);
    };
  }

  private static Rule text(int shortest, int longest) {
    return in -> {
      String text = in.text();
      int length = text.length() <= longest && text.length() >= 2 * shortest
          ? text.length()
          : text.codePointCount(0, text.length());
      if (length < shortest || length > longest) throw new Json.Broken("a text too short or too long");
      return text;
    };
  }

  private static Rule whole(long least, long most) {
    return in -> {
      in.peek();
      String letters = in.number();
      if (!Json.isWhole(letters)) throw new Json.Broken("not a whole number");
      if (letters.length() > 18) throw new Json.Broken("a number out of range");
      long value = Long.parseLong(letters);
      if (value < least || value > most) throw new Json.Broken("a number out of range");
      return value;
    };
  }

  private static Rule number(double least, double most) {
    return in -> {
      in.peek();
      double value = Double.parseDouble(in.number());
      if (!(value >= least && value <= most)) throw new Json.Broken("a number out of range");
      return value;
    };
  }

  private static Object flag(Json in) {
    boolean is = in.peek() == 't';
    in.literal(is ? "true" : "false");
    return is;
  }

  private static Rule many(Rule item, int fewest, int most) {
    return in -> {
      int count = 0;
      in.expect('[');
      if (!in.accepts(']')) {
        do {
          item.read(in);
          count++;
        } while (in.accepts(','));
        in.expect(']');
      }
      if (count < fewest || count > most) throw new Json.Broken("too few or too many");
      return count;
    };
  }

  /** The wanted fields of a record; throws Broken if it breaks a rule. */
  Object[] read(byte[] record) {
    Json in = new Json(record);
    Object[] found = read(in);
    in.end();
    return found;
  }

  private Object[] read(Json in) {
    Object[] found = new Object[width];
    long present = 0, set = 0;
    in.expect('{');
    if (!in.accepts('}')) {
      do {
        Field field = fields.get(in.name());
        in.expect(':');
        if (field == null) {
          in.skip();
          continue;
        }
        Object value = null;
        if (in.peek() == 'n' && field.mayBeNull) in.literal("null");
        else value = field.rule.read(in);
        present |= field.bit;
        set = value == null ? set & ~field.bit : set | field.bit;
        if (field.wanted >= 0) found[field.wanted] = value;
      } while (in.accepts(','));
      in.expect('}');
    }
    if ((present & required) != required) throw new Json.Broken("a field is missing");
    for (long names : atLeastOne) {
      if ((set & names) == 0) throw new Json.Broken("none of several fields");
    }
    return found;
  }
}
