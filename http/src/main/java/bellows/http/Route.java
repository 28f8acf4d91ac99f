package bellows.http;

/**
 * One way into a part: method, path and the code behind it.
 *
 * @param path literal segments and {@code :names}, for instance {@code /v3/apps/:guid}; a last
 *     segment {@code *} takes the rest of the path, slashes included, as path parameter {@code *}
 */
public record Route(Method method, String path, Handler handler) {
  /** The methods that our APIs use. */
  public enum Method {
    GET,
    POST,
    PUT,
    PATCH,
    DELETE
  }

  /** Blocking code on a virtual thread of its own. */
  @FunctionalInterface
  public interface Handler {
    /**
     * @return the answer; whatever is thrown becomes an error body by the server's {@link
     *     ErrorBodies}
     */
    Reply handle(Request request) throws Exception;
  }

  public static Route get(String path, Handler handler) {
    return new Route(Method.GET, path, handler);
  }

  public static Route post(String path, Handler handler) {
    return new Route(Method.POST, path, handler);
  }

  public static Route put(String path, Handler handler) {
    return new Route(Method.PUT, path, handler);
  }

  public static Route patch(String path, Handler handler) {
    return new Route(Method.PATCH, path, handler);
  }

  public static Route delete(String path, Handler handler) {
    return new Route(Method.DELETE, path, handler);
  }
}
