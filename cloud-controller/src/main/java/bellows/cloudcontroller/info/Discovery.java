package bellows.cloudcontroller.info;

import bellows.cloudcontroller.api.Links;
import bellows.cloudcontroller.api.ResourceBody;
import bellows.cloudcontroller.feature.Feature;
import bellows.http.Reply;
import bellows.http.Request;
import bellows.http.Route;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** {@code /}, {@code /v3}, {@code /v3/info} and {@code /v2/info}: open to everyone. */
public final class Discovery implements Feature {
  private static final String NAME = "Bellows";
  private static final String DESCRIPTION = "A platform as a service in Java";
  private static final String BROKER_API = "2.15";

  /** cf-java-client compares it with what it was made for, and only logs a difference. */
  private static final String V2_VERSION = "2.272.0";

  private static final List<String> COLLECTIONS =
      List.of(
          "app_usage_events",
          "apps",
          "audit_events",
          "buildpacks",
          "builds",
          "deployments",
          "domains",
          "droplets",
          "environment_variable_groups",
          "feature_flags",
          "info",
          "isolation_segments",
          "organizations",
          "organization_quotas",
          "packages",
          "processes",
          "resource_matches",
          "roles",
          "routes",
          "security_groups",
          "service_brokers",
          "service_instances",
          "service_credential_bindings",
          "service_offerings",
          "service_plans",
          "service_route_bindings",
          "service_usage_events",
          "spaces",
          "space_quotas",
          "stacks",
          "tasks",
          "users");

  private final String apiVersion;
  private final boolean routing;

  /**
   * @param apiVersion of V3; clients ask for more as it rises (reference/api.md, 1.4)
   * @param routing whether there are router groups
   */
  public Discovery(String apiVersion, boolean routing) {
    this.apiVersion = apiVersion;
    this.routing = routing;
  }

  @Override
  public List<Route> routes() {
    return List.of(
        Route.get("/", this::root),
        Route.get("/v3", Discovery::v3),
        Route.get("/v3/info", Discovery::v3Info),
        Route.get("/v2/info", Discovery::v2Info));
  }

  private Reply root(Request request) {
    Links api = new Links(request.baseUrl());
    Map<String, @Nullable Object> links = new LinkedHashMap<>();
    links.put("self", api.link(""));
    links.put("cloud_controller_v2", null);
    Map<String, Object> v3 = api.link("/v3");
    v3.put("meta", Map.of("version", apiVersion));
    links.put("cloud_controller_v3", v3);
    links.put("login", sibling(request, "login").link(""));
    links.put("uaa", sibling(request, "uaa").link(""));
    links.put("log_cache", sibling(request, "log-cache").link(""));
    for (String absent :
        List.of(
            "logging",
            "log_stream",
            "network_policy_v0",
            "network_policy_v1",
            "routing",
            "credhub",
            "app_ssh")) {
      links.put(absent, null);
    }
    if (routing) {
      links.put("routing", api.link("/routing"));
    }
    return Reply.ok(Map.of("links", links));
  }

  /**
   * The address of another part. All are served by one server, so who reached the API by another
   * name than {@code api.<domain>}, such as an address, reaches the others by that name too.
   */
  private static Links sibling(Request request, String host) {
    return new Links(request.baseUrl().replaceFirst("://api\\.", "://" + host + "."));
  }

  private static Reply v3(Request request) {
    Links api = new Links(request.baseUrl());
    Map<String, Object> links = new LinkedHashMap<>();
    links.put("self", api.link("/v3"));
    COLLECTIONS.forEach(name -> links.put(name, api.link("/v3/" + name)));
    return Reply.ok(Map.of("links", links));
  }

  private static Reply v3Info(Request request) {
    Map<String, Object> cli = new LinkedHashMap<>();
    cli.put("minimum", "");
    cli.put("recommended", "");
    Map<String, Object> limits = new LinkedHashMap<>();
    limits.put("enabled", false);
    limits.put("general_limit", 0);
    limits.put("reset_interval_in_minutes", 0);
    return ResourceBody.bare(new Links(request.baseUrl()))
        .put("build", "")
        .put("cli_version", cli)
        .put("custom", Map.of())
        .put("description", DESCRIPTION)
        .put("name", NAME)
        .put("version", 0)
        .put("osbapi_version", BROKER_API)
        .put("rate_limits", limits)
        .link("self", "/v3/info")
        .reply(200);
  }

  private static Reply v2Info(Request request) {
    Map<String, @Nullable Object> body = new LinkedHashMap<>();
    body.put("name", NAME);
    body.put("build", "");
    body.put("support", "");
    body.put("version", 0);
    body.put("description", DESCRIPTION);
    body.put("authorization_endpoint", sibling(request, "login").base());
    body.put("token_endpoint", sibling(request, "uaa").base());
    body.put("min_cli_version", null);
    body.put("min_recommended_cli_version", null);
    body.put("app_ssh_endpoint", null);
    body.put("app_ssh_host_key_fingerprint", null);
    body.put("app_ssh_oauth_client", null);
    body.put("doppler_logging_endpoint", null);
    body.put("api_version", V2_VERSION);
    body.put("osbapi_version", BROKER_API);
    return Reply.ok(body);
  }
}
