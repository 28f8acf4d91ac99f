package bellows.router.pipeline;

import bellows.router.errors.Accept;
import bellows.router.http1.HeaderName;
import bellows.router.http1.RequestHead;
import java.nio.charset.StandardCharsets;

/**
 * What a browser may see while an app that wants so wakes: a page that loads itself again each
 * second. Everybody else waits for the app's own answer.
 */
final class WakePage {
  /** The value of X-Cf-RouterError, and of the access log. */
  static final String REASON = "waking";

  static final byte[] HEADERS =
      ascii(
          "Content-Type: text/html; charset=utf-8\r\n"
              + "X-Content-Type-Options: nosniff\r\n"
              + "Content-Security-Policy: default-src 'none'; style-src 'unsafe-inline'\r\n"
              + "Cache-Control: no-store\r\n"
              + "Vary: Accept\r\n"
              + "Retry-After: 1\r\n"
              + ("X-Cf-RouterError: " + REASON + "\r\n"));

  static final byte[] BODY =
      ascii(
          """
          <!doctype html>
          <html lang="en">
          <head>
          <meta charset="utf-8">
          <meta name="viewport" content="width=device-width">
          <meta http-equiv="refresh" content="1">
          <title>Waking up</title>
          <style>
          body { margin: 0; min-height: 100vh; display: grid; place-content: center; text-align: center;
            font: 1.1rem/1.5 system-ui, sans-serif; color: #333; background: #fafafa }
          h1 { font-weight: 500; animation: breathe 2s ease-in-out infinite }
          @keyframes breathe { 50% { opacity: .3 } }
          @media (prefers-color-scheme: dark) { body { color: #ddd; background: #1b1b1b } }
          </style>
          </head>
          <body>
          <main>
          <h1>Waking up</h1>
          <p>This app was asleep and is starting now. The page loads by itself in a moment.</p>
          </main>
          </body>
          </html>
          """);

  private WakePage() {}

  private static byte[] ascii(String text) {
    return text.getBytes(StandardCharsets.US_ASCII);
  }

  /** Whether the client is one that shows a page: it asks for HTML before all else. */
  static boolean suits(RequestHead head) {
    return head.method() == RequestHead.Method.GET
        && !head.isWebSocket()
        && head.has(HeaderName.ACCEPT)
        && Accept.of(head).prefers("text/html");
  }
}
