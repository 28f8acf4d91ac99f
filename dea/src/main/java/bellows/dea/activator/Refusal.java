package bellows.dea.activator;

import java.nio.charset.StandardCharsets;
import java.time.Duration;

/** Why a caller is not served. The words are for strangers: they tell nothing of the app. */
public enum Refusal {
  WAKE_FAILED("wake_failed", "The app did not start."),
  QUEUE_FULL("wake_queue_full", "Too many callers wait for the app to start."),
  LIMITED("wake_rate_limited", "Too many apps are being woken from here."),
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
    String head =
        String.join(
            "\r\n",
            "HTTP/1.1 503 Service Unavailable",
            "Retry-After: " + Math.max(1, retryAfter.toSeconds()),
            "X-Cf-RouterError: " + code,
            "Content-Type: text/plain; charset=utf-8",
            "Content-Length: " + body.length(),
            "Cache-Control: no-store",
            "Connection: close");
    return (head + "\r\n\r\n" + body).getBytes(StandardCharsets.US_ASCII);
  }
}
