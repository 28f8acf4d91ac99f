package bellows.launcher;

/**
 * Where something listens.
 *
 * @param host name or IP; IPv6 in brackets
 * @param port 1 to 65535
 */
record Address(String host, int port) {
  Address {
    if (host.isEmpty() || port < 1 || port > 65_535) {
      throw new IllegalArgumentException("not an address: " + host + ":" + port);
    }
  }

  /**
   * Reads {@code host:port}, or a port alone, which means every interface.
   *
   * @param what the option or setting, for the error
   */
  static Address parse(String what, String text) {
    int colon = text.lastIndexOf(':');
    String host = colon < 0 ? "0.0.0.0" : text.substring(0, colon);
    try {
      return new Address(host, Integer.parseInt(text.substring(colon + 1)));
    } catch (IllegalArgumentException e) {
      throw new UsageException(
          what + " must be ADDR:PORT, for instance 127.0.0.1:8080, not: " + text);
    }
  }

  /** The same, as something on this machine would call it. */
  Address local() {
    return host.equals("0.0.0.0") || host.equals("[::]") ? new Address("127.0.0.1", port) : this;
  }

  /** Whether only this machine can call it. */
  boolean isLoopback() {
    return host.equals("localhost") || host.startsWith("127.") || host.equals("[::1]");
  }

  @Override
  public String toString() {
    return host + ":" + port;
  }
}
