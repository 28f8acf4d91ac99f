package bellows.uaa.clients;

import java.time.Duration;
import java.util.List;
import java.util.Set;

/** The clients that every Cloud Foundry has (api.md, section 2.6). */
public final class DefaultClients {
  private static final Set<String> CF_SCOPES =
      Set.of(
          "clients.read",
          "cloud_controller.admin",
          "cloud_controller.admin_read_only",
          "cloud_controller.global_auditor",
          "cloud_controller.read",
          "cloud_controller.write",
          "cloud_controller_service_permissions.read",
          "doppler.firehose",
          "logs.admin",
          "network.admin",
          "network.write",
          "openid",
          "password.write",
          "routing.router_groups.read",
          "routing.router_groups.write",
          "scim.create",
          "scim.read",
          "scim.userids",
          "scim.write",
          "uaa.admin",
          "uaa.user");

  private DefaultClients() {}

  public static List<Client> all(Duration accessTokenValid, Duration refreshTokenValid) {
    return List.of(
        new Client(
            "cf",
            null,
            Set.of("password", "refresh_token"),
            CF_SCOPES,
            Set.of("uaa.none"),
            accessTokenValid,
            refreshTokenValid),
        new Client(
            "ssh-proxy",
            null,
            Set.of("authorization_code"),
            Set.of("cloud_controller.read", "cloud_controller.write", "openid"),
            Set.of("uaa.none"),
            accessTokenValid,
            refreshTokenValid));
  }
}
