package bellows.dea.activator;

/**
 * A caller's way to a program that runs. The program stays at least until {@link #arrived}: from
 * then on the connection itself is what keeps it awake.
 */
public interface Visit {
  /** The container's own address. */
  byte[] ip();

  int port();

  /** The connection is made and has carried its first bytes, or will never be. May come twice. */
  void arrived();

  /** The program has answered with its first bytes. */
  void answered();
}
