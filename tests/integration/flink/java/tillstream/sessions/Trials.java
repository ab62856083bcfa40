package tillstream.sessions;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import org.apache.flink.shaded.jackson2.com.fasterxml.jackson.databind.JsonNode;
import org.apache.flink.shaded.jackson2.com.fasterxml.jackson.databind.ObjectMapper;

/** Does what each line of JSON asks for and answers with one, so that Python can compare. */
final class Trials {
  private static final ObjectMapper JSON = new ObjectMapper();
  private final StepReader reader;
  private Visitor visitor = new Visitor();

  private Trials(StepReader reader) {
    this.reader = reader;
  }

  public static void main(String[] arguments) throws IOException {
    Trials trials = new Trials(new StepReader(JSON.readTree(Path.of(arguments[0]).toFile())));
    BufferedReader asked = new BufferedReader(new InputStreamReader(System.in, StandardCharsets.UTF_8));
    PrintStream answers = new PrintStream(System.out, false, StandardCharsets.UTF_8);
    for (String line; (line = asked.readLine()) != null; ) {
      answers.println(JSON.writeValueAsString(trials.answer(JSON.readTree(line))));
    }
    answers.flush();
  }

  private Object answer(JsonNode asked) throws IOException {
    return switch (asked.get("do").textValue()) {
      case "read" -> columns(reader.read(
          asked.get("topic").textValue(), asked.get("value").binaryValue(), asked.get("received_at_us").longValue()));
      case "add" -> visitor.add(
          step(asked.get("step")), asked.get("gap_ms").longValue(), asked.get("watermark_ms").longValue());
      case "tell" -> visitor.tell(asked.get("visitor_id").textValue(), asked.get("gap_ms").longValue(),
          asked.get("watermark_ms").longValue(), asked.get("partial").booleanValue())
          .stream().map(said -> List.of(said.key, said.value, said.receivedAtUs)).toList();
      default -> {
        visitor = new Visitor();
        yield List.of();
      }
    };
  }

  private static List<Object> columns(Step step) {
    if (step == null) return null;
    if (step.visitorId == null) return List.of(step.atUs);
    return Arrays.asList(step.visitorId, step.atUs, step.eventId, step.kind, step.productId, step.customerId,
        step.receivedAtUs);
  }

  private static Step step(JsonNode told) {
    return new Step("", told.get(0).longValue(), told.get(1).textValue(), told.get(2).textValue(),
        told.get(3).textValue(), told.get(4).textValue(), told.get(5).longValue());
  }
}
