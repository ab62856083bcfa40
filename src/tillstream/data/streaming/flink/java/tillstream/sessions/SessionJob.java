package tillstream.sessions;

import java.io.IOException;
import java.io.Serializable;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.List;
import java.util.Properties;
import java.util.zip.CRC32;
import org.apache.flink.api.common.eventtime.Watermark;
import org.apache.flink.api.common.eventtime.WatermarkGenerator;
import org.apache.flink.api.common.eventtime.WatermarkOutput;
import org.apache.flink.api.common.eventtime.WatermarkStrategy;
import org.apache.flink.api.common.typeinfo.TypeInformation;
import org.apache.flink.connector.base.DeliveryGuarantee;
import org.apache.flink.connector.kafka.sink.KafkaRecordSerializationSchema;
import org.apache.flink.connector.kafka.sink.KafkaSink;
import org.apache.flink.connector.kafka.source.KafkaSource;
import org.apache.flink.connector.kafka.source.enumerator.initializer.OffsetsInitializer;
import org.apache.flink.connector.kafka.source.reader.deserializer.KafkaRecordDeserializationSchema;
import org.apache.flink.kafka.shaded.org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.flink.kafka.shaded.org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.flink.kafka.shaded.org.apache.kafka.common.header.Header;
import org.apache.flink.shaded.jackson2.com.fasterxml.jackson.databind.JsonNode;
import org.apache.flink.shaded.jackson2.com.fasterxml.jackson.databind.ObjectMapper;
import org.apache.flink.streaming.api.environment.StreamExecutionEnvironment;
import org.apache.flink.util.Collector;

/** The job that makes sessions, from what Python tells of it as JSON. */
public final class SessionJob {
  static final String RECEIVED_AT = "received-at-us";
  /** How often partitions are held to each other: a replay reads little more than the drift between two looks. */
  private static final Duration LOOKED_AT = Duration.ofMillis(50);

  private SessionJob() {}

  /** Adds to a job all that leads from clicks and orders to sessions. */
  public static void add(StreamExecutionEnvironment streams, String json) throws IOException {
    JsonNode told = new ObjectMapper().readTree(json);
    String bootstrap = told.get("bootstrap").textValue(), job = told.get("job").textValue();
    KafkaSource<Step> source = KafkaSource.<Step>builder()
        .setBootstrapServers(bootstrap)
        .setGroupId(job)
        .setTopics(List.of(Sessions.CLICKS, Sessions.ORDERS))
        .setStartingOffsets(OffsetsInitializer.earliest())
        .setDeserializer(new Reading(told.get("rules").toString()))
        .setProperty("isolation.level", "read_committed")
        .setProperty("partition.discovery.interval.ms", "60000")
        .build();
    long latenessMs = told.get("lateness_ms").longValue();
    WatermarkStrategy<Step> time = WatermarkStrategy.<Step>forGenerator(context -> new Time(latenessMs))
        .withTimestampAssigner((step, appended) -> step.atMs())
        .withIdleness(Duration.ofMillis(told.get("idle_ms").longValue()))
        .withWatermarkAlignment(job, Duration.ofMillis(told.get("drift_ms").longValue()), LOOKED_AT);
    Properties producer = new Properties();
    producer.setProperty("transaction.timeout.ms", told.get("transaction_timeout_ms").asText());
    producer.setProperty("compression.type", "lz4");
    KafkaSink<Said> sink = KafkaSink.<Said>builder()
        .setBootstrapServers(bootstrap)
        .setKafkaProducerConfig(producer)
        .setDeliveryGuarantee(DeliveryGuarantee.EXACTLY_ONCE)
        .setTransactionalIdPrefix("tillstream-" + job)
        .setRecordSerializer(new Writing(told.get("output").textValue()))
        .build();
    streams.fromSource(source, time, "steps").uid("steps")
        .filter(step -> step.visitorId != null).name("of visitors").uid("of visitors")
        .keyBy(step -> step.visitorId)
        .process(new Sessions(told.get("gap_ms").longValue(), told.get("partial_ms").longValue()))
        .returns(Said.class).name("sessions").uid("sessions")
        .sinkTo(sink).name("told").uid("told");
  }

  /** Event time, held back by the lateness; what claims to be of later than it was received moves it no further. */
  private static final class Time implements WatermarkGenerator<Step>, Serializable {
    private final long latenessMs;
    private long newestMs = Long.MIN_VALUE;

    Time(long latenessMs) {
      this.latenessMs = latenessMs;
    }

    @Override
    public void onEvent(Step step, long atMs, WatermarkOutput output) {
      newestMs = Math.max(newestMs, Math.min(atMs, Math.floorDiv(step.receivedAtUs, 1000L)));
    }

    @Override
    public void onPeriodicEmit(WatermarkOutput output) {
      if (newestMs != Long.MIN_VALUE) output.emitWatermark(new Watermark(newestMs - latenessMs - 1));
    }
  }

  private static final class Reading implements KafkaRecordDeserializationSchema<Step> {
    private final String rules;
    private transient StepReader reader;

    Reading(String rules) {
      this.rules = rules;
    }

    @Override
    public void deserialize(ConsumerRecord<byte[], byte[]> record, Collector<Step> out) throws IOException {
      if (reader == null) reader = new StepReader(new ObjectMapper().readTree(rules));
      if (record.value() == null) return;
      Step step = reader.read(record.topic(), record.value(), receivedAtUs(record));
      if (step != null) out.collect(step);
    }

    /** What a door told; a record that came past the doors was received when it was appended. */
    private static long receivedAtUs(ConsumerRecord<byte[], byte[]> record) {
      Header header = record.headers().lastHeader(RECEIVED_AT);
      if (header != null) {
        try {
          return Long.parseLong(new String(header.value(), StandardCharsets.UTF_8).strip());
        } catch (NumberFormatException error) {
          return record.timestamp() * 1000;
        }
      }
      return record.timestamp() * 1000;
    }

    @Override
    public TypeInformation<Step> getProducedType() {
      return TypeInformation.of(Step.class);
    }
  }

  /** On the partition that every producer of ours gives a key: CRC-32, see partition_of of the log. */
  private static final class Writing implements KafkaRecordSerializationSchema<Said> {
    private final String topic;

    Writing(String topic) {
      this.topic = topic;
    }

    @Override
    public ProducerRecord<byte[], byte[]> serialize(Said said, KafkaSinkContext context, Long timestamp) {
      byte[] key = said.key.getBytes(StandardCharsets.UTF_8);
      CRC32 sum = new CRC32();
      sum.update(key);
      int partition = (int) (sum.getValue() % context.getPartitionsForTopic(topic).length);
      ProducerRecord<byte[], byte[]> record = new ProducerRecord<>(topic, partition, key, said.value);
      String receivedAt = Long.toString(said.receivedAtUs);
      record.headers().add(RECEIVED_AT, receivedAt.getBytes(StandardCharsets.UTF_8));
      return record;
    }
  }
}
