package bellows.router.tls;

import io.netty.handler.ssl.SslContext;
import java.util.HashMap;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** The certificates as they were at one moment, by name. Never changes. */
final class ServerCertificates implements CertificateChoice {
  private final Map<String, SslContext> byName = new HashMap<>();
  private final SslContext fallback;

  /** A certificate with all that is needed to speak TLS with it. */
  record Entry(Set<String> names, SslContext context) {}

  /**
   * @param entries not empty; of two for one name the first is taken, and the first of all for a
   *     client that asks for no name that we know
   */
  ServerCertificates(Iterable<Entry> entries) {
    for (Entry entry : entries) {
      for (String name : entry.names()) {
        byName.putIfAbsent(name, entry.context());
      }
    }
    fallback = entries.iterator().next().context();
  }

  /** The exact name before the wildcard. */
  @Override
  public SslContext map(@Nullable String serverName) {
    SslContext own = serverName == null ? null : own(serverName.toLowerCase(Locale.ROOT));
    return own == null ? fallback : own;
  }

  private @Nullable SslContext own(String host) {
    SslContext exact = byName.get(host);
    return exact != null ? exact : byName.get(CertificateNames.wildcard(host));
  }

  @Override
  public boolean areApart(String serverName, String host) {
    SslContext asked = own(serverName.toLowerCase(Locale.ROOT));
    SslContext served = own(host);
    return asked != null && served != null && !asked.equals(served);
  }
}
