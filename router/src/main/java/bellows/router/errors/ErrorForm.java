package bellows.router.errors;

import bellows.base.json.Json;
import bellows.router.http1.RequestHead;
import java.util.LinkedHashMap;
import java.util.Map;

/** The forms in which the router's own answers come, as the client accepts them. */
public enum ErrorForm {
  /** One line, as gorouter's; for clients that do not say, or want none of these. */
  TEXT("text/plain", "") {
    @Override
    public String body(RouterError error, String subject, String requestId) {
      return error.body(subject);
    }
  },
  JSON("application/json", "") {
    @Override
    public String body(RouterError error, String subject, String requestId) {
      Map<String, Object> body = new LinkedHashMap<>();
      body.put("status", error.status());
      body.put("title", RouterError.reason(error.status()));
      body.put("detail", error.message(subject));
      if (!error.value().isEmpty()) {
        body.put("error", error.value());
      }
      body.put("request_id", requestId);
      return Json.text(body) + "\n";
    }
  },
  /** It loads nothing and runs nothing. */
  HTML("text/html", "Content-Security-Policy: default-src 'none'; style-src 'unsafe-inline'\r\n") {
    @Override
    public String body(RouterError error, String subject, String requestId) {
      String title = error.status() + " " + RouterError.reason(error.status());
      return PAGE.replace("{title}", title)
          .replace("{request}", requestId)
          .replace("{message}", escaped(error.message(subject)));
    }
  };

  private static final String PAGE =
      """
      <!doctype html>
      <html lang="en">
      <head>
      <meta charset="utf-8">
      <meta name="viewport" content="width=device-width">
      <title>{title}</title>
      <style>
      body { margin: 0; min-height: 100vh; display: grid; place-content: center; text-align: center;
        font: 1.1rem/1.5 system-ui, sans-serif; color: #333; background: #fafafa }
      h1 { font-weight: 500 }
      small { opacity: .6 }
      @media (prefers-color-scheme: dark) { body { color: #ddd; background: #1b1b1b } }
      </style>
      </head>
      <body>
      <main>
      <h1>{title}</h1>
      <p>{message}</p>
      <p><small>Request {request}</small></p>
      </main>
      </body>
      </html>
      """;

  private final String type;
  private final String headers;

  ErrorForm(String type, String more) {
    this.type = type;
    // Who asks otherwise gets another form, so a cache must keep them apart.
    this.headers =
        "Content-Type: "
            + type
            + "; charset=utf-8\r\nX-Content-Type-Options: nosniff\r\nVary: Accept\r\n"
            + more;
  }

  /** What the client likes best; of equals the one it names, then the simplest. */
  public static ErrorForm of(RequestHead head) {
    Accept accept = Accept.of(head);
    ErrorForm best = TEXT;
    for (ErrorForm each : values()) {
      double gain = accept.quality(each.type) - accept.quality(best.type);
      if (gain > 0 || (gain == 0 && accept.names(each.type) && !accept.names(best.type))) {
        best = each;
      }
    }
    return best;
  }

  /** The header lines that describe the body, with their ends. */
  public String headers() {
    return headers;
  }

  /**
   * @param subject the route or flaw that the text names, as the client may have sent it
   */
  public abstract String body(RouterError error, String subject, String requestId);

  private static String escaped(String text) {
    return text.replace("&", "&amp;")
        .replace("<", "&lt;")
        .replace(">", "&gt;")
        .replace("\"", "&quot;")
        .replace("'", "&#39;");
  }
}
