package bellows.router.http1;

import io.netty.buffer.ByteBuf;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/**
 * The head of a message: its bytes and where each header lies in them. Used again for the next
 * message, so that reading one costs no object. For one event loop.
 */
public abstract class Head {
  private static final int USUAL_BYTES = 4096;
  private static final int USUAL_HEADERS = 32;
  private static final byte[] CLOSE = "close".getBytes(StandardCharsets.US_ASCII);
  private static final byte[] KEEP_ALIVE = "keep-alive".getBytes(StandardCharsets.US_ASCII);
  private static final byte[] UPGRADE = "upgrade".getBytes(StandardCharsets.US_ASCII);
  private static final byte[] CHUNKED = "chunked".getBytes(StandardCharsets.US_ASCII);

  /** Longer digits than any body; 18 fit a long. */
  private static final int LENGTH_DIGITS = 18;

  byte[] bytes = new byte[USUAL_BYTES];
  int length;
  private int count;
  private int[] spans = new int[4 * USUAL_HEADERS];
  private HeaderName[] names = new HeaderName[USUAL_HEADERS];
  private long seen;
  private int contentLengths;
  private int encodings;
  private long contentLength;
  private boolean chunked;
  private boolean close;
  private boolean keepAlive;
  private boolean upgrade;
  private boolean namesOthers;

  /** Takes {@code headLength} bytes out of {@code in}. */
  public final void load(ByteBuf in, int headLength) {
    if (bytes.length < headLength) {
      bytes = new byte[headLength];
    }
    in.readBytes(bytes, 0, headLength);
    length = headLength;
  }

  /** Takes what was written. */
  public final void load(AsciiWriter text) {
    if (bytes.length < text.length()) {
      bytes = new byte[text.length()];
    }
    System.arraycopy(text.bytes(), 0, bytes, 0, text.length());
    length = text.length();
  }

  /** Gives back what an unusually large message needed. */
  public final void trim() {
    if (bytes.length > USUAL_BYTES) {
      bytes = new byte[USUAL_BYTES];
    }
  }

  /** Reads the header lines from {@code from} to the empty line; what is wrong, or null. */
  final @Nullable Flaw readFields(int from, int most) {
    forgetFields();
    int at = from;
    while (bytes[at] != '\r' || bytes[at + 1] != '\n') {
      if (count == most) {
        return Flaw.TOO_MANY_HEADERS;
      }
      int nameStart = at;
      boolean underscore = false;
      while (Ascii.isToken(bytes[at])) {
        underscore |= bytes[at] == '_';
        at++;
      }
      if (at == nameStart || bytes[at] != ':') {
        return bytes[nameStart] == ' ' || bytes[nameStart] == '\t'
            ? Flaw.FOLDED_HEADER
            : Flaw.HEADER_NAME;
      }
      int nameEnd = at++;
      while (bytes[at] == ' ' || bytes[at] == '\t') {
        at++;
      }
      int valueStart = at;
      int valueEnd = at;
      while (Ascii.isValue(bytes[at])) {
        byte b = bytes[at++];
        if (b != ' ' && b != '\t') {
          valueEnd = at;
        }
      }
      if (bytes[at] != '\r' || bytes[at + 1] != '\n') {
        return Flaw.HEADER_VALUE;
      }
      at += 2;
      HeaderName name = HeaderNames.find(bytes, nameStart, nameEnd);
      if (underscore && name == HeaderName.OTHER) {
        name = HeaderNames.findUnderscored(bytes, nameStart, nameEnd);
      }
      add(name, nameStart, nameEnd, valueStart, valueEnd);
      Flaw flaw = understand(name, valueStart, valueEnd);
      if (flaw != null) {
        return flaw;
      }
    }
    return contentLengths > 0 && encodings > 0 ? Flaw.LENGTH_AND_ENCODING : null;
  }

  final void forgetFields() {
    count = 0;
    seen = 0;
    contentLengths = 0;
    encodings = 0;
    contentLength = -1;
    chunked = false;
    close = false;
    keepAlive = false;
    upgrade = false;
    namesOthers = false;
  }

  private void add(HeaderName name, int nameStart, int nameEnd, int valueStart, int valueEnd) {
    if (count == names.length) {
      names = Arrays.copyOf(names, count * 2);
      spans = Arrays.copyOf(spans, count * 8);
    }
    names[count] = name;
    int span = count * 4;
    spans[span] = nameStart;
    spans[span + 1] = nameEnd;
    spans[span + 2] = valueStart;
    spans[span + 3] = valueEnd;
    seen |= name.bit();
    count++;
  }

  private @Nullable Flaw understand(HeaderName name, int from, int to) {
    if (name == HeaderName.CONTENT_LENGTH) {
      return ++contentLengths > 1 ? Flaw.CONTENT_LENGTH : readLength(from, to);
    }
    if (name == HeaderName.TRANSFER_ENCODING) {
      chunked = is(CHUNKED, from, to);
      return ++encodings > 1 || !chunked ? Flaw.TRANSFER_ENCODING : null;
    }
    if (name == HeaderName.CONNECTION) {
      readConnection(from, to);
    }
    return null;
  }

