package bellows.router.compression;

import bellows.router.http1.AsciiWriter;
import bellows.router.http1.HeaderName;
import bellows.router.http1.ResponseHead;
import java.nio.charset.StandardCharsets;
import java.util.Locale;

/** Writes a response's head as it is after compression. */
final class HeadChange {
  private static final byte[] STATUS = ascii("HTTP/1.1 ");
  private static final byte[] COLON = ascii(": ");
  private static final byte[] ETAG = ascii("etag");
  private static final byte[] VARY = ascii("vary");
  private static final byte[] ACCEPT_RANGES = ascii("accept-ranges");
  private static final byte[] VARY_LINE = ascii("Vary: Accept-Encoding\r\n");
  private static final byte[] ENCODING = ascii("Content-Encoding: ");

  private HeadChange() {}

  private static byte[] ascii(String text) {
    return text.getBytes(StandardCharsets.US_ASCII);
  }

  static void write(AsciiWriter out, ResponseHead head, Plan plan) {
    byte[] bytes = head.bytes();
    Coding coding = plan.coding();
    out.put(STATUS).decimal(head.status()).put((byte) ' ');
    out.put(bytes, head.reasonStart(), head.reasonEnd()).crlf();
    for (int i = 0; i < head.count(); i++) {
      if (coding == null || !isOfTheOldBody(head, i)) {
        out.put(bytes, head.nameStart(i), head.nameEnd(i)).put(COLON);
        if (plan.weakens() && head.find(ETAG, i) == i && bytes[head.valueStart(i)] == '"') {
          out.put("W/");
        }
        out.put(bytes, head.valueStart(i), head.valueEnd(i)).crlf();
      }
    }
    if (plan.varies() && !variesAlready(head)) {
      out.put(VARY_LINE);
    }
    if (coding != null) {
      out.put(ENCODING).put(coding.wireName()).crlf();
    }
    out.crlf();
  }

  /** The length, and the offer of parts: they would be cut out of the body as it was. */
  private static boolean isOfTheOldBody(ResponseHead head, int header) {
    return head.name(header) == HeaderName.CONTENT_LENGTH
        || head.find(ACCEPT_RANGES, header) == header;
  }

  private static boolean variesAlready(ResponseHead head) {
    for (int i = head.find(VARY, 0); i >= 0; i = head.find(VARY, i + 1)) {
      String names = head.text(head.valueStart(i), head.valueEnd(i)).toLowerCase(Locale.ROOT);
      if (names.contains("accept-encoding") || names.strip().equals("*")) {
        return true;
      }
    }
    return false;
  }
}
