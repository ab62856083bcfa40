package tillstream.sessions;

/** What was last said of a session. */
public final class Told {
  public String sessionId;
  public long revision;
  public long startedUs;

  /** For Flink's serializer. */
  public Told() {}

  Told(String sessionId, long revision, long startedUs) {
    this.sessionId = sessionId;
    this.revision = revision;
    this.startedUs = startedUs;
  }
}
