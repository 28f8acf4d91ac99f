package bellows.dea.activator;

import org.jspecify.annotations.Nullable;

/**
 * Who wants a placement, for the people who ask what woke it.
 *
 * @param reason such as {@code connection from 10.0.0.1} or {@code command}
 * @param request method and path of an HTTP request, without query
 * @param client its User-Agent
 */
public record Caller(String reason, @Nullable String request, @Nullable String client) {
  /** Somebody's wish through the control plane. */
  public static Caller command() {
    return new Caller("command", null, null);
  }
}
