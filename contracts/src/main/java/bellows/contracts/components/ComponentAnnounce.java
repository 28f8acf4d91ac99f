package bellows.contracts.components;

import com.fasterxml.jackson.annotation.JsonInclude;
import java.util.List;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * Subject vcap.component.announce, and the answer to vcap.component.discover (with {@code uptime}):
 * where a part's /varz and /healthz are (reference/messages.md, section 1.5).
 *
 * @param host {@code ip:port} of the status server
 * @param credentials user and password of basic auth
 * @param start {@code YYYY-MM-DD HH:MM:SS +ZZZZ}
 * @param uptime {@code 0d:0h:0m:0s}
 */
@JsonInclude(JsonInclude.Include.NON_NULL)
public record ComponentAnnounce(
    String type,
    int index,
    String uuid,
    String host,
    List<String> credentials,
    String start,
    @Nullable String uptime) {
  public ComponentAnnounce {
    credentials = Objects.requireNonNullElse(credentials, List.of());
  }
}
