package bellows.router.tls;

import java.security.cert.CertificateParsingException;
import java.security.cert.X509Certificate;
import java.util.Collection;
import java.util.List;
import java.util.Locale;
import java.util.Objects;
import java.util.Set;
import java.util.stream.Collectors;

/** The DNS names that a certificate is for (RFC 9525: the common name says nothing). */
final class CertificateNames {
  private static final int DNS_NAME = 2;

  private CertificateNames() {}

  /** In lower case, {@code *} only as a whole leftmost label. */
  static Set<String> of(X509Certificate certificate) {
    try {
      Collection<List<?>> names = certificate.getSubjectAlternativeNames();
      return names == null
          ? Set.of()
          : names.stream()
              .filter(name -> Objects.equals(name.getFirst(), DNS_NAME))
              .map(name -> String.valueOf(name.get(1)).toLowerCase(Locale.ROOT))
              .filter(name -> name.lastIndexOf('*') <= 0)
              .collect(Collectors.toUnmodifiableSet());
    } catch (CertificateParsingException e) {
      throw new TlsException("has unreadable names", e);
    }
  }

  /** The wildcard that would match this host; empty for a host of one label. */
  static String wildcard(String host) {
    int dot = host.indexOf('.');
    return dot < 0 ? "" : "*" + host.substring(dot);
  }
}
