package bellows.dea.activator;

import java.nio.charset.StandardCharsets;
import java.time.Duration;

/** Why a caller is not served. The words are for strangers: they tell nothing of the app. */
public enum Refusal {
  WAKE_FAILED("wake_failed", "The app did not start."),
  QUEUE_FULL("wake_queue_full", "Too many callers wait for the app to start."),
  DEADLINE("wake_deadline", "The app did not start in time."),
  INSUFFICIENT_RESOURCES("insufficient_resources", "There is no room to start the app now."),
  GONE("endpoint_gone", "The app is not here any more.");

  private final String code;
  private final String words;

  Refusal(String code, String words) {
    this.code = code;
    this.words = words;
  }

  /** The value of X-Cf-RouterError. */
  public String code() {
    return code;
  }

  /** The answer to an HTTP caller. */
  byte[] http(Duration retryAfter) {
    String body = "503 Service Unavailable: " + words + "\n";
    String answer =
        """
        HTTP/1.1 503 Service Unavailable\r
        Retry-After: %d\r
        X-Cf-RouterError: %s\r
        Content-Type: text/plain; charset=utf-8\r
        Content-Length: %d\r
        Cache-Control: no-store\r
        Connection: close\r
        \r
        %s\
        """;
    return answer
        .formatted(Math.max(1, retryAfter.toSeconds()), code, body.length(), body)
        .getBytes(StandardCharsets.US_ASCII);
  }
}
