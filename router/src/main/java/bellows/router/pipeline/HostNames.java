package bellows.router.pipeline;

import bellows.router.http1.RequestHead;
import java.util.Locale;

/** The hosts that one connection asks for: nearly always one, so its text is made once. */
final class HostNames {
  private String last = "";

  /** The host in lower case; the same object when it is the same as before. */
  String of(RequestHead head) {
    int from = head.hostStart();
    int length = head.hostNameEnd() - from;
    byte[] bytes = head.bytes();
    boolean same = length == last.length();
    for (int i = 0; same && i < length; i++) {
      same = bytes[from + i] == last.charAt(i);
    }
    if (!same) {
      last = head.text(from, from + length).toLowerCase(Locale.ROOT);
    }
    return last;
  }
}
