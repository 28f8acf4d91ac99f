package bellows.cloudcontroller.routergroups;

import bellows.contracts.routing.PortRange;
import java.util.LinkedHashMap;
import java.util.Map;

/**
 * The routers that listen for TCP routes. There is one group, as all routers have the same ports.
 *
 * @param ports that TCP routes may have
 */
public record RouterGroup(PortRange ports) {
  /** The same on every platform, as the group is no row that somebody made. */
  public static final String GUID = "1a9d6f2e-3f0b-4d55-9f7c-6a0c2b8e4d10";

  static final String NAME = "default-tcp";

  /** As the routing API shows it, which is not V3's. */
  Map<String, Object> body() {
    Map<String, Object> body = new LinkedHashMap<>();
    body.put("guid", GUID);
    body.put("name", NAME);
    body.put("type", "tcp");
    body.put("reservable_ports", ports.toString());
    return body;
  }
}
