package bellows.contracts.routing;

import com.fasterxml.jackson.annotation.JsonProperty;
import java.util.List;
import java.util.Objects;

/**
 * Subject router.start, and the answer to router.greet: register at once, and then each interval
 * (reference/messages.md, section 1.4).
 *
 * @param id {@code <index>-<uuid>}
 * @param hosts one local IP
 */
public record RouterGreeting(
    String id,
    List<String> hosts,
    @JsonProperty("minimumRegisterIntervalInSeconds") int registerIntervalSeconds,
    @JsonProperty("pruneThresholdInSeconds") int pruneThresholdSeconds) {
  public RouterGreeting {
    hosts = Objects.requireNonNullElse(hosts, List.of());
  }
}
