package bellows.router.pipeline;

/** A client's connection as its {@link Lane} sees it. On the event loop only. */
interface FrontConnection {
  /** Looks after time limits. */
  void tick(long now);

  /** Asks the client to go elsewhere from now on; what it sends nevertheless is answered. */
  void retire();

  /** Lets nothing new begin; ends now when nothing is in progress. */
  void drain();

  /** Whether a request is not answered yet; a WebSocket does not count. */
  boolean isBusy();

  /** Breaks off. */
  void abort();

  /** Its place in the lane's list. */
  int position();

  void position(int newPosition);
}
