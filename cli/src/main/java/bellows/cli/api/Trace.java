package bellows.cli.api;

import bellows.cli.terminal.Terminal;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.regex.Pattern;

/** Shows requests and answers ({@code -v}), without what would let a reader log in. */
public final class Trace {
  private static final String HIDDEN = "[PRIVATE DATA HIDDEN]";
  private static final Set<String> PRIVATE_HEADERS =
      Set.of("authorization", "cookie", "set-cookie", "proxy-authorization");
  private static final Pattern PRIVATE_MEMBERS =
      Pattern.compile(
          "(\"(?:\\w*token|\\w*[pP]assword|\\w*secret|passcode)\"\\s*:\\s*)\"(?:[^\"\\\\]|\\\\.)*\"");
  private static final int LONGEST = 16 * 1024;

  private final Terminal terminal;
  private final boolean on;

  public Trace(Terminal terminal, boolean on) {
    this.terminal = terminal;
    this.on = on;
  }

  void request(Call call) {
    if (!on) {
      return;
    }
    terminal.warn("");
    terminal.warn(
        terminal.style().heading("REQUEST: ") + call.method() + " " + redactedQuery(call));
    call.headers().forEach(this::header);
    switch (call.body()) {
      case null -> {}
      case Call.Body.Bytes bytes -> body(contentType(call), bytes.bytes());
      case Call.Body.Stream _ -> terminal.warn("[streamed body]");
    }
  }

  void answer(Answer answer) {
    if (!on) {
      return;
    }
    terminal.warn("");
    terminal.warn(terminal.style().heading("RESPONSE: ") + "HTTP " + answer.status());
    for (Map.Entry<String, List<String>> header : answer.headers().entrySet()) {
      header.getValue().forEach(value -> header(header.getKey(), value));
    }
    body(answer.header("content-type"), answer.body());
  }

  /** Signed addresses carry their right in the query. */
  private static String redactedQuery(Call call) {
    return call.uri().toString().replaceAll("(signature|sig|token)=[^&]*", "$1=" + HIDDEN);
  }

  private static String contentType(Call call) {
    return call.headers().getOrDefault("Content-Type", "");
  }

  private void header(String name, String value) {
    boolean hidden = PRIVATE_HEADERS.contains(name.toLowerCase(Locale.ROOT));
    terminal.warn(name + ": " + (hidden ? HIDDEN : value));
  }

  private void body(String contentType, byte[] bytes) {
    if (bytes.length == 0) {
      return;
    }
    if (contentType.startsWith("application/x-www-form-urlencoded")) {
      terminal.warn(HIDDEN);
    } else if (contentType.contains("json") || contentType.contains("yaml")) {
      String text = new String(bytes, StandardCharsets.UTF_8);
      terminal.warn(
          redact(text.length() > LONGEST ? text.substring(0, LONGEST) + " [shortened]" : text));
    } else {
      terminal.warn("[" + bytes.length + " bytes]");
    }
  }

  static String redact(String json) {
    return PRIVATE_MEMBERS.matcher(json).replaceAll("$1\"" + HIDDEN + "\"");
  }
}
