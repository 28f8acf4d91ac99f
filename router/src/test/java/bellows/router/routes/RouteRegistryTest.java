package bellows.router.routes;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import bellows.contracts.routing.RouterRegister;
import bellows.router.ratelimit.RateLimit;
import bellows.router.routes.RegistrationException.Reason;
import bellows.router.routes.RouteRegistry.Update;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class RouteRegistryTest {
  private static final long SECOND = 1_000_000_000L;

  private final List<Reason> refused = new ArrayList<>();
  private RouteRegistry registry = registry(Duration.ZERO);
  private long now;

  private static RouteRegistry registry(Duration linger) {
    return new RouteRegistry(
        new RouteRules(
            Duration.ofSeconds(30),
            Duration.ofSeconds(120),
            linger,
            Set.of("api.test", "login.test"),
            Isolation.NONE));
  }

  private static RouteRegistry isolated(Isolation.Mode mode, String... segments) {
    RouteRules rules = RouteRules.DEFAULT;
    return new RouteRegistry(
        new RouteRules(
            rules.pruneInterval(),
            rules.staleThreshold(),
            rules.emptyRouteLinger(),
            Set.of(),
            new Isolation(mode, Set.of(segments))));
  }

  /** An instance with what only some publishers say. */
  private static RouterRegister detailed(
      int port, @Nullable String segment, @Nullable String loadbalancing) {
    return new RouterRegister(
        "10.0.0.1",
        port,
        null,
        List.of("a.test"),
        null,
        "a",
        null,
        null,
        null,
        Map.of("component", "a-tag-of-its-own-" + port),
        null,
        null,
        null,
        segment,
        null,
        null,
        new RouterRegister.Options(loadbalancing),
        null);
  }

  private static RouterRegister of(int port, String app, String... uris) {
    return RouterRegister.instance(
        "10.0.0.1", port, List.of(uris), app, "dea", "i" + port, 0, Map.of());
  }

  private void register(RouterRegister... messages) {
    registry.apply(
        Arrays.stream(messages).map(m -> new Update(Update.Kind.REGISTER, m)).toList(),
        now,
        e -> refused.add(e.reason()));
  }

  private void unregister(RouterRegister message) {
    registry.apply(
        List.of(new Update(Update.Kind.UNREGISTER, message)), now, e -> refused.add(e.reason()));
  }

  private String find(String host, String path) {
    Pool pool = registry.table().find(host, path);
    if (pool == null) {
      return "none";
    }
    return pool.isEmpty() ? "empty" : pool.uri().toString();
  }

  private List<Integer> ports(String host) {
    Pool pool = registry.table().find(host, "");
    return pool == null
        ? List.of()
        : Arrays.stream(pool.endpoints()).map(e -> e.identity().port()).toList();
  }

  @ParameterizedTest
  @CsvSource({
    "a.test,           '',          a.test",
    "a.test,           /,           a.test",
    "a.test,           *,           a.test",
    "b.test,           *,           none",
    "a.test,           /x,          a.test/x",
    "a.test,           /X/y/,       a.test/x/y",
    "a.test,           /x//y,       a.test/x",
    "a.test,           /x/,         a.test/x",
    "a.test,           /x/y,        a.test/x/y",
    "a.test,           /x/y/z,      a.test/x/y",
    "a.test,           /xy,         a.test",
    "a.test,           /x/yz,       a.test/x",
    "b.test,           /,           none",
    "b.test,           /only,       b.test/only",
    "one.wild.test,    /,           *.wild.test",
    "one.two.wild.test,/,           *.wild.test",
    "wild.test,        /,           none",
    "exact.wild.test,  /,           exact.wild.test",
    "one.wild.test,    /p,          *.wild.test/p",
    "b.wild.test,      /other,      *.wild.test",
    "test,             /,           none"
  })
  void theDeepestPathOfTheMostExactHostWins(String host, String path, String route) {
    register(
        of(1, "a", "a.test", "a.test/x", "A.test/X/Y/"),
        of(2, "b", "b.test/only", "b.wild.test/p"),
        of(3, "w", "*.wild.test", "*.wild.test/p", "exact.wild.test"));
    assertThat(find(host, path)).isEqualTo(route);
    assertThat(refused).isEmpty();
  }

  @Test
  void anEndpointIsThereOnceHoweverOftenItRegisters() {
    register(of(1, "a", "a.test"), of(1, "a", "a.test"), of(2, "a", "a.test"));
    assertThat(ports("a.test")).containsExactly(1, 2);
    assertThat(registry.endpoints()).isEqualTo(2);
  }

  @Test
  void registeringAnewReplacesWhatIsKnownOfIt() {
    register(of(1, "a", "a.test"));
    Pool pool = Objects.requireNonNull(registry.table().find("a.test", ""));
    pool.endpoints()[0].begin();
    register(
        RouterRegister.instance("10.0.0.1", 1, List.of("a.test"), "a", "dea", "new", 4, Map.of()));
    Endpoint endpoint = pool.endpoints()[0];
    assertThat(endpoint.identity().instanceId()).isEqualTo("new");
    assertThat(endpoint.inFlight()).as("what is in flight stays so").isEqualTo(1);
  }

  @Test
  void unregisteringTakesAwayOneUriOrAll() {
    register(of(1, "a", "a.test", "b.test"), of(2, "a", "a.test"));
    unregister(of(1, "a", "a.test"));
    assertThat(ports("a.test")).containsExactly(2);
    assertThat(ports("b.test")).containsExactly(1);
    unregister(of(1, "a", "b.test"));
    unregister(of(2, "a", "a.test"));
    unregister(of(9, "a", "a.test"));
    assertThat(find("a.test", "/")).isEqualTo("none");
    assertThat(registry.routes()).isZero();
    assertThat(registry.endpoints()).isZero();
  }

  @Test
  void aPortThatWentToAnotherAppServesTheOldOneNoMore() {
    register(of(1, "old", "old.test"));
    register(of(1, "new", "new.test"));
    assertThat(find("old.test", "/")).isEqualTo("none");
    assertThat(ports("new.test")).containsExactly(1);
    unregister(of(1, "old", "new.test")); // late, and of the app that is gone
    assertThat(ports("new.test")).containsExactly(1);
  }

  @Test
  void whatNobodyRegistersAnyMoreIsRemovedUriByUri() {
    register(of(1, "a", "a.test", "b.test"));
    now = 100 * SECOND;
    register(of(1, "a", "a.test"));
    now = 121 * SECOND;
    assertThat(registry.prune(now)).isEqualTo(1);
    assertThat(find("a.test", "/")).isEqualTo("a.test");
    assertThat(find("b.test", "/")).isEqualTo("none");
    now = 221 * SECOND;
    assertThat(registry.prune(now)).isEqualTo(1);
    assertThat(registry.endpoints()).isZero();
  }

  @ParameterizedTest
  @CsvSource({"10, 11, true", "10, 9, false", "500, 119, false", "500, 121, true", "0, 119, false"})
  void aRegistrationMayOnlyShortenTheThreshold(int threshold, int after, boolean pruned) {
    register(
        new RouterRegister(
            "10.0.0.1",
            1,
            null,
            List.of("a.test"),
            null,
            "a",
            null,
            null,
            null,
            null,
            threshold,
            null,
            null,
            null,
            null,
            null,
            null,
            null));
    assertThat(registry.prune(after * SECOND)).isEqualTo(pruned ? 1 : 0);
  }

  @ParameterizedTest
  @ValueSource(
      longs = {-3_000, 0, (1L << 31) - 60_000, (1L << 32) - 60_000, Long.MAX_VALUE / 2_000_000})
  void whateverTheClockSaysTheThresholdIsTheSame(long startMillis) {
    now = startMillis * 1_000_000;
    register(of(1, "a", "a.test"));
    assertThat(registry.prune(now + 119 * SECOND)).isZero();
    assertThat(registry.prune(now + 121 * SECOND)).isEqualTo(1);
  }

  @Test
  void refusesAThresholdThatItCannotCount() {
    assertThatThrownBy(() ->
            new RouteRules(
                Duration.ofSeconds(30),
                Duration.ofDays(2),
                Duration.ZERO,
                Set.of(),
                Isolation.NONE))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("stale_threshold");
  }

  @Test
  void afterTheBusWasAwayEverybodyHasTheWholeThresholdAgain() {
    register(of(1, "a", "a.test"));
    registry.refreshAll(200 * SECOND);
    assertThat(registry.prune(310 * SECOND)).isZero();
    assertThat(registry.prune(321 * SECOND)).isEqualTo(1);
  }

  @Test
  void anEmptyRouteMayLinger() {
    registry = registry(Duration.ofSeconds(10));
    register(of(1, "a", "a.test"));
    unregister(of(1, "a", "a.test"));
    assertThat(find("a.test", "/")).isEqualTo("empty");
    registry.prune(11 * SECOND);
    assertThat(find("a.test", "/")).isEqualTo("none");
  }

  @Test
  void theHostsOfThePlatformAreNotForApps() {
    register(of(1, "thief", "api.test"), of(1, "thief", "API.test/v3"), of(1, "thief", "*.test"));
    assertThat(refused).containsExactly(Reason.RESERVED_HOST, Reason.RESERVED_HOST);
    assertThat(find("api.test", "/v3")).isEqualTo("none");
    assertThat(find("shop.test", "/")).isEqualTo("*.test");
    register(RouterRegister.component("cc", "10.0.0.9", 9, List.of("api.test")));
    assertThat(ports("api.test")).containsExactly(9);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "",
        "/",
        "a..test",
        "a b.test",
        "a.*.test",
        "*",
        "**.test",
        "a*.test",
        "http://a.test",
        "a.test/\u0001",
        "-\u00e4.test",
        "a.test:port"
      })
  void refusesAUriThatIsNone(String uri) {
    register(of(1, "a", uri));
    assertThat(refused).containsExactly(Reason.URI);
    assertThat(registry.routes()).isZero();
  }

  @ParameterizedTest
  @ValueSource(strings = {"localhost", "", "10.0.0", "10.0.0.1; rm", "evil.test"})
  void refusesAHostThatIsNoAddress(String host) {
    register(RouterRegister.component("c", host, 1, List.of("a.test")));
    assertThat(refused).containsExactly(Reason.HOST);
  }

  @Test
  void refusesWhatCannotStandInAHeader() {
    register(
        RouterRegister.instance(
            "10.0.0.1", 1, List.of("a.test"), "a\r\nX-Admin: 1", "dea", "i", 0, Map.of()));
    assertThat(refused).containsExactly(Reason.VALUE);
  }

  @Test
  void refusesPortsThatAreNone() {
    register(
        RouterRegister.component("c", "10.0.0.1", 0, List.of("a.test")),
        RouterRegister.component("c", "10.0.0.1", 70_000, List.of("a.test")));
    assertThat(refused).containsExactly(Reason.PORT, Reason.PORT);
  }

  @ParameterizedTest
  @CsvSource({
    "ALL,                 '1,2,3'",
    "SEGMENTS,            '2'",
    "SHARED_AND_SEGMENTS, '1,2'",
  })
  void servesTheSegmentsItIsFor(Isolation.Mode mode, String taken) {
    registry = isolated(mode, "gold");
    register(detailed(1, null, null), detailed(2, "gold", null), detailed(3, "red", null));
    assertThat(ports("a.test").stream().map(String::valueOf).toList())
        .containsExactly(taken.split(","));
    assertThat(refused).as("they are another router's").isEmpty();
  }

  @Test
  void letsGoOfWhatMovesToAnotherSegment() {
    registry = isolated(Isolation.Mode.SHARED_AND_SEGMENTS, "gold");
    register(detailed(1, "gold", null), detailed(1, "red", null));
    assertThat(find("a.test", "/")).isEqualTo("none");
    assertThat(registry.endpoints()).isZero();
  }

  @Test
  void theLastRegistrationSaysHowARouteIsBalanced() {
    register(detailed(1, null, null));
    Pool pool = Objects.requireNonNull(registry.table().find("a.test", ""));
    assertThat(pool.balancing(Balancing.LEAST_CONNECTION)).isEqualTo(Balancing.LEAST_CONNECTION);
    register(detailed(2, null, "least-connection"));
    assertThat(pool.balancing(Balancing.ROUND_ROBIN)).isEqualTo(Balancing.LEAST_CONNECTION);
    register(detailed(3, null, "round-robin"), detailed(4, null, "by-the-moon"));
    assertThat(pool.balancing(Balancing.LEAST_CONNECTION)).isEqualTo(Balancing.LEAST_CONNECTION);
    register(detailed(3, null, "round-robin"));
    assertThat(pool.balancing(Balancing.LEAST_CONNECTION)).isEqualTo(Balancing.ROUND_ROBIN);
  }

  @Test
  void whatIsKeptInShortReadsAsItWasSaid() {
    Map<String, String> tags =
        Map.of(
            "component", "dea",
            "state", "asleep",
            "concurrency", "7",
            "instance_id", "7",
            "process_id", "0f8fad5b-d9cb-469f-a165-70867728950e",
            "process_instance_id", "i",
            "odd", "\0a",
            "app_name", "a name of some length");
    register(
        RouterRegister.instance("10.0.0.1", 1, List.of("a.test"), "7", "dea", "i", 7, tags),
        RouterRegister.instance("::1", 2, List.of("a.test"), "b", "dea", "j", 8, tags));
    Endpoint[] endpoints = Objects.requireNonNull(registry.table().find("a.test", "")).endpoints();
    for (int round = 0; round < 2; round++) {
      assertThat(endpoints[0].identity())
          .isEqualTo(new Endpoint.Identity("10.0.0.1:1", 1, "7", "i", "7", tags, 120, "", "", ""));
      assertThat(endpoints[1].identity())
          .isEqualTo(new Endpoint.Identity("[::1]:2", 2, "b", "j", "8", tags, 120, "", "", ""));
      assertThat(endpoints[1].concurrency()).isEqualTo(7);
      assertThat(new String(endpoints[0].identityHeaders(), StandardCharsets.ISO_8859_1))
          .isEqualTo("X-CF-ApplicationID: 7\r\nX-CF-InstanceID: i\r\nX-CF-InstanceIndex: 7\r\n");
      registry.prune(now); // forgets what was made readable
    }
  }

  @Test
  void whoeverIsStillToBeConnectedIsToldThatTheAppIsGone() {
    register(of(1, "old", "old.test", "other.test"));
    Endpoint old = Objects.requireNonNull(registry.table().find("old.test", "")).endpoints()[0];
    unregister(of(1, "old", "other.test"));
    assertThat(old.isGone()).isFalse();
    register(of(1, "new", "new.test"));
    assertThat(old.isGone()).isTrue();
    assertThat(
            Objects.requireNonNull(registry.table().find("new.test", "")).endpoints()[0].isGone())
        .isFalse();
  }

  @Test
  void aHundredThousandRoutesAreUsableAtOnce() {
    List<Update> flood = new ArrayList<>();
    for (int i = 0; i < 100_000; i++) {
      flood.add(
          new Update(
              Update.Kind.REGISTER, of(1 + i % 60_000, "a" + i % 60_000, "host" + i + ".test")));
    }
    registry.apply(flood, now, e -> refused.add(e.reason()));
    assertThat(registry.routes()).isEqualTo(100_000);
    assertThat(find("host99999.test", "/")).isEqualTo("host99999.test");
  }

  /** Each name must not look at all the others: that is minutes for these. */
  @Test
  @Timeout(20)
  void anInstanceMayHaveAsManyNamesAsThereAre() {
    String[] names = new String[300_000];
    Arrays.setAll(names, i -> "host" + i + ".test");
    register(of(1, "a", names));
    register(of(1, "a", names));
    assertThat(registry.routes()).isEqualTo(names.length);
    assertThat(ports("host299999.test")).containsExactly(1);
    unregister(of(1, "a", Arrays.copyOf(names, names.length - 1)));
    assertThat(registry.routes()).isEqualTo(1);
    now = 121 * SECOND;
    assertThat(registry.prune(now)).isEqualTo(1);
    assertThat(registry.endpoints()).isZero();
  }

  @Test
  void keepsWhatIsSaidOfOneRouteFromTheOthersOfAnInstance() {
    RouterRegister.Options fewest = new RouterRegister.Options("least-connection", "5/s", "on");
    register(of(1, "a", "plain.test"), of(1, "a", "special.test").with(fewest));
    Pool plain = pool("plain.test");
    Pool special = pool("special.test");
    Endpoint instance = plain.endpoints()[0];
    register(of(1, "a", "plain.test"), of(1, "a", "special.test").with(fewest));
    // The same object: kept connections go by it.
    assertThat(plain.endpoints()[0]).isSameAs(instance).isSameAs(special.endpoints()[0]);
    assertThat(plain.options()).isEqualTo(RouteOptions.NONE);
    assertThat(special.options())
        .isEqualTo(
            new RouteOptions(
                "", Balancing.LEAST_CONNECTION, new RateLimit(5, Duration.ofSeconds(1)), true));
    register(of(1, "a", "special.test"));
    assertThat(special.options()).isEqualTo(RouteOptions.NONE);
    assertThat(special.endpoints()[0]).isSameAs(instance);
  }

  private Pool pool(String host) {
    return Objects.requireNonNull(registry.table().find(host, ""));
  }
}
