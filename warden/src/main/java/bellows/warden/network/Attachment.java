package bellows.warden.network;

import bellows.warden.PortMapping;
import java.nio.file.Path;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * How a container hangs on the network; kept in its record.
 *
 * @param ip its address
 * @param veth name of the host's end of its cable
 * @param netns name under /run/netns
 * @param denied ranges it may not connect to
 */
public record Attachment(
    String ip, String veth, String netns, @Nullable PortMapping port, List<String> denied) {
  public Attachment {
    denied = List.copyOf(denied);
  }

  /** The network namespace as a file. */
  public Path namespace() {
    return Path.of("/run/netns", netns);
  }
}
