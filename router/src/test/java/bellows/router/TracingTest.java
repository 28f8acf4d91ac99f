package bellows.router;

import static org.assertj.core.api.Assertions.assertThat;

import bellows.router.testing.RawClient;
import bellows.router.testing.RouterFixture;
import bellows.router.testing.ScriptedBackend;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Collections;
import java.util.List;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class TracingTest {
  private static final String TRACE = "4bf92f3577b34da6a3ce929d0e0e4736";
  private static final String OTHER = "80f198ee56343ba864fe8b2a57d3eff7";
  private static final String SPAN = "00f067aa0ba902b7";
  private static final String ABOVE = "05e3ac9a4f6e3b90";
  private static final List<String> NAMES =
      List.of(
          "traceparent",
          "tracestate",
          "b3",
          "x-b3-traceid",
          "x-b3-spanid",
          "x-b3-parentspanid",
          "x-b3-sampled",
          "x-b3-flags");

  @TempDir private Path directory;
  private RouterFixture router;
  private ScriptedBackend app;

  @BeforeEach
  void open() {
    router = new RouterFixture(config -> config.accessLog(directory.resolve("access.log")));
    app = router.serveApp("app.test", "guid", 0, ScriptedBackend.saying("ok"));
  }

  @AfterEach
  void close() {
    router.close();
  }

  private ScriptedBackend.Request forwarded(String... headers) {
    return forwarded(router, app, headers);
  }

  private static ScriptedBackend.Request forwarded(
      RouterFixture router, ScriptedBackend app, String... headers) {
    try (RawClient client = router.client()) {
      client.send("GET / HTTP/1.1\r\nHost: app.test\r\n");
      for (String header : headers) {
        client.send(header + "\r\n");
      }
      assertThat(client.send("\r\n").read().status()).isEqualTo(200);
    }
    ScriptedBackend.Request seen = app.last();
    assertThat(NAMES).allSatisfy(name -> assertThat(seen.count(name)).isLessThan(2));
    return seen;
  }

  private static String traceOf(ScriptedBackend.Request seen) {
    return seen.header("traceparent").substring(3, 35);
  }

  private static String parentOf(ScriptedBackend.Request seen) {
    return seen.header("traceparent").substring(36, 52);
  }

  @Test
  void beginsATraceWhereThereIsNone() {
    ScriptedBackend.Request seen = forwarded();
    assertThat(seen.header("traceparent")).matches("00-[0-9a-f]{32}-[0-9a-f]{16}-01");
    String trace = traceOf(seen);
    String span = parentOf(seen);
    assertThat(seen.header("X-Vcap-Request-Id").replace("-", ""))
        .as("a new trace is called as its first request")
        .isEqualTo(trace);
    assertThat(seen.header("tracestate")).isEqualTo("bellows=" + span);
    assertThat(seen.header("X-B3-TraceId")).isEqualTo(trace);
    assertThat(seen.header("X-B3-SpanId")).isEqualTo(span);
    assertThat(seen.header("b3")).isEqualTo(trace + "-" + span);
    assertThat(seen.count("X-B3-ParentSpanId") + seen.count("X-B3-Sampled")).isZero();
    assertThat(traceOf(forwarded())).isNotEqualTo(trace);
  }

  @Test
  void isAStepInTheTraceOfACaller() {
    ScriptedBackend.Request seen =
        forwarded(
            "traceparent: 00-" + TRACE + "-" + SPAN + "-00",
            "tracestate: a=1 , bellows=old",
            "tracestate: t61@v=x y");
    assertThat(seen.header("traceparent")).matches("00-" + TRACE + "-[0-9a-f]{16}-00");
    assertThat(parentOf(seen)).isNotEqualTo(SPAN);
    assertThat(seen.header("tracestate")).isEqualTo("bellows=" + parentOf(seen) + ",a=1,t61@v=x y");
    assertThat(seen.header("X-B3-TraceId")).isEqualTo(TRACE);
    assertThat(seen.header("X-B3-SpanId")).isEqualTo(parentOf(seen));
    assertThat(seen.header("X-B3-Sampled")).isEqualTo("0");
    assertThat(seen.header("X-Vcap-Request-Id").replace("-", ""))
        .as("a client does not choose the id of a request")
        .isNotEqualTo(TRACE);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "",
        "00",
        "00-" + TRACE + "-" + SPAN,
        "00-" + TRACE + "-" + SPAN + "-1",
        "00-" + TRACE + "-" + SPAN + "-0g",
        "00-" + TRACE + "-" + SPAN + "-01-more",
        "00-" + TRACE + "-" + SPAN + "-01.",
        "00-00000000000000000000000000000000-" + SPAN + "-01",
        "00-" + TRACE + "-0000000000000000-01",
        "00-4BF92F3577B34DA6A3CE929D0E0E4736-" + SPAN + "-01",
        "00_" + TRACE + "-" + SPAN + "-01",
        "ff-" + TRACE + "-" + SPAN + "-01",
        "cc-" + TRACE + "-" + SPAN + "-01.what"
      })
  void replacesAMalformedTraceParent(String value) {
    ScriptedBackend.Request seen = forwarded("traceparent: " + value, "tracestate: a=1");
    assertThat(seen.header("traceparent")).matches("00-[0-9a-f]{32}-[0-9a-f]{16}-01");
    assertThat(traceOf(seen)).isNotEqualTo(TRACE);
    assertThat(seen.header("tracestate"))
        .as("the state belongs to the trace")
        .isEqualTo("bellows=" + parentOf(seen));
  }

  @Test
  void replacesTwoTraceParents() {
    String one = "traceparent: 00-" + TRACE + "-" + SPAN + "-01";
    assertThat(traceOf(forwarded(one, one))).isNotEqualTo(TRACE);
  }

  @Test
  void understandsALaterVersion() {
    ScriptedBackend.Request seen =
        forwarded("traceparent: cc-" + TRACE + "-" + SPAN + "-ff-what-comes");
    assertThat(seen.header("traceparent")).matches("00-" + TRACE + "-[0-9a-f]{16}-03");
  }

  @ParameterizedTest
  @ValueSource(strings = {"a", "A=1", "a=1,b", "=1", "a=b=c", "a=\u00e9", "a=", "-a=1"})
  void leavesAMalformedStateAway(String state) {
    ScriptedBackend.Request seen =
        forwarded("traceparent: 00-" + TRACE + "-" + SPAN + "-01", "tracestate: " + state);
    assertThat(traceOf(seen)).isEqualTo(TRACE);
    assertThat(seen.header("tracestate")).isEqualTo("bellows=" + parentOf(seen));
  }

  @Test
  void passesOnAsManyStatesAsAListMayHave() {
    String parent = "traceparent: 00-" + TRACE + "-" + SPAN + "-01";
    String most = String.join(",", IntStream.range(0, 31).mapToObj(i -> "k" + i + "=v").toList());
    assertThat(forwarded(parent, "tracestate: " + most).header("tracestate")).endsWith(most);
    assertThat(forwarded(parent, "tracestate: " + most + ",x=y").header("tracestate"))
        .startsWith("bellows=")
        .doesNotContain(",");
    String large = String.join(",", Collections.nCopies(9, "k=" + "v".repeat(250)));
    assertThat(forwarded(parent, "tracestate: " + large).header("tracestate")).doesNotContain(",");
  }

  @Test
  void keepsB3AsItCameInOneHeader() {
    ScriptedBackend.Request seen = forwarded("b3: " + OTHER + "-" + SPAN + "-1-" + ABOVE);
    assertThat(seen.header("b3")).isEqualTo(OTHER + "-" + SPAN + "-1-" + ABOVE);
    assertThat(seen.header("X-B3-TraceId")).isEqualTo(OTHER);
    assertThat(seen.header("X-B3-SpanId")).isEqualTo(SPAN);
    assertThat(seen.header("X-B3-ParentSpanId")).isEqualTo(ABOVE);
    assertThat(seen.header("X-B3-Sampled")).isEqualTo("1");
    assertThat(seen.header("traceparent")).isEqualTo("00-" + OTHER + "-" + SPAN + "-01");
  }

  @Test
  void keepsB3AsItCameInSeveralHeaders() {
    ScriptedBackend.Request seen =
        forwarded(
            "X-B3-TraceId: 64fe8b2a57d3eff7",
            "X-B3-SpanId: " + SPAN,
            "X-B3-ParentSpanId: " + ABOVE,
            "X-B3-Sampled: false");
    assertThat(seen.header("X-B3-TraceId")).isEqualTo("64fe8b2a57d3eff7");
    assertThat(seen.header("X-B3-Sampled")).isEqualTo("0");
    assertThat(seen.header("b3")).isEqualTo("64fe8b2a57d3eff7-" + SPAN + "-0-" + ABOVE);
    assertThat(seen.header("traceparent"))
        .isEqualTo("00-000000000000000064fe8b2a57d3eff7-" + SPAN + "-00");
    assertThat(
            forwarded("X-B3-TraceId: " + OTHER, "X-B3-SpanId: " + SPAN, "X-B3-Flags: 1")
                .header("b3"))
        .isEqualTo(OTHER + "-" + SPAN + "-d");
  }

  @Test
  void takesADecisionThatComesAlone() {
    ScriptedBackend.Request seen = forwarded("b3: 0");
    assertThat(seen.header("b3")).isEqualTo(traceOf(seen) + "-" + parentOf(seen) + "-0");
    assertThat(seen.header("traceparent")).endsWith("-00");
    assertThat(forwarded("X-B3-Sampled: 1").header("b3")).endsWith("-1");
  }

  @Test
  void keepsBothTracesOfWhoSendsTwo() {
    ScriptedBackend.Request seen =
        forwarded("traceparent: 00-" + TRACE + "-" + SPAN + "-01", "b3: " + OTHER + "-" + ABOVE);
    assertThat(traceOf(seen)).isEqualTo(TRACE);
    assertThat(seen.header("b3")).isEqualTo(OTHER + "-" + ABOVE);
    assertThat(seen.header("X-B3-TraceId")).isEqualTo(OTHER);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "b3: ",
        "b3: x",
        "b3: " + OTHER,
        "b3: " + OTHER + "-",
        "b3: " + OTHER + "-" + SPAN + "-",
        "b3: " + OTHER + "-" + SPAN + "-2",
        "b3: " + OTHER + "-" + SPAN + "-1-12",
        "b3: " + OTHER + "0-" + SPAN,
        "b3: " + OTHER + "-00000000000000000",
        "b3: 00000000000000000000000000000000-" + SPAN,
        "b3: \"><script>-" + SPAN,
        "b3: " + OTHER + "-" + SPAN + "\r\nb3: " + OTHER + "-" + SPAN,
        "X-B3-TraceId: " + OTHER,
        "X-B3-SpanId: " + SPAN,
        "X-B3-TraceId: " + OTHER + "\r\nX-B3-SpanId: z0f067aa0ba902b7",
        "X-B3-TraceId: " + OTHER + "\r\nX-B3-SpanId: " + SPAN + "\r\nX-B3-ParentSpanId: no",
        "X-B3-Sampled: maybe"
      })
  void replacesMalformedB3(String headers) {
    ScriptedBackend.Request seen = forwarded(headers.split("\r\n"));
    String trace = traceOf(seen);
    String span = parentOf(seen);
    assertThat(trace).isNotEqualTo(OTHER);
    assertThat(seen.header("b3")).isEqualTo(trace + "-" + span);
    assertThat(seen.header("X-B3-TraceId")).isEqualTo(trace);
    assertThat(seen.header("X-B3-SpanId")).isEqualTo(span);
    assertThat(seen.count("X-B3-ParentSpanId") + seen.count("X-B3-Sampled")).isZero();
  }

  @Test
  void saysInTheAccessLogWhatWasTraced() throws Exception {
    ScriptedBackend.Request seen =
        forwarded("traceparent: 00-" + TRACE + "-" + SPAN + "-01", "b3: " + OTHER + "-" + ABOVE);
    try (RawClient client = router.client()) {
      client.get("unknown.test", "/").read();
      client.send("broken\r\n\r\n").read();
    }
    router.close();
    List<String> lines = Files.readAllLines(directory.resolve("access.log"));
    assertThat(lines.getFirst())
        .endsWith(
            " x_b3_traceid:\""
                + OTHER
                + "\" x_b3_spanid:\""
                + ABOVE
                + "\" traceparent:\""
                + seen.header("traceparent")
                + "\"");
    assertThat(lines.get(1)).contains(" 404 ").containsPattern("x_b3_traceid:\"[0-9a-f]{32}\"");
    assertThat(lines.get(2)).contains(" 400 ").doesNotContain("x_b3_traceid");
  }

  @Test
  void leavesTracesAloneWhenOff() {
    String[] headers = {"traceparent: what", "tracestate: ever", "b3: they", "X-B3-TraceId: say"};
    try (RouterFixture off = new RouterFixture(config -> config.tracing(false))) {
      ScriptedBackend behind = off.serveApp("app.test", "guid", 0, ScriptedBackend.saying("ok"));
      assertThat(forwarded(off, behind, headers).headers()).contains(headers);
      ScriptedBackend.Request none = forwarded(off, behind);
      assertThat(NAMES).allSatisfy(name -> assertThat(none.count(name)).isZero());
    }
  }
}
