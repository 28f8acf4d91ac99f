package bellows.router;

import static org.assertj.core.api.Assertions.assertThat;

import bellows.contracts.routing.RouterRegister;
import bellows.router.backend.BackendPool;
import bellows.router.errors.RouterError;
import bellows.router.pipeline.Timeouts;
import bellows.router.routes.RouteRules;
import bellows.router.routeservices.RouteServices;
import bellows.router.routeservices.Signatures;
import bellows.router.testing.RawClient;
import bellows.router.testing.RouterFixture;
import bellows.router.testing.ScriptedBackend;
import bellows.router.testing.TlsFiles;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.URI;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.function.UnaryOperator;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class RouteServiceTest {
  private static final String SECRET = "shared by all routers";
  private static final RouteServices.Config CONFIG =
      new RouteServices.Config(
          SECRET,
          "the one before",
          Duration.ofSeconds(60),
          List.of("*.platform.test"),
          List.of("127.0.0.0/8", "::1/128"));
  private static final List<String> OURS =
      List.of("X-CF-Forwarded-Url", "X-CF-Proxy-Signature", "X-CF-Proxy-Metadata");

  private static final int CIRCLE_CONNECTIONS = 20;

  @TempDir Path directory;
  private final ScriptedBackend app = ScriptedBackend.echo();
  private final List<AutoCloseable> owned = new ArrayList<>();
  private TlsFiles files;
  private RouterFixture router;

  @BeforeEach
  void start() {
    files = new TlsFiles(directory);
    files.write("authorities.ca", files.authority().certificate());
    owned.add(app);
    router = router(CONFIG);
  }

  @AfterEach
  void stop() throws Exception {
    for (AutoCloseable each : owned.reversed()) {
      each.close();
    }
  }

  private RouterFixture router(RouteServices.Config config) {
    return router(with -> with.routeServices(config));
  }

  private RouterFixture router(UnaryOperator<RouterConfig> change) {
    RouterFixture started =
        new RouterFixture(with ->
            change.apply(
                with.backendAuthorities(directory.resolve("authorities.ca"))
                    .routes(RouteRules.DEFAULT.allowingPlainRouteServices())
                    .timeouts(
                        new Timeouts(
                            Duration.ofSeconds(10),
                            Duration.ofSeconds(10),
                            Duration.ofSeconds(1),
                            Duration.ofSeconds(1)))));
    owned.add(started);
    return started;
  }

  private void register(String uri, int port, @Nullable String service) {
    router.register(registration(uri, port, service));
  }

  private static RouterRegister registration(String uri, int port, @Nullable String service) {
    return new RouterRegister(
        "127.0.0.1",
        port,
        null,
        List.of(uri),
        null,
        "guid-" + uri,
        null,
        "instance",
        "0",
        Map.of(),
        null,
        service,
        null,
        null,
        null,
        null,
        null,
        null);
  }

  private RawClient.Response get(String uri, String... headers) {
    return send("GET", uri, "", headers);
  }

  private RawClient.Response send(String method, String uri, String body, String... headers) {
    return send(router.address(), method, uri, body, headers);
  }

  private static RawClient.Response send(
      InetSocketAddress to, String method, String uri, String body, String... headers) {
    int slash = uri.indexOf('/');
    try (RawClient client = new RawClient(to)) {
      client.send(
          method
              + " "
              + (slash < 0 ? "/" : uri.substring(slash))
              + " HTTP/1.1\r\nHost: "
              + (slash < 0 ? uri : uri.substring(0, slash))
              + "\r\n"
              + (body.isEmpty() ? "" : "Content-Length: " + body.length() + "\r\n")
              + String.join("", List.of(headers).stream().map(line -> line + "\r\n").toList())
              + "\r\n"
              + body);
      return client.read();
    }
  }

  /** Sends each request on to where its headers say, with these of its headers. */
  private ScriptedBackend.Script sendingOn(List<String> kept) {
    return conversation -> {
      for (ScriptedBackend.Request request = conversation.next();
          request != null;
          request = conversation.next()) {
        URI back = URI.create(request.header("X-CF-Forwarded-Url"));
        String method = request.line().substring(0, request.line().indexOf(' '));
        String target = back.getRawQuery() == null ? "" : "?" + back.getRawQuery();
        RawClient.Response answer =
            send(
                router.address(),
                method,
                back.getRawAuthority() + back.getRawPath() + target,
                request.body(),
                lines(request, kept));
        conversation.send(
            "HTTP/1.1 "
                + answer.status()
                + " Seen\r\nX-Service: seen\r\nX-Cf-RouterError: "
                + answer.header("X-Cf-RouterError")
                + "\r\nContent-Length: "
                + answer.body().length()
                + "\r\n\r\n"
                + answer.body());
      }
    };
  }

  private static String[] lines(ScriptedBackend.Request request, List<String> kept) {
    return request.headers().stream()
        .filter(line -> kept.contains(line.substring(0, line.indexOf(':'))))
        .toArray(String[]::new);
  }

  private ScriptedBackend service() {
    return service(sendingOn(OURS));
  }

  private ScriptedBackend service(ScriptedBackend.Script script) {
    ScriptedBackend service = new ScriptedBackend(script);
    owned.add(service);
    return service;
  }

  private static String plain(ScriptedBackend service, String path) {
    return "http://127.0.0.1:" + service.port() + path;
  }

  @Test
  void passesByTheServiceToTheApp() {
    ScriptedBackend service = service();
    register("app.test", app.port(), plain(service, "/guard?strict=1"));
    RawClient.Response answer =
        send(
            "POST",
            "app.test/path?q=1",
            "hello",
            "Cookie: a=b",
            "X-CF-App-Instance: forged:7",
            "X-CF-Forwarded-Url: https://forged.test/");
    assertThat(answer.status()).isEqualTo(200);
    assertThat(answer.body()).isEqualTo("hello");
    assertThat(answer.header("X-Service")).isEqualTo("seen");

    ScriptedBackend.Request visit = service.last();
    assertThat(visit.line()).isEqualTo("POST /guard?strict=1 HTTP/1.1");
    assertThat(visit.header("Host")).isEqualTo("127.0.0.1:" + service.port());
    assertThat(visit.header("X-CF-Forwarded-Url")).isEqualTo("http://app.test/path?q=1");
    assertThat(visit.header("X-Forwarded-Host")).isEqualTo("app.test");
    assertThat(visit.header("Cookie")).isEqualTo("a=b");
    assertThat(visit.body()).isEqualTo("hello");
    for (String name : List.of("X-CF-ApplicationID", "X-CF-InstanceID", "X-CF-App-Instance")) {
      assertThat(visit.count(name)).as(name).isZero();
    }

    ScriptedBackend.Request seen = app.last();
    assertThat(app.requests()).hasSize(1);
    assertThat(seen.line()).isEqualTo("POST /path?q=1 HTTP/1.1");
    assertThat(seen.header("Host")).isEqualTo("app.test");
    assertThat(seen.header("X-CF-ApplicationID")).isEqualTo("guid-app.test");
    assertThat(OURS).allSatisfy(name -> assertThat(seen.count(name)).isZero());
    assertThat(router.router().counters().serviceVisits()).isEqualTo(1);
  }

  @Test
  void speaksTlsToTheService() {
    ScriptedBackend service =
        ScriptedBackend.overTls(
            files.contextWithCertificate(files.authority(), "localhost"), sendingOn(OURS));
    owned.add(service);
    register("app.test", app.port(), "https://localhost:" + service.port());
    for (int i = 0; i < 3; i++) {
      assertThat(get("app.test").header("X-Service")).isEqualTo("seen");
    }
    assertThat(service.last().line()).isEqualTo("GET / HTTP/1.1");
    assertThat(service.last().header("Host")).isEqualTo("localhost:" + service.port());
  }

  @Test
  void trustsNoServiceWithAnotherCertificate() {
    ScriptedBackend service =
        ScriptedBackend.overTls(
            files.contextWithCertificate(files.authority(), "other.test"), sendingOn(OURS));
    owned.add(service);
    register("app.test", app.port(), "https://localhost:" + service.port());
    RawClient.Response answer = get("app.test");
    assertThat(answer.status()).isEqualTo(526);
    assertThat(answer.header("X-Cf-RouterError")).startsWith("route_service_failure");
    assertThat(app.requests()).isEmpty();
  }

  @Test
  void saysThatTheClientCameByTlsWhenATrustedProxySaysSo() {
    ScriptedBackend service = service();
    register("app.test", app.port(), plain(service, ""));
    assertThat(get("app.test", "X-Forwarded-Proto: https").status()).isEqualTo(200);
    assertThat(service.last().header("X-CF-Forwarded-Url")).isEqualTo("https://app.test/");
  }

  private static String[] signed(String secret, String url, Instant when) {
    Signatures.Signed signed = new Signatures(secret, null, Duration.ofSeconds(60)).sign(url, when);
    return new String[] {
      "X-CF-Forwarded-Url: " + url,
      "X-CF-Proxy-Signature: " + signed.signature(),
      "X-CF-Proxy-Metadata: " + signed.metadata()
    };
  }

  private void guard(String uri) {
    register(uri, app.port(), "https://service.invalid/");
  }

  @ParameterizedTest
  @ValueSource(strings = {SECRET, "the one before"})
  void letsThroughWhatARouterHasSigned(String secret) {
    guard("app.test/path");
    String url = "https://app.test:8443/Path/deeper?" + "q".repeat(5000);
    assertThat(get("app.test/path/deeper", signed(secret, url, Instant.now())).status())
        .isEqualTo(200);
  }

  private void assertRefused(RawClient.Response answer, int status, String error) {
    assertThat(answer.status()).isEqualTo(status);
    assertThat(answer.header("X-Cf-RouterError")).isEqualTo(error);
    assertThat(app.requests()).isEmpty();
  }

  @Test
  void refusesAnOldSignature() {
    guard("app.test");
    String[] old = signed(SECRET, "http://app.test/", Instant.now().minusSeconds(61));
    assertRefused(get("app.test", old), 504, "expired_route_service_signature");
  }

  @Test
  void refusesASignatureOfNobody() {
    guard("app.test");
    assertRefused(
        get("app.test", signed("guessed", "http://app.test/", Instant.now())),
        400,
        "invalid_route_service_signature");
    assertRefused(
        get("app.test", "X-CF-Proxy-Signature: x"), 400, "invalid_route_service_signature");
    assertThat(router.router().counters().errors(RouterError.ROUTE_SERVICE_FORGED)).isEqualTo(2);
  }

  @Test
  void refusesASignatureForAnotherRoute() {
    guard("app.test");
    register("other.test", router.closedPort(), "https://service.invalid/");
    String[] headers = signed(SECRET, "http://other.test/", Instant.now());
    assertRefused(get("app.test", headers), 400, "invalid_route_service_signature");
  }

  @Test
  void refusesASignatureForAnotherAddressThanIsSaid() {
    guard("app.test");
    String[] headers = signed(SECRET, "http://app.test/", Instant.now());
    headers[0] = "X-CF-Forwarded-Url: http://app.test/other";
    assertRefused(get("app.test", headers), 400, "invalid_route_service_signature");
  }

  @Test
  void takesNoWebSocketToAService() {
    guard("app.test");
    RawClient.Response answer =
        get(
            "app.test",
            "Connection: Upgrade",
            "Upgrade: websocket",
            "Sec-WebSocket-Version: 13",
            "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==");
    assertRefused(answer, 503, "route_service_unsupported");
  }

  @Test
  void callsAnAppOfThePlatformDirectly() {
    ScriptedBackend service = service();
    register("guard.platform.test", service.port(), null);
    register("app.test", app.port(), "https://guard.platform.test/check");
    RawClient.Response answer = get("app.test/x", "X-CF-App-Instance: guid-app.test:0");
    assertThat(answer.status()).isEqualTo(200);
    assertThat(answer.header("X-Service")).isEqualTo("seen");
    assertThat(service.last().line()).isEqualTo("GET /check HTTP/1.1");
    assertThat(service.last().header("Host")).isEqualTo("guard.platform.test");
    assertThat(service.last().header("X-CF-ApplicationID")).isEqualTo("guid-guard.platform.test");
    assertThat(app.last().line()).isEqualTo("GET /x HTTP/1.1");
  }

  @Test
  void tiesNoSessionToTheService() {
    ScriptedBackend service =
        service(conversation -> {
          conversation.read();
          conversation.send(
              "HTTP/1.1 200 OK\r\nSet-Cookie: JSESSIONID=1\r\nContent-Length: 0\r\n\r\n");
        });
    register("guard.platform.test", service.port(), null);
    register("app.test", app.port(), "https://guard.platform.test");
    assertThat(get("app.test").headers()).noneMatch(line -> line.contains("__VCAP_ID__"));
  }

  @Test
  void givesWhatIsProvenToAnAppThatIsCalledOverTheNetwork() {
    ScriptedBackend service = ScriptedBackend.saying("checked");
    owned.add(service);
    ScriptedBackend stranger = ScriptedBackend.saying("looked");
    owned.add(stranger);
    register("service.test", service.port(), null);
    register("stranger.test", stranger.port(), null);
    register("app.test", app.port(), "https://service.test/");
    String[] headers = signed(SECRET, "http://app.test/", Instant.now());
    assertThat(get("service.test", headers).body()).isEqualTo("checked");
    assertThat(lines(service.last(), OURS)).containsExactly(headers);
    assertThat(service.last().header("X-CF-ApplicationID")).isEqualTo("guid-service.test");

    assertThat(get("stranger.test", headers).body()).isEqualTo("looked");
    assertThat(OURS).allSatisfy(name -> assertThat(stranger.last().count(name)).isZero());
    String[] forged = signed("guessed", "http://app.test/", Instant.now());
    assertThat(get("service.test", forged).body()).isEqualTo("checked");
    assertThat(OURS).allSatisfy(name -> assertThat(service.last().count(name)).isZero());
  }

  @ParameterizedTest
  @ValueSource(strings = {"app.platform.test", "guard.platform.test", "empty.platform.test"})
  void callsNoServiceBehindAService(String service) {
    register("guard.platform.test", app.port(), "https://service.invalid/");
    register("app.platform.test", app.port(), "https://" + service + "/");
    assertThat(get("app.platform.test").status()).isEqualTo(502);
    assertThat(app.requests()).isEmpty();
  }

  @Test
  void endsACircle() {
    ScriptedBackend forgetful = service(sendingOn(List.of("Via")));
    register("app.test", app.port(), plain(forgetful, ""));
    RawClient.Response answer = get("app.test");
    assertThat(answer.status()).isNotEqualTo(200);
    assertThat(router.router().counters().errors(RouterError.ROUTE_SERVICE_LOOP)).isEqualTo(1);
    assertThat(forgetful.requests()).hasSizeBetween(1, 5);
  }

  /** Nothing in its requests tells them from new ones, but all of them wait for each other. */
  @Test
  void endsACircleThatNoHeaderSurvivesWhereTheServiceHasTooMuchToDo() {
    router =
        router(config ->
            config.routeServices(CONFIG).backends(BackendPool.Config.DEFAULT, CIRCLE_CONNECTIONS));
    ScriptedBackend forgetful =
        service(conversation -> {
          conversation.read();
          conversation.ok(get("app.test").statusLine());
        });
    register("app.test", app.port(), plain(forgetful, ""));
    assertThat(get("app.test").status()).isEqualTo(200);
    assertThat(forgetful.requests()).hasSize(CIRCLE_CONNECTIONS);
    assertThat(router.router().counters().errors(RouterError.CONNECTION_LIMIT)).isEqualTo(1);
    assertThat(app.requests()).isEmpty();
  }

  @Test
  void connectsToNoPrivateAddressUnlessTheOperatorAllowsIt() {
    router =
        router(
            new RouteServices.Config(SECRET, null, Duration.ofSeconds(60), List.of(), List.of()));
    ScriptedBackend service = service();
    register("app.test", app.port(), plain(service, ""));
    RawClient.Response answer = get("app.test");
    assertRefused(answer, 502, "route_service_failure (has no address that may be called)");
    assertThat(service.connections()).isZero();
  }

  @Test
  void saysWhenTheServiceIsNotThere() {
    register("app.test", app.port(), "http://127.0.0.1:" + router.closedPort());
    RawClient.Response answer = get("app.test");
    assertThat(answer.status()).isEqualTo(502);
    assertThat(answer.header("X-Cf-RouterError")).startsWith("route_service_failure (127.0.0.1:");
    register("named.test", app.port(), "https://service.invalid");
    assertThat(get("named.test").status()).isEqualTo(502);
    assertThat(app.requests()).isEmpty();
  }

  @Test
  void saysWhenTheServiceDoesNotAnswer() {
    ScriptedBackend silent =
        service(conversation -> {
          conversation.read();
          conversation.next();
        });
    register("app.test", app.port(), plain(silent, ""));
    RawClient.Response answer = get("app.test");
    assertThat(answer.status()).isEqualTo(504);
    assertThat(answer.header("X-Cf-RouterError")).startsWith("route_service_timeout");
  }

  @Test
  void survivesAClientThatGoesWhileTheServiceIsLookedUp() throws IOException {
    guard("app.test");
    for (int i = 0; i < 20; i++) {
      try (RawClient client = router.client()) {
        client.get("app.test", "/");
        client.socket().setSoLinger(true, 0);
      }
    }
    assertThat(get("app.test").status()).isEqualTo(502);
  }

  @Test
  void followsNoRegistrationOfAServiceWithoutTls() {
    router = new RouterFixture(config -> config.routeServices(CONFIG));
    owned.add(router);
    register("app.test", app.port(), "http://127.0.0.1:1/");
    assertThat(get("app.test").status()).isEqualTo(404);
  }
}
