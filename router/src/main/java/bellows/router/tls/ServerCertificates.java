package bellows.router.tls;

import io.netty.handler.ssl.SslContext;
import io.netty.util.Mapping;
import java.util.HashMap;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** Which certificate a client gets for the name that it asks for (SNI). Never changes. */
final class ServerCertificates implements Mapping<String, SslContext> {
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
    if (serverName == null) {
      return fallback;
    }
    String host = serverName.toLowerCase(Locale.ROOT);
    SslContext exact = byName.get(host);
    return exact != null ? exact : byName.getOrDefault(CertificateNames.wildcard(host), fallback);
  }
}
