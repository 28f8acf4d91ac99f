package bellows.http;

import java.util.Optional;

/** Turns what a handler throws into the contract's error body; each API has its own form. */
public interface ErrorBodies {
  /**
   * @return empty when the failure is not this API's own, so that the server answers 500 in the
   *     general form and logs the cause
   */
  Optional<Reply> reply(Request request, Exception failure);
}
