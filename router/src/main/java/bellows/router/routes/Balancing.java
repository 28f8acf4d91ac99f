package bellows.router.routes;

import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** How a route's requests are spread; {@code options.loadbalancing} of a registration. */
public enum Balancing {
  ROUND_ROBIN("round-robin"),
  LEAST_CONNECTION("least-connection");

  private final String wireName;

  Balancing(String wireName) {
    this.wireName = wireName;
  }

  /** As registrations and /routes call it. */
  public String wireName() {
    return wireName;
  }

  /** Absent for none, and for one that is not known here: the router's own is used then. */
  static Optional<Balancing> named(@Nullable String name) {
    for (Balancing each : values()) {
      if (each.wireName.equals(name)) {
        return Optional.of(each);
      }
    }
    return Optional.empty();
  }
}
