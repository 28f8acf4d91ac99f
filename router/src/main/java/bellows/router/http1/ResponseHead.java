package bellows.router.http1;

import java.nio.charset.StandardCharsets;
import org.jspecify.annotations.Nullable;

/** A response's head, read as strictly as a request's: the app is a stranger too. */
public final class ResponseHead extends Head {
  private static final byte[] HTTP_1 = "HTTP/1.".getBytes(StandardCharsets.US_ASCII);

  private int status;
  private int reasonStart;
  private int reasonEnd;
  private boolean http11;

  /** Reads what {@link #load} has taken; what is wrong with it, or null. */
  public @Nullable Flaw parse(Limits limits) {
    int digits = HTTP_1.length + 2;
    if (length < digits + 7) {
      return Flaw.STATUS_LINE;
    }
    for (int i = 0; i < HTTP_1.length; i++) {
      if (bytes[i] != HTTP_1[i]) {
        return Flaw.STATUS_LINE;
      }
    }
    byte minor = bytes[HTTP_1.length];
    http11 = minor == '1';
    if ((!http11 && minor != '0') || bytes[digits - 1] != ' ') {
      return Flaw.STATUS_LINE;
    }
    status = 0;
    for (int i = digits; i < digits + 3; i++) {
      if (!Ascii.isDigit(bytes[i])) {
        return Flaw.STATUS_LINE;
      }
      status = status * 10 + bytes[i] - '0';
    }
    if (status < 100 || status > 599) {
      return Flaw.STATUS_LINE;
    }
    int at = digits + 3;
    reasonStart = at;
    if (bytes[at] == ' ') {
      reasonStart = ++at;
      while (Ascii.isValue(bytes[at])) {
        at++;
      }
    }
    reasonEnd = at;
    if (bytes[at] != '\r' || bytes[at + 1] != '\n') {
      return Flaw.STATUS_LINE;
    }
    Flaw flaw = readFields(at + 2, limits.headers());
    return flaw == null && isChunked() && !http11 ? Flaw.ENCODING_IN_HTTP_1_0 : flaw;
  }

  public int status() {
    return status;
  }

  public int reasonStart() {
    return reasonStart;
  }

  public int reasonEnd() {
    return reasonEnd;
  }

  /** Whether the backend means to use the connection again. */
  public boolean keepsAlive() {
    return http11 ? !asksToClose() : asksToKeepAlive() && !asksToClose();
  }
}
