package bellows.base.lifecycle;

/**
 * A part that runs: made by its constructor, alive between {@link #start} and {@link #close}.
 *
 * <p>Both methods may be called twice; a second call does nothing. {@code close} without {@code
 * start} is allowed.
 */
public interface Component extends AutoCloseable {
  /**
   * Returns when the part serves. Whatever a failed start has opened is closed by {@link #close}.
   */
  void start();

  /** Stops accepting, lets what runs end, frees everything. */
  @Override
  void close();
}
