package bellows.router.http1;

/**
 * How much of a message's head is accepted.
 *
 * @param headBytes start line and headers together
 * @param headers number of header lines
 * @param uriBytes the request target
 */
public record Limits(int headBytes, int headers, int uriBytes) {
  public static final Limits DEFAULT = new Limits(64 * 1024, 100, 16 * 1024);

  public Limits {
    if (headBytes < 1024 || headBytes > 1024 * 1024) {
      throw new IllegalArgumentException("router.limits.head_bytes must be 1 KiB to 1 MiB");
    }
    if (headers < 1 || uriBytes < 1) {
      throw new IllegalArgumentException("router.limits must be above 0");
    }
  }
}
