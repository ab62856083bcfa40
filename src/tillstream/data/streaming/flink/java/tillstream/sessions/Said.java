package tillstream.sessions;

/** A record of {@code sessions.v1}, and the largest time of receipt of its causes. */
public final class Said {
  public String key;
  public byte[] value;
  public long receivedAtUs;

  /** For Flink's serializer. */
  public Said() {}

  Said(String key, byte[] value, long receivedAtUs) {
    this.key = key;
    this.value = value;
    this.receivedAtUs = receivedAtUs;
  }
}
