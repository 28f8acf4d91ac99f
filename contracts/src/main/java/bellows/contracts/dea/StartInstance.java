package bellows.contracts.dea;

import bellows.contracts.ids.AppGuid;
import bellows.contracts.ids.AppVersion;
import bellows.contracts.ids.PlacementId;
import bellows.contracts.routing.RoutedUris;
import bellows.contracts.routing.UriOptions;
import com.fasterxml.jackson.annotation.JsonInclude;
import com.fasterxml.jackson.annotation.JsonProperty;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;

/**
 * Subject dea.&lt;id&gt;.start: run one instance (reference/messages.md, section 1.6). No reply;
 * lack of room shows as a crashed instance in the heartbeat. Sent again it changes nothing while
 * the placement has an instance of this version.
 *
 * @param sha1 the droplet's digest, checked after the download
 * @param executableUri signed address of the droplet, a gzipped tar
 * @param uris its routes; ours: a TCP route is {@code domain:port} ({@code RouteUris})
 * @param env {@code K=V}: running group, then the app's own, then CF_PROCESS_TYPE
 * @param services objects with at least name, label and credentials
 * @param startCommand wins over the command of the droplet
 * @param healthCheckTimeoutSeconds how long a start may take until the check passes; default 60
 * @param placement ours: the placement; absent from a historic controller
 * @param port ours: the placement's port on this host
 * @param processType ours: web, worker, ...
 * @param sleep ours: when it may sleep; absent means never
 * @param healthCheck ours: what is checked; absent means port when there are uris, else process
 * @param uriOptions ours: of uris of which more is wanted than that they lead here
 */
@JsonInclude(JsonInclude.Include.NON_NULL)
public record StartInstance(
    AppGuid droplet,
    int index,
    String name,
    AppVersion version,
    @Nullable String stack,
    @JsonProperty("cc_partition") @Nullable String partition,
    List<String> uris,
    @Nullable String sha1,
    @Nullable String executableUri,
    Limits limits,
    List<String> env,
    List<JsonNode> services,
    @JsonProperty("vcap_application") Map<String, Object> vcapApplication,
    @JsonProperty("start_command") @Nullable String startCommand,
    @JsonProperty("health_check_timeout") @Nullable Integer healthCheckTimeoutSeconds,
    @JsonProperty("egress_network_rules") @Nullable List<JsonNode> egressRules,
    @Nullable PlacementId placement,
    @Nullable Integer port,
    @JsonProperty("process_id") @Nullable String processId,
    @JsonProperty("process_type") @Nullable String processType,
    @JsonProperty("health_check") @Nullable HealthCheck healthCheck,
    @Nullable Sleep sleep,
    @JsonProperty("uri_options") @JsonInclude(JsonInclude.Include.NON_EMPTY)
        Map<String, UriOptions> uriOptions) {
  public StartInstance {
    uris = Objects.requireNonNullElse(uris, List.of());
    env = Objects.requireNonNullElse(env, List.of());
    services = Objects.requireNonNullElse(services, List.of());
    vcapApplication = Objects.requireNonNullElse(vcapApplication, Map.of());
    uriOptions = Objects.requireNonNullElse(uriOptions, Map.of());
  }

  /** One that wants nothing more of its uris. */
  public StartInstance(
      AppGuid droplet,
      int index,
      String name,
      AppVersion version,
      @Nullable String stack,
      @Nullable String partition,
      List<String> uris,
      @Nullable String sha1,
      @Nullable String executableUri,
      Limits limits,
      List<String> env,
      List<JsonNode> services,
      Map<String, Object> vcapApplication,
      @Nullable String startCommand,
      @Nullable Integer healthCheckTimeoutSeconds,
      @Nullable List<JsonNode> egressRules,
      @Nullable PlacementId placement,
      @Nullable Integer port,
      @Nullable String processId,
      @Nullable String processType,
      @Nullable HealthCheck healthCheck,
      @Nullable Sleep sleep) {
    this(
        droplet,
        index,
        name,
        version,
        stack,
        partition,
        uris,
        sha1,
        executableUri,
        limits,
        env,
        services,
        vcapApplication,
        startCommand,
        healthCheckTimeoutSeconds,
        egressRules,
        placement,
        port,
        processId,
        processType,
        healthCheck,
        sleep,
        Map.of());
  }

  /** Its uris with what is wanted of them. */
  public RoutedUris routed() {
    return new RoutedUris(uris, uriOptions);
  }

  /**
   * @param mem MB
   * @param disk MB
   * @param fds open files
   * @param logBytesPerSecond ours: log rate limit, absent or -1 for none
   */
  @JsonInclude(JsonInclude.Include.NON_NULL)
  public record Limits(
      int mem,
      int disk,
      int fds,
      @JsonProperty("log_bytes_per_second") @Nullable Long logBytesPerSecond) {}

  /**
   * @param type port, http or process
   * @param endpoint path of the http check
   * @param invocationTimeoutSeconds how long one check may take, default 1
   * @param intervalSeconds time between checks of a running instance, default 30
   */
  @JsonInclude(JsonInclude.Include.NON_NULL)
  public record HealthCheck(
      String type,
      @Nullable String endpoint,
      @JsonProperty("invocation_timeout") @Nullable Integer invocationTimeoutSeconds,
      @JsonProperty("interval") @Nullable Integer intervalSeconds) {}

  /**
   * When an instance may sleep. A sleeping instance keeps its placement, its port and its route;
   * the next connection starts it.
   *
   * @param afterSeconds without traffic; absent means it never sleeps
   * @param maxLifetimeSeconds after which a fresh container takes over; absent means none
   * @param concurrency requests in flight up to which routers prefer an awake instance
   * @param wakeOnConnect true wakes on a bare connection (TCP routes); false waits for a first byte
   * @param startAsleep true makes the placement without starting it: the first caller does
   * @param wakePage true lets routers show browsers a page while it wakes; tag {@code wake_page} of
   *     its registrations
   */
  @JsonInclude(JsonInclude.Include.NON_NULL)
  public record Sleep(
      @JsonProperty("after") @Nullable Integer afterSeconds,
      @JsonProperty("max_lifetime") @Nullable Integer maxLifetimeSeconds,
      int concurrency,
      @JsonProperty("wake_on_connect") boolean wakeOnConnect,
      @JsonProperty("start_asleep") boolean startAsleep,
      @JsonProperty("wake_page") @Nullable Boolean wakePage) {
    /** Requests in flight per instance before a sleeping one is woken. */
    public static final int DEFAULT_CONCURRENCY = 50;

    /** One without a page. */
    public Sleep(
        @Nullable Integer afterSeconds,
        @Nullable Integer maxLifetimeSeconds,
        int concurrency,
        boolean wakeOnConnect,
        boolean startAsleep) {
      this(afterSeconds, maxLifetimeSeconds, concurrency, wakeOnConnect, startAsleep, null);
    }
  }
}
