package bellows.router.pipeline;

import bellows.router.tls.CertificateChoice;

/**
 * Whom a client has asked for when it began to speak TLS.
 *
 * @param text as the client wrote it
 */
record ServerName(String text, CertificateChoice certificates) {
  /**
   * Whether the certificate that the client was shown is not that of this host (RFC 9110, section
   * 7.4, and RFC 9113, section 9.1.1, on a connection used for several hosts).
   *
   * @param host lower case, without port
   */
  boolean isNot(String host) {
    return !text.equalsIgnoreCase(host) && certificates.areApart(text, host);
  }
}
