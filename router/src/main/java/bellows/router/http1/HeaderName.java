package bellows.router.http1;

/**
 * The header names that the router treats in a way of its own; every other name is {@link #OTHER}.
 */
public enum HeaderName {
  OTHER(Rule.PASS, false),
  HOST(Rule.REWRITTEN, true),
  CONTENT_LENGTH(Rule.REWRITTEN, true),
  TRANSFER_ENCODING(Rule.REWRITTEN, true),
  CONNECTION(Rule.HOP, false),
  KEEP_ALIVE(Rule.HOP, false),
  PROXY_CONNECTION(Rule.HOP, false),
  PROXY_AUTHENTICATE(Rule.HOP, false),
  PROXY_AUTHORIZATION(Rule.HOP, false),
  TE(Rule.HOP, false),
  TRAILER(Rule.HOP, false),
  UPGRADE(Rule.HOP, false),
  HTTP2_SETTINGS(Rule.HOP, false),
  EXPECT(Rule.PASS, false),
  AUTHORIZATION(Rule.PASS, true),
  COOKIE(Rule.PASS, true),
  SET_COOKIE(Rule.PASS, true),
  ACCEPT(Rule.PASS, false),
  REFERER(Rule.PASS, false),
  USER_AGENT(Rule.PASS, false),
  IDEMPOTENCY_KEY(Rule.PASS, false),
  X_IDEMPOTENCY_KEY(Rule.PASS, false),
  /** Asks for Server-Timing in the response. */
  X_BELLOWS_TIMING(Rule.PASS, false),
  TRACEPARENT(Rule.TRACE, false),
  TRACESTATE(Rule.TRACE, false),
  B3(Rule.TRACE, false),
  X_B3_TRACEID(Rule.TRACE, false),
  X_B3_SPANID(Rule.TRACE, false),
  X_B3_PARENTSPANID(Rule.TRACE, false),
  X_B3_SAMPLED(Rule.TRACE, false),
  X_B3_FLAGS(Rule.TRACE, false),
  FORWARDED(Rule.EDGE, true),
  X_REAL_IP(Rule.EDGE, true),
  X_REQUEST_START(Rule.EDGE, true),
  X_FORWARDED_FOR(Rule.EDGE, true),
  X_FORWARDED_PROTO(Rule.EDGE, true),
  X_FORWARDED_HOST(Rule.EDGE, true),
  X_FORWARDED_CLIENT_CERT(Rule.EDGE, true),
  /** Any other name that begins with {@code X-Forwarded-}. */
  X_FORWARDED_FAMILY(Rule.EDGE, true),
  X_VCAP_REQUEST_ID(Rule.REWRITTEN, true),
  /** Any other name that begins with {@code X-Vcap-}. */
  X_VCAP_FAMILY(Rule.PASS, true),
  X_CF_APP_INSTANCE(Rule.REWRITTEN, true),
  X_CF_PROCESS_INSTANCE(Rule.PASS, true),
  X_CF_PROXY_SIGNATURE(Rule.REWRITTEN, true),
  X_CF_PROXY_METADATA(Rule.REWRITTEN, true),
  X_CF_FORWARDED_URL(Rule.REWRITTEN, true),
  X_CF_ROUTERERROR(Rule.REWRITTEN, true),
  /** Any other name that begins with {@code X-Cf-}. */
  X_CF_FAMILY(Rule.REWRITTEN, true),
  /**
   * A name that many servers take for one of the protected ones, such as {@code X_Forwarded_For}.
   */
  TWIN(Rule.HOP, false);

  /** What happens to the header on the way to a backend. */
  public enum Rule {
    /** Passed on. */
    PASS,
    /** For one connection only (RFC 9110 section 7.6.1), or unsafe: never passed on. */
    HOP,
    /** Written by the router from what it has understood; the client's own is not passed on. */
    REWRITTEN,
    /** Written by the router, unless it leaves tracing alone. */
    TRACE,
    /** Passed on from trusted proxies only. */
    EDGE
  }

  private final Rule rule;
  private final boolean kept;

  @SuppressWarnings("EnumOrdinal") // a bit is never stored, so the order of names may change
  private final long bit = 1L << ordinal();

  HeaderName(Rule rule, boolean kept) {
    this.rule = rule;
    this.kept = kept;
  }

  /** What happens to it on the way to a backend. */
  public Rule rule() {
    return rule;
  }

  /**
   * Whether a {@code Connection} header may not remove it: a client could else hide from the app
   * what the router or a trusted proxy said.
   */
  public boolean keptInSpiteOfConnection() {
    return kept;
  }

  /** A bit of its own, for sets of names. */
  long bit() {
    return bit;
  }

  /** Whether this is one name, and not a family of them. */
  boolean isOneName() {
    return switch (this) {
      case OTHER, TWIN, X_FORWARDED_FAMILY, X_VCAP_FAMILY, X_CF_FAMILY -> false;
      default -> true;
    };
  }
}