  private @Nullable Flaw readLength(int from, int to) {
    if (from == to || to - from > LENGTH_DIGITS) {
      return Flaw.CONTENT_LENGTH;
    }
    long value = 0;
    for (int i = from; i < to; i++) {
      if (!Ascii.isDigit(bytes[i])) {
        return Flaw.CONTENT_LENGTH;
      }
      value = value * 10 + bytes[i] - '0';
    }
    contentLength = value;
    return null;
  }

  private void readConnection(int from, int to) {
    int at = from;
    while (at < to) {
      int start = skipBlanksAndCommas(at, to);
      int end = start;
      while (end < to && bytes[end] != ',' && bytes[end] != ' ' && bytes[end] != '\t') {
        end++;
      }
      if (is(CLOSE, start, end)) {
        close = true;
      } else if (is(KEEP_ALIVE, start, end)) {
        keepAlive = true;
      } else if (is(UPGRADE, start, end)) {
        upgrade = true;
      } else if (end > start) {
        namesOthers = true;
      }
      at = Math.max(end, at + 1);
    }
  }

  private int skipBlanksAndCommas(int from, int to) {
    int at = from;
    while (at < to && (bytes[at] == ',' || bytes[at] == ' ' || bytes[at] == '\t')) {
      at++;
    }
    return at;
  }

  final boolean is(byte[] lowerCase, int from, int to) {
    return to - from == lowerCase.length
        && Ascii.equalsIgnoreCase(bytes, from, lowerCase, lowerCase.length);
  }

  /** The bytes in which all positions lie; not to be changed or kept. */
  public final byte[] bytes() {
    return bytes;
  }

  /** Number of header lines. */
  public final int count() {
    return count;
  }

  public final HeaderName name(int header) {
    return names[header];
  }

  public final int nameStart(int header) {
    return spans[header * 4];
  }

  public final int nameEnd(int header) {
    return spans[header * 4 + 1];
  }

  public final int valueStart(int header) {
    return spans[header * 4 + 2];
  }

  public final int valueEnd(int header) {
    return spans[header * 4 + 3];
  }

  /** Whether a header of this name is there. */
  public final boolean has(HeaderName name) {
    return (seen & name.bit()) != 0;
  }

  /** The first header of this name, -1 when there is none. */
  public final int indexOf(HeaderName name) {
    if (has(name)) {
      for (int i = 0; i < count; i++) {
        if (names[i] == name) {
          return i;
        }
      }
    }
    return -1;
  }

  /**
   * The first header from {@code from} on with a name that is not among {@link HeaderName}; -1 when
   * there is none.
   */
  public final int find(byte[] lowerCase, int from) {
    for (int i = from; i < count; i++) {
      if (names[i] == HeaderName.OTHER && is(lowerCase, nameStart(i), nameEnd(i))) {
        return i;
      }
    }
    return -1;
  }

  /** The value of the first header of this name, null when there is none. */
  public final @Nullable String value(HeaderName name) {
    int header = indexOf(name);
    return header < 0 ? null : text(valueStart(header), valueEnd(header));
  }

  /** Bytes [from, to) as text. */
  public final String text(int from, int to) {
    return new String(bytes, from, to - from, StandardCharsets.ISO_8859_1);
  }

  /** Whether {@code Connection} asks that this header goes no further, and may ask it. */
  public final boolean isForThisHopOnly(int header) {
    if (!namesOthers || names[header].keptInSpiteOfConnection()) {
      return false;
    }
    int nameLength = nameEnd(header) - nameStart(header);
    for (int i = 0; i < count; i++) {
      if (names[i] == HeaderName.CONNECTION && lists(i, nameStart(header), nameLength)) {
        return true;
      }
    }
    return false;
  }

  private boolean lists(int header, int wantedStart, int wantedLength) {
    int to = valueEnd(header);
    int at = valueStart(header);
    while (at < to) {
      int start = skipBlanksAndCommas(at, to);
      int end = start;
      while (end < to && bytes[end] != ',' && bytes[end] != ' ' && bytes[end] != '\t') {
        end++;
      }
      if (end - start == wantedLength && sameIgnoringCase(start, wantedStart, wantedLength)) {
        return true;
      }
      at = Math.max(end, at + 1);
    }
    return false;
  }

  final boolean sameIgnoringCase(int one, int other, int size) {
    for (int i = 0; i < size; i++) {
      if (Ascii.lower(bytes[one + i]) != Ascii.lower(bytes[other + i])) {
        return false;
      }
    }
    return true;
  }

  /** The announced length of the body, -1 when there is none. */
  public final long contentLength() {
    return contentLength;
  }

  public final boolean isChunked() {
    return chunked;
  }

  final boolean asksToClose() {
    return close;
  }

  final boolean asksToKeepAlive() {
    return keepAlive;
  }

  final boolean asksToUpgrade() {
    return upgrade;
  }
}
