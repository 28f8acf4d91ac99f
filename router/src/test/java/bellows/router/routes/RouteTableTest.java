package bellows.router.routes;

import static org.assertj.core.api.Assertions.assertThat;

import bellows.contracts.routing.RouterRegister;
import bellows.router.routes.RouteRegistry.Update;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

/** The table against a plain map, through many random changes: an invariant instead of examples. */
class RouteTableTest {
  private static final int PORTS = 60;

  private final RouteRegistry registry = new RouteRegistry(RouteRules.DEFAULT);
  private final Random random = new Random(11);
  private final Map<String, Set<Integer>> expected = new HashMap<>();

  private String uri(int hosts) {
    String host = (random.nextInt(8) == 0 ? "*.h" : "h") + random.nextInt(hosts) + ".apps.test";
    return switch (random.nextInt(6)) {
      case 0 -> host + "/a";
      case 1 -> host + "/a/b";
      case 2 -> host + "/c";
      default -> host;
    };
  }

  private static Update update(Update.Kind kind, int port, String uri) {
    return new Update(kind, RouterRegister.component("c", "10.0.0.1", port, List.of(uri)));
  }

  private void change(int hosts) {
    String uri = uri(hosts);
    int port = 1 + random.nextInt(PORTS);
    boolean comes = random.nextInt(5) > 1;
    registry.apply(
        List.of(update(comes ? Update.Kind.REGISTER : Update.Kind.UNREGISTER, port, uri)),
        0,
        e -> {
          throw e;
        });
    if (comes) {
      expected.computeIfAbsent(uri, key -> new TreeSet<>()).add(port);
    } else {
      expected.computeIfPresent(
          uri,
          (key, ports) -> {
            ports.remove(port);
            return ports.isEmpty() ? null : ports;
          });
    }
  }

  @Test
  void isWhatCameAndWent() {
    for (int hosts : new int[] {3, 40, 3000}) {
      for (int i = 0; i < 8_000; i++) {
        change(hosts);
      }
      Map<String, Set<Integer>> found = new HashMap<>();
      registry.forEach(pool -> found.put(pool.uri().toString(), ports(pool)));
      assertThat(found).isEqualTo(expected);
      assertThat(registry.routes()).isEqualTo(expected.size());
      for (int i = 0; i < 2_000; i++) {
        checkLookup(hosts);
      }
    }
  }

  private void checkLookup(int hosts) {
    String host = "h" + random.nextInt(hosts + 2) + ".apps.test";
    String asked = random.nextInt(3) == 0 ? "xx." + host : host;
    String path = List.of("", "/a", "/a/b", "/a/b/c", "/ab", "/c", "/d/a").get(random.nextInt(7));
    Pool pool = registry.table().find(asked, path);
    assertThat(pool == null ? null : pool.uri().toString())
        .as(asked + path)
        .isEqualTo(byTheBook(asked, path));
  }

  /** As reference/messages.md says it. */
  private @Nullable String byTheBook(String host, String path) {
    for (String name = host; ; name = "*" + name.substring(name.indexOf('.', 2))) {
      for (String rest = path; ; rest = rest.substring(0, rest.lastIndexOf('/'))) {
        if (expected.containsKey(name + rest)) {
          return name + rest;
        }
        if (rest.isEmpty()) {
          break;
        }
      }
      if (name.indexOf('.', 2) < 0) {
        return null;
      }
    }
  }

  @Test
  void aTableThatIsReadDoesNotChange() {
    for (int i = 0; i < 500; i++) {
      change(100);
    }
    RouteTable before = registry.table();
    Set<String> uris = new TreeSet<>();
    before.forEach(pool -> uris.add(pool.uri().toString()));
    for (int i = 0; i < 5_000; i++) {
      change(1_000);
    }
    Set<String> still = new TreeSet<>();
    before.forEach(pool -> still.add(pool.uri().toString()));
    assertThat(still).isEqualTo(uris);
    assertThat(registry.table().routes()).isNotEqualTo(before.routes());
  }

  private static Set<Integer> ports(Pool pool) {
    Set<Integer> ports = new TreeSet<>();
    for (Endpoint endpoint : pool.endpoints()) {
      ports.add(endpoint.identity().port());
    }
    return ports;
  }
}
