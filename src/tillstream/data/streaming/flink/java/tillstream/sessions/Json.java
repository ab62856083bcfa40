package tillstream.sessions;

import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;

/** Reads JSON from bytes as strictly as the contracts' decoder does; whatever breaks its grammar is Broken. */
final class Json {
  /** The record breaks a rule. Without a trace: poison is ordinary. */
  static final class Broken extends RuntimeException {
    Broken(String why) {
      super(why, null, false, false);
    }
  }

  /** How deep a value that nobody asked for may be nested. */
  private static final int DEEPEST = 1000;

  private final byte[] bytes;
  private int at;

  Json(byte[] bytes) {
    this.bytes = bytes;
  }

  /** The next byte that is no space, which stays to be read. */
  byte peek() {
    while (true) {
      if (at == bytes.length) throw new Broken("the record is cut short");
      byte found = bytes[at];
      if (found != ' ' && found != '\n' && found != '\t' && found != '\r') return found;
      at++;
    }
  }

  void expect(char wanted) {
    if (peek() != wanted) throw new Broken("expected " + wanted);
    at++;
  }

  /** Whether that byte came next; then it is read. */
  boolean accepts(char wanted) {
    if (peek() != wanted) return false;
    at++;
    return true;
  }

  /** Nothing but space may be left. */
  void end() {
    while (at < bytes.length) {
      byte found = bytes[at++];
      if (found != ' ' && found != '\n' && found != '\t' && found != '\r') throw new Broken("trailing characters");
    }
  }

  void literal(String word) {
    for (int i = 0; i < word.length(); i++) {
      if (at == bytes.length || bytes[at++] != word.charAt(i)) throw new Broken("expected " + word);
    }
  }

  /** The text of a string; it must be whole UTF-8. */
  String text() {
    return string(true);
  }

  /** The name of a field; what no contract names need not be UTF-8. */
  String name() {
    return string(false);
  }

  private String string(boolean strict) {
    expect('"');
    int start = at;
    int others = 0;
    while (at < bytes.length) {
      byte found = bytes[at];
      if (found == '"') {
        int length = at++ - start;
        if (others == 0) return new String(bytes, start, length, StandardCharsets.ISO_8859_1);
        return strict ? decoded(start, length) : new String(bytes, start, length, StandardCharsets.UTF_8);
      }
      if (found == '\\') return escaped(start, strict);
      if (found >= 0 && found < ' ') throw new Broken("a control character in a string");
      others |= found & 0x80;
      at++;
    }
    throw new Broken("the record is cut short");
  }

  /** The text of a string that holds an escape, from its begin on. */
  private String escaped(int start, boolean strict) {
    StringBuilder text = new StringBuilder();
    int since = at = start;
    while (at < bytes.length) {
      byte found = bytes[at];
      if (found == '"' || found == '\\') {
        text.append(
            strict ? decoded(since, at - since) : new String(bytes, since, at - since, StandardCharsets.UTF_8));
        at++;
        if (found == '"') return text.toString();
        unescape(text);
        since = at;
      } else if (found >= 0 && found < ' ') {
        throw new Broken("a control character in a string");
      } else {
        at++;
      }
    }
    throw new Broken("the record is cut short");
  }

  private void unescape(StringBuilder text) {
    if (at == bytes.length) throw new Broken("the record is cut short");
    int named = "\"\\/bfnrt".indexOf(bytes[at++]);
    if (named >= 0) {
      text.append("\"\\/\b\f\n\r\t".charAt(named));
      return;
    }
    if (bytes[at - 1] != 'u') throw new Broken("an escape that is none");
    char unit = unit();
    if (Character.isLowSurrogate(unit)) throw new Broken("half of a pair");
    text.append(unit);
    if (Character.isHighSurrogate(unit)) {
      literal("\\u");
      char low = unit();
      if (!Character.isLowSurrogate(low)) throw new Broken("half of a pair");
      text.append(low);
    }
  }

  private char unit() {
    if (at + 4 > bytes.length) throw new Broken("the record is cut short");
    int unit = 0;
    for (int end = at + 4; at < end; at++) {
      int digit = Character.digit((char) bytes[at], 16);
      if (digit < 0) throw new Broken("an escape that is none");
      unit = unit << 4 | digit;
    }
    return (char) unit;
  }

  private String decoded(int start, int length) {
    try {
      return StandardCharsets.UTF_8.newDecoder().decode(ByteBuffer.wrap(bytes, start, length)).toString();
    } catch (CharacterCodingException error) {
      throw new Broken("a string that is no UTF-8");
    }
  }

  /** The letters of a number; see isWhole. */
  String number() {
    int start = at;
    if (at < bytes.length && bytes[at] == '-') at++;
    if (at < bytes.length && bytes[at] == '0') at++;
    else digits();
    if (at < bytes.length && bytes[at] == '.') {
      at++;
      digits();
    }
    if (at < bytes.length && (bytes[at] == 'e' || bytes[at] == 'E')) {
      at++;
      if (at < bytes.length && (bytes[at] == '+' || bytes[at] == '-')) at++;
      digits();
    }
    return new String(bytes, start, at - start, StandardCharsets.ISO_8859_1);
  }

  /** Whether a number was written without a fraction and an exponent. */
  static boolean isWhole(String number) {
    for (int i = 0; i < number.length(); i++) {
      if (".eE".indexOf(number.charAt(i)) >= 0) return false;
    }
    return true;
  }

  private void digits() {
    int start = at;
    while (at < bytes.length && bytes[at] >= '0' && bytes[at] <= '9') at++;
    if (at == start) throw new Broken("a number that is none");
  }

  /** Passes over a value that nobody asked for. */
  void skip() {
    skip(0);
  }

  private void skip(int depth) {
    if (depth > DEEPEST) throw new Broken("nested too deep");
    switch (peek()) {
      case '"' -> name();
      case '{' -> {
        at++;
        if (accepts('}')) return;
        do {
          name();
          expect(':');
          skip(depth + 1);
        } while (accepts(','));
        expect('}');
      }
      case '[' -> {
        at++;
        if (accepts(']')) return;
        do {
          skip(depth + 1);
        } while (accepts(','));
        expect(']');
      }
      case 't' -> literal("true");
      case 'f' -> literal("false");
      case 'n' -> literal("null");
      default -> number();
    }
  }
}
