package bellows.router.pipeline;

/**
 * Whose word on the client's certificate an app gets in X-Forwarded-Client-Cert; gorouter's three
 * modes. The value is the certificate as PEM without its first and last line.
 */
public enum ForwardedClientCert {
  /** Whatever the client says: for a router that only trusted proxies reach. */
  ALWAYS_FORWARD,
  /** What a client says that has shown a certificate of its own, or is a trusted proxy. */
  FORWARD,
  /** The certificate that the client has shown to the router, and nothing else. */
  SANITIZE_SET;

  /** Whether the client's own header goes on. */
  boolean passes(Peer client) {
    return switch (this) {
      case ALWAYS_FORWARD -> true;
      case FORWARD -> client.trusted() || !client.certificate().isEmpty();
      case SANITIZE_SET -> false;
    };
  }

  /** What the router says itself; empty for nothing. */
  String says(Peer client) {
    return this == SANITIZE_SET ? client.certificate() : "";
  }
}
