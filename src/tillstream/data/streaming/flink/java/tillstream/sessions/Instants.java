package tillstream.sessions;

import java.time.LocalDate;

/** Instants as whole microseconds since 1970, UTC. */
final class Instants {
  private static final long SECOND_US = 1_000_000L;
  private static final long DAY_SECONDS = 86_400L;

  private Instants() {}

  /** Of RFC 3339 with an offset, as the contracts' decoder takes it; the seventh digit of a fraction rounds. */
  static long parse(String text) {
    int length = text.length();
    if (length < 20 || text.charAt(4) != '-' || text.charAt(7) != '-' || text.charAt(13) != ':'
        || text.charAt(16) != ':' || "Tt ".indexOf(text.charAt(10)) < 0) {
      throw broken();
    }
    int year = number(text, 0, 4), month = number(text, 5, 2), day = number(text, 8, 2);
    int hour = number(text, 11, 2), minute = number(text, 14, 2), second = number(text, 17, 2);
    if (year < 1 || month < 1 || month > 12 || day < 1 || hour > 23 || minute > 59 || second > 59) throw broken();
    if (day > 28 && day > LocalDate.of(year, month, 1).lengthOfMonth()) throw broken();
    int at = 19;
    long fraction = 0;
    if (text.charAt(at) == '.') {
      int start = ++at;
      for (; at < length && isDigit(text.charAt(at)); at++) {
        int place = at - start;
        if (place < 6) fraction = fraction * 10 + text.charAt(at) - '0';
        else if (place == 6 && text.charAt(at) >= '5') fraction++;
      }
      if (at == start) throw broken();
      for (int digits = at - start; digits < 6; digits++) fraction *= 10;
    }
    long local = LocalDate.of(year, month, day).toEpochDay() * DAY_SECONDS + hour * 3600L + minute * 60L + second;
    long micros = local * SECOND_US + fraction;
    if (micros >= LAST_US) throw broken();
    return micros - offsetSeconds(text, at) * SECOND_US;
  }

  private static final long LAST_US = LocalDate.of(10_000, 1, 1).toEpochDay() * DAY_SECONDS * SECOND_US;

  private static long offsetSeconds(String text, int at) {
    int left = text.length() - at;
    char sign = left > 0 ? text.charAt(at) : ' ';
    if (left == 1 && (sign == 'Z' || sign == 'z')) return 0;
    int colon = left == 6 && text.charAt(at + 3) == ':' ? 1 : 0;
    if (left != 5 + colon || sign != '+' && sign != '-') throw broken();
    int hours = number(text, at + 1, 2), minutes = number(text, at + 3 + colon, 2);
    if (hours > 23 || minutes > 59) throw broken();
    return (sign == '-' ? -1 : 1) * (hours * 3600L + minutes * 60L);
  }

  private static int number(String text, int start, int length) {
    int number = 0;
    for (int i = start; i < start + length; i++) {
      if (!isDigit(text.charAt(i))) throw broken();
      number = number * 10 + text.charAt(i) - '0';
    }
    return number;
  }

  private static boolean isDigit(char letter) {
    return letter >= '0' && letter <= '9';
  }

  private static Json.Broken broken() {
    return new Json.Broken("a time that is none");
  }

  /** As contracts write it: UTC, with six digits of a fraction or none. */
  static void append(StringBuilder text, long micros) {
    long seconds = Math.floorDiv(micros, SECOND_US), fraction = Math.floorMod(micros, SECOND_US);
    LocalDate day = LocalDate.ofEpochDay(Math.floorDiv(seconds, DAY_SECONDS));
    int second = (int) Math.floorMod(seconds, DAY_SECONDS);
    digits(text, day.getYear(), 4).append('-');
    digits(text, day.getMonthValue(), 2).append('-');
    digits(text, day.getDayOfMonth(), 2).append('T');
    digits(text, second / 3600, 2).append(':');
    digits(text, second / 60 % 60, 2).append(':');
    digits(text, second % 60, 2);
    if (fraction > 0) digits(text.append('.'), (int) fraction, 6);
    text.append('Z');
  }

  private static StringBuilder digits(StringBuilder text, int number, int length) {
    for (int unit = (int) Math.pow(10, length - 1); unit > 0; unit /= 10) text.append((char) ('0' + number / unit % 10));
    return text;
  }
}
