package bellows.testkit;

/** Calls an instance at its placement's own address, past the router. */
public final class InstanceProbe {
  private InstanceProbe() {}

  /**
   * GET / of an instance.
   *
   * @param address {@code host:port}
   */
  public static HttpAnswer get(String address) {
    int colon = address.lastIndexOf(':');
    return HttpAnswer.get(
        address.substring(0, colon), Integer.parseInt(address.substring(colon + 1)), address, "/");
  }
}
