package bellows.router.tls;

import io.netty.handler.ssl.SslContext;
import io.netty.util.Mapping;

/** Which certificate a client gets for the name that it asks for (SNI). Never blocks. */
public interface CertificateChoice extends Mapping<String, SslContext> {
  /**
   * Whether both names have a certificate of their own here, and not the same one: who got the
   * certificate of the one has no proof that this is the other. A name without a certificate is
   * nobody's, and kept apart from none.
   *
   * @param host lower case, without port
   */
  boolean areApart(String serverName, String host);
}
