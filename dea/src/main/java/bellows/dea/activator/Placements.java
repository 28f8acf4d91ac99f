package bellows.dea.activator;

import java.util.concurrent.CompletionStage;

/** The placements of this host, as the activator needs them. Calls come on its one thread. */
public interface Placements {
  /** How a placement's sleep is ended. */
  enum Wake {
    /** A connection is enough. */
    ON_CONNECT,
    /** It takes a first byte, which a port scan does not send. */
    ON_FIRST_BYTE,
    /** There is no such placement here. */
    NEVER
  }

  Wake wake(int port);

  /** Whether a visit would start the placement's program. */
  boolean asleep(int port);

  /**
   * Wants the placement to serve a caller; however many want it, it is started once.
   *
   * @return fails with a {@link WakeException}, sooner or later
   */
  CompletionStage<Visit> visit(int port, Caller caller);
}
