package bellows.http;

import java.io.IOException;
import java.io.InputStream;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** What a handler sees of a request. */
public interface Request {
  Route.Method method();

  /** The path as sent, still escaped, without the query. */
  String path();

  /** The decoded value of {@code :name}. */
  String pathParam(String name);

  /** Decoded query parameters in the order sent; a key without value has the value "". */
  Map<String, List<String>> query();

  /** The first value of a query parameter. */
  default Optional<String> queryParam(String name) {
    return query().getOrDefault(name, List.of()).stream().findFirst();
  }

  /** The raw query, without the question mark; "" when there is none. */
  String rawQuery();

  Optional<String> header(String name);

  /**
   * The whole body.
   *
   * @throws CfError 413 when it is longer than {@code limitBytes}
   */
  byte[] body(int limitBytes);

  /**
   * The body as it comes; not limited, so the reader must count. When the client breaks off,
   * reading throws what the server answers with 400.
   */
  InputStream bodyStream() throws IOException;

  /**
   * Reads a multipart body part by part, in the order sent; nothing is buffered.
   *
   * @throws CfError 400 when it is no well-formed multipart body
   */
  void multipart(PartHandler handler) throws IOException;

  /**
   * Scheme, host and port as the client reached us, for absolute links: {@code http://host:port}.
   */
  String baseUrl();

  /**
   * The id of this request for logs and errors: the router's X-Vcap-Request-Id, else a fresh one.
   */
  String requestId();

  /** Takes the parts of a multipart body. */
  @FunctionalInterface
  interface PartHandler {
    /**
     * @param name the field's name
     * @param fileName empty for a plain field
     * @param content valid until the handler returns; what is left unread is skipped, unless the
     *     handler throws; reading throws a {@link CfError} when the body is not well-formed
     */
    void part(String name, String fileName, InputStream content) throws IOException;
  }
}
