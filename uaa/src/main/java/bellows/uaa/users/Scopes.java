package bellows.uaa.users;

import java.util.Set;
import java.util.TreeSet;

/** Which scopes users have from the start (api.md, section 2.6). */
public final class Scopes {
  /** Of everybody. */
  public static final Set<String> DEFAULT =
      Set.of(
          "approvals.me",
          "cloud_controller.read",
          "cloud_controller.write",
          "cloud_controller_service_permissions.read",
          "oauth.approvals",
          "openid",
          "password.write",
          "profile",
          "roles",
          "scim.me",
          "scim.userids",
          "uaa.offline_token",
          "uaa.user",
          "user_attributes");

  private static final Set<String> ONLY_ADMIN =
      Set.of(
          "clients.read",
          "cloud_controller.admin",
          "doppler.firehose",
          "network.admin",
          "routing.router_groups.read",
          "routing.router_groups.write",
          "scim.read",
          "scim.write",
          "uaa.admin");

  private Scopes() {}

  /** Of the platform's administrator. */
  public static Set<String> admin() {
    Set<String> all = new TreeSet<>(DEFAULT);
    all.addAll(ONLY_ADMIN);
    return all;
  }
}
