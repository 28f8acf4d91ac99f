package bellows.router.pipeline;

import bellows.router.http1.RequestHead;
import bellows.router.routes.HostName;
import java.util.Locale;

/** The hosts that one connection asks for: nearly always one, so its text is made once. */
final class HostNames {
  private HostName last = HostName.of("");

  /** The host in lower case; the same object when it is the same as before. */
  HostName of(RequestHead head) {
    int from = head.hostStart();
    int length = head.hostNameEnd() - from;
    if (!last.is(head.bytes(), from, length)) {
      last = HostName.of(head.text(from, from + length).toLowerCase(Locale.ROOT));
    }
    return last;
  }
}
