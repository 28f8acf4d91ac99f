package bellows.contracts.routing;

import com.fasterxml.jackson.annotation.JsonInclude;
import com.fasterxml.jackson.annotation.JsonProperty;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * Subject bellows.route.grants: who may register what, for routers that believe no one else about
 * it (reference/robustness.md, B3). Each grant replaces the former one of the same app.
 *
 * @param round of a full list, the same in all its parts: an app in none of them has no grant any
 *     more; absent in news about single apps
 * @param parts how many messages the full list has
 */
@JsonInclude(JsonInclude.Include.NON_NULL)
public record RouteGrants(@Nullable Long round, @Nullable Integer parts, List<Grant> grants) {
  /** Half of what the bus carries in a message. A grant that is longer has a part of its own. */
  private static final int PART_CHARACTERS = 500_000;

  public RouteGrants {
    grants = Objects.requireNonNullElse(grants, List.of());
  }

  /**
   * @param app its guid; empty for parts of the platform, which no full list takes away
   * @param uris as they are registered
   * @param addresses of the instances, {@code ip:port}
   * @param tcpPorts of the routers, for TCP routes
   */
  public record Grant(
      String app,
      List<String> uris,
      List<String> addresses,
      @JsonProperty("tcp_ports") List<Integer> tcpPorts) {
    public Grant {
      app = Objects.requireNonNullElse(app, "");
      uris = Objects.requireNonNullElse(uris, List.of());
      addresses = Objects.requireNonNullElse(addresses, List.of());
      tcpPorts = Objects.requireNonNullElse(tcpPorts, List.of());
    }

    /** One without TCP routes. */
    public Grant(String app, List<String> uris, List<String> addresses) {
      this(app, uris, addresses, List.of());
    }

    /** About what it is as JSON. */
    private int characters() {
      return 100
          + uris.stream().mapToInt(uri -> uri.length() + 3).sum()
          + addresses.stream().mapToInt(address -> address.length() + 3).sum()
          + 6 * tcpPorts.size();
    }
  }

  /** The messages with news about some apps. */
  public static List<RouteGrants> news(List<Grant> grants) {
    return inParts(null, grants);
  }

  /** The messages that tell of all apps together. */
  public static List<RouteGrants> all(long round, List<Grant> grants) {
    return inParts(round, grants);
  }

  /** This part of a list without what it says, for one that is longer than the bus carries. */
  public RouteGrants emptied() {
    return new RouteGrants(round, parts, List.of());
  }

  private static List<RouteGrants> inParts(@Nullable Long round, List<Grant> grants) {
    List<List<Grant>> parts = new ArrayList<>();
    int begin = 0;
    int characters = 0;
    for (int i = 0; i < grants.size(); i++) {
      int more = grants.get(i).characters();
      if (i > begin && characters + more > PART_CHARACTERS) {
        parts.add(grants.subList(begin, i));
        begin = i;
        characters = 0;
      }
      characters += more;
    }
    parts.add(grants.subList(begin, grants.size()));
    Integer count = round == null ? null : parts.size();
    return parts.stream().map(part -> new RouteGrants(round, count, part)).toList();
  }
}
