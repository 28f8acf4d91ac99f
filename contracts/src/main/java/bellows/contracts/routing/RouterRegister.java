package bellows.contracts.routing;

import com.fasterxml.jackson.annotation.JsonInclude;
import com.fasterxml.jackson.annotation.JsonProperty;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * Subjects router.register and router.unregister: these uris are served at host:port
 * (reference/messages.md, section 1.3).
 *
 * @param host backend IP
 * @param port plain HTTP port; absent only when {@code tlsPort} is there
 * @param tlsPort a port above 0 wins over {@code port} and means TLS to the backend
 * @param uris {@code host} or {@code host/path}, without scheme; {@code *.domain} allowed
 * @param protocol {@code http1} (default) or {@code http2}
 * @param app the app's guid, for logs and X-CF-ApplicationID
 * @param privateInstanceId value of the sticky cookie and X-CF-InstanceID
 * @param privateInstanceIndex a string such as "0": gorouter drops the message when it is a number
 * @param tags strings only; {@code component}, {@code process_id}, {@code state} ({@code awake} or
 *     {@code asleep})
 * @param staleThresholdSeconds may only shorten the router's own threshold
 * @param tcpPorts ours: ports of the router that lead to host:port with no protocol looked at; then
 *     {@code uris} may be empty, so that a historic router does nothing
 * @param endpointUpdatedAtNanos nanoseconds since 1970, for a latency metric only
 */
@JsonInclude(JsonInclude.Include.NON_NULL)
public record RouterRegister(
    String host,
    @Nullable Integer port,
    @JsonProperty("tls_port") @Nullable Integer tlsPort,
    List<String> uris,
    @Nullable String protocol,
    @Nullable String app,
    @Nullable String dea,
    @JsonProperty("private_instance_id") @Nullable String privateInstanceId,
    @JsonProperty("private_instance_index") @Nullable String privateInstanceIndex,
    @Nullable Map<String, String> tags,
    @JsonProperty("stale_threshold_in_seconds") @Nullable Integer staleThresholdSeconds,
    @JsonProperty("route_service_url") @Nullable String routeServiceUrl,
    @JsonProperty("server_cert_domain_san") @Nullable String serverCertDomainSan,
    @JsonProperty("isolation_segment") @Nullable String isolationSegment,
    @JsonProperty("availability_zone") @Nullable String availabilityZone,
    @JsonProperty("endpoint_updated_at_ns") @Nullable Long endpointUpdatedAtNanos,
    @Nullable Options options,
    @JsonProperty("tcp_ports") @Nullable List<Integer> tcpPorts) {
  public RouterRegister {
    uris = Objects.requireNonNullElse(uris, List.of());
  }

  /** Whoever connects to one of these ports of a router reaches host:port, whatever it speaks. */
  public static RouterRegister tcp(
      String host, int port, @Nullable String app, List<Integer> tcpPorts) {
    return new RouterRegister(
        host, port, null, List.of(), null, app, null, null, null, null, null, null, null, null,
        null, null, null, tcpPorts);
  }

  /**
   * Per-route options.
   *
   * @param loadbalancing {@code round-robin} or {@code least-connection}
   * @param rateLimit ours: what each client may ask for, such as {@code 100/m} (units s, m, h);
   *     {@code off} lifts the limit of the platform
   * @param compression ours: {@code on} or {@code off}
   */
  @JsonInclude(JsonInclude.Include.NON_NULL)
  public record Options(
      @Nullable String loadbalancing,
      @JsonProperty("rate_limit") @Nullable String rateLimit,
      @Nullable String compression) {
    /** Only how requests are spread. */
    public Options(@Nullable String loadbalancing) {
      this(loadbalancing, null, null);
    }
  }

  /** The same with these options. */
  public RouterRegister with(Options newOptions) {
    return copy(uris, new UriOptions(newOptions, routeServiceUrl), tcpPorts);
  }

  /** The same, with all that is wanted of its uris. */
  public RouterRegister with(UriOptions wanted) {
    return copy(uris, wanted, tcpPorts);
  }

  /** The same of other uris, and without TCP routes. */
  public RouterRegister withUris(List<String> others) {
    return copy(others, new UriOptions(options, routeServiceUrl), null);
  }

  /** The same with these TCP routes beside its uris. */
  public RouterRegister withTcpPorts(List<Integer> ports) {
    return copy(uris, new UriOptions(options, routeServiceUrl), ports.isEmpty() ? null : ports);
  }

  private RouterRegister copy(
      List<String> newUris, UriOptions wanted, @Nullable List<Integer> newTcpPorts) {
    return new RouterRegister(
        host,
        port,
        tlsPort,
        newUris,
        protocol,
        app,
        dea,
        privateInstanceId,
        privateInstanceIndex,
        tags,
        staleThresholdSeconds,
        wanted.routeServiceUrl(),
        serverCertDomainSan,
        isolationSegment,
        availabilityZone,
        endpointUpdatedAtNanos,
        wanted.options(),
        newTcpPorts);
  }

  /** A part of the platform that answers HTTP for {@code uris}. */
  public static RouterRegister component(
      String component, String host, int port, List<String> uris) {
    return new RouterRegister(
        host,
        port,
        null,
        uris,
        null,
        null,
        null,
        null,
        null,
        Map.of("component", component),
        null,
        null,
        null,
        null,
        null,
        null,
        null,
        null);
  }

  /** An instance of an app. */
  public static RouterRegister instance(
      String host,
      int port,
      List<String> uris,
      String app,
      String dea,
      String instanceId,
      int index,
      Map<String, String> tags) {
    return new RouterRegister(
        host,
        port,
        null,
        uris,
        null,
        app,
        dea,
        instanceId,
        Integer.toString(index),
        tags,
        null,
        null,
        null,
        null,
        null,
        null,
        null,
        null);
  }
}
