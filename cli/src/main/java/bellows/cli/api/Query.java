package bellows.cli.api;

import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;

/** Builds a path with its query. */
public final class Query {
  private final StringBuilder path;
  private char separator = '?';

  private Query(String path) {
    this.path = new StringBuilder(path);
  }

  public static Query of(String path) {
    return new Query(path);
  }

  /** A key with a plain value. */
  public Query with(String key, String value) {
    path.append(separator).append(encode(key)).append('=').append(encode(value));
    separator = '&';
    return this;
  }

  /** A filter by name: the contract splits values at commas, so a comma is encoded twice. */
  public Query named(String key, String value) {
    return with(key, value.replace(",", "%2C"));
  }

  public String path() {
    return path.toString();
  }

  public static String encode(String value) {
    return URLEncoder.encode(value, StandardCharsets.UTF_8).replace("+", "%20");
  }
}
