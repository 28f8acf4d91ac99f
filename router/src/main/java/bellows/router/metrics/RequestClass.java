package bellows.router.metrics;

/** Requests that may take equally long. Few, so that they stay readable side by side. */
public enum RequestClass {
  /** An instance that was awake has answered: from the arrival to the last byte. */
  AWAKE("awake"),
  /** As {@link #AWAKE}, by an instance that slept when it got the request. */
  WOKEN("woken"),
  /** A WebSocket has opened: from the arrival to the agreement, not to its end. */
  WEBSOCKET("websocket"),
  /** The router has answered itself, or nobody: the client went away. */
  ERROR("error");

  private final String label;

  RequestClass(String label) {
    this.label = label;
  }

  /** As metrics call it. */
  public String label() {
    return label;
  }
}
