package bellows.router.tls;

import bellows.base.ids.Ids;
import io.netty.handler.ssl.OpenSslSessionContext;
import io.netty.handler.ssl.OpenSslSessionTicketKey;
import io.netty.handler.ssl.SslContext;
import java.util.ArrayList;
import java.util.List;

/**
 * The keys of session tickets, the same for all certificates and across their reloads, so that a
 * client resumes its session; each key only for a while, as whoever gets one can read what was said
 * under it. One thread at a time.
 */
final class TicketKeys {
  /** The one in use, and those with which tickets are still read. */
  private static final int KEPT = 3;

  private final List<OpenSslSessionTicketKey> keys = new ArrayList<>();

  TicketKeys() {
    rotate();
  }

  void rotate() {
    keys.addFirst(
        new OpenSslSessionTicketKey(
            Ids.randomBytes(OpenSslSessionTicketKey.NAME_SIZE),
            Ids.randomBytes(OpenSslSessionTicketKey.HMAC_KEY_SIZE),
            Ids.randomBytes(OpenSslSessionTicketKey.AES_KEY_SIZE)));
    if (keys.size() > KEPT) {
      keys.removeLast();
    }
  }

  /** The JDK's TLS has keys of its own. */
  void giveTo(SslContext context) {
    if (context.sessionContext() instanceof OpenSslSessionContext sessions) {
      sessions.setTicketKeys(keys.toArray(OpenSslSessionTicketKey[]::new));
    }
  }
}
