package bellows.logaggregator;

/** Knows who may read which app's log. */
public interface AppReaders {
  /**
   * @param authorizationHeader as the client sent it
   * @throws java.io.UncheckedIOException when nobody can tell now
   */
  boolean mayRead(String authorizationHeader, String appGuid);
}
