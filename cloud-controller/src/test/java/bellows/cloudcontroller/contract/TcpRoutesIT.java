package bellows.cloudcontroller.contract;

import static org.assertj.core.api.Assertions.assertThat;

import bellows.cloudcontroller.testing.Answer;
import bellows.cloudcontroller.testing.ApiClient;
import bellows.cloudcontroller.testing.TestController;
import bellows.contracts.routing.PortRange;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;

/** Routes that are a port of the routers. */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class TcpRoutesIT {
  private static final PortRange PORTS = new PortRange(1024, 1029);

  private TestController controller;
  private ApiClient admin;
  private int tests;
  private String orgName;
  private String org;
  private String space;
  private String domain;

  @BeforeAll
  void start() {
    controller = new TestController(config -> config.tcpPorts(PORTS));
    admin = controller.admin();
  }

  @AfterAll
  void close() {
    controller.close();
  }

  /** All ports are free, and nobody has anything yet. */
  @BeforeEach
  void begin() {
    controller
        .database()
        .useTransaction(db -> {
          db.execute("delete from routes");
          db.execute("delete from domains where name like 'tcp.example.%'");
        });
    orgName = "tcp-" + ++tests;
    org = controller.organization(orgName);
    space = controller.space("dev", org);
    domain = seededGuid();
  }

  private String seededGuid() {
    return admin.get("/v3/domains?names=tcp.apps.example.com").at("/resources/0/guid");
  }

  private Answer route(String fields, String under) {
    return admin.post(
        "/v3/routes",
        """
        {%s"relationships":{"space":{"data":{"guid":"%s"}},"domain":{"data":{"guid":"%s"}}}}\
        """
            .formatted(fields.isEmpty() ? "" : fields + ",", space, under));
  }

  private Answer port(int port) {
    return route("\"port\":" + port, domain);
  }

  private Answer tcpDomain(String name, String more) {
    return admin.post(
        "/v3/domains",
        """
        {"name":"%s","router_group":{"guid":"%s"}%s}\
        """
            .formatted(name, group(), more));
  }

  private String group() {
    return admin.get("/routing/v1/router_groups").at("/0/guid");
  }

  private Answer manifest(String text) {
    Answer promised =
        admin.send(
            "POST", "/v3/spaces/" + space + "/actions/apply_manifest", text, "application/x-yaml");
    return promised.status() == 202 ? admin.job(promised) : promised;
  }

  @Test
  void offersItsRouterGroupAndADomainForIt() {
    assertThat(controller.anonymous().get("/").at("/links/routing/href")).endsWith("/routing");
    Answer named = admin.get("/routing/v1/router_groups?name=default-tcp");
    assertThat(named.at("/0/name")).isEqualTo("default-tcp");
    assertThat(named.at("/0/type")).isEqualTo("tcp");
    assertThat(named.at("/0/reservable_ports")).isEqualTo("1024-1029");
    assertThat(admin.get("/routing/v1/router_groups?name=other").json().size()).isZero();

    Answer shown = admin.get("/v3/domains/" + domain);
    assertThat(shown.at("/supported_protocols/0")).isEqualTo("tcp");
    assertThat(shown.at("/router_group/guid")).isEqualTo(group());
    String link = shown.at("/links/router_group/href").replaceFirst("http://[^/]+", "");
    assertThat(admin.get(link).at("/guid")).isEqualTo(group());
    assertThat(admin.get("/v3/organizations/" + org + "/domains/default").at("/name"))
        .isEqualTo("apps.example.com");
  }

  @Test
  void seedsADomainUnlessThereIsOneAlready() {
    String other = tcpDomain("tcp.example.net", "").guid();
    admin.deleteWait("/v3/domains/" + domain);
    controller.startAgain();
    assertThat(seededGuid()).isEmpty();
    admin.deleteWait("/v3/domains/" + other);
    controller.startAgain();
    assertThat(seededGuid()).isNotEmpty();
  }

  @Test
  void aDomainForTcpRoutesIsEveryonesAndPublic() {
    assertThat(
            tcpDomain(
                    "tcp.example.org",
                    ",\"relationships\":{\"organization\":{\"data\":{\"guid\":\"" + org + "\"}}}")
                .detail())
        .isEqualTo("Domains scoped to an organization cannot be associated to a router group.");
    assertThat(tcpDomain("tcp.example.org", ",\"internal\":true").detail())
        .isEqualTo("Internal domains cannot be associated to a router group.");
    assertThat(
            admin
                .post(
                    "/v3/domains", "{\"name\":\"t.example.org\",\"router_group\":{\"guid\":\"x\"}}")
                .detail())
        .isEqualTo("Router group with guid 'x' not found.");
  }

  @Test
  void isAPortBelowADomain() {
    Answer created = port(1024);
    assertThat(created.status()).describedAs(created.text()).isEqualTo(201);
    assertThat(created.at("/protocol")).isEqualTo("tcp");
    assertThat(created.at("/port")).isEqualTo("1024");
    assertThat(created.at("/host")).isEmpty();
    assertThat(created.at("/url")).isEqualTo("tcp.apps.example.com:1024");
    assertThat(
            admin
                .get("/v3/organizations/" + org + "/usage_summary")
                .at("/usage_summary/reserved_ports"))
        .isEqualTo("1");
    port(1025);
    String list = "/v3/routes?domain_guids=" + domain + "&hosts=&paths=&ports=";
    assertThat(admin.get(list + "1024").at("/pagination/total_results")).isEqualTo("1");
    assertThat(admin.get(list + "1024,1025").at("/pagination/total_results")).isEqualTo("2");
    assertThat(admin.get(list).at("/pagination/total_results")).isEqualTo("0");
    String reservation = "/v3/domains/" + domain + "/route_reservations?host=&path=&port=";
    assertThat(admin.get(reservation + "1024").at("/matching_route")).isEqualTo("true");
    assertThat(admin.get(reservation + "1026").at("/matching_route")).isEqualTo("false");
    assertThat(admin.get(reservation + "many").status()).isEqualTo(400);
  }

  @Test
  void refusesWhatIsNoAddress() {
    assertThat(route("\"port\":1024,\"host\":\"x\"", domain).detail())
        .isEqualTo("Hosts are not supported for TCP routes.");
    assertThat(route("\"port\":1024,\"path\":\"/x\"", domain).detail())
        .isEqualTo("Paths are not supported for TCP routes.");
    assertThat(route("\"port\":1024,\"host\":\"x\"", controller.sharedDomain()).detail())
        .isEqualTo("Routes with protocol 'http' do not support ports.");
    assertThat(port(0).status()).isEqualTo(422);
    assertThat(port(80).detail())
        .isEqualTo("Port '80' is not available. Try a different port or use a different domain.");
  }

  @Test
  void givesAPortToOneRouteWhateverItsDomain() {
    String other = tcpDomain("tcp.example.org", "").guid();
    assertThat(port(1024).status()).isEqualTo(201);
    assertThat(port(1024).detail())
        .isEqualTo("Route already exists with port '1024' for domain 'tcp.apps.example.com'.");
    assertThat(route("\"port\":1024", other).detail())
        .isEqualTo("Port '1024' is not available. Try a different port or use a different domain.");
  }

  @Test
  void choosesAFreePortForWhoNamesNoneAlsoForManyAtOnce() throws Exception {
    port(1026);
    List<String> chosen = new ArrayList<>();
    try (ExecutorService tasks = Executors.newVirtualThreadPerTaskExecutor()) {
      Callable<Answer> any = () -> route("", domain);
      for (Future<Answer> each : tasks.invokeAll(Stream.generate(() -> any).limit(6).toList())) {
        Answer answer = each.get();
        chosen.add(answer.status() == 201 ? answer.at("/port") : answer.detail());
      }
    }
    assertThat(chosen)
        .containsExactlyInAnyOrder(
            "1024",
            "1025",
            "1027",
            "1028",
            "1029",
            "There are no more ports available for this domain.");
  }

  @Test
  void countsReservedPorts() {
    assertThat(
            admin
                .get("/v3/organization_quotas?names=default")
                .at("/resources/0/routes/total_reserved_ports"))
        .isEqualTo("10");
    String quota =
        admin.create(
            "/v3/organization_quotas",
            "{\"name\":\"few\",\"routes\":{\"total_reserved_ports\":1}}");
    admin.post(
        "/v3/organization_quotas/" + quota + "/relationships/organizations",
        "{\"data\":[{\"guid\":\"" + org + "\"}]}");
    assertThat(port(1024).status()).isEqualTo(201);
    assertThat(port(1025).detail())
        .isEqualTo("Reserved route ports quota exceeded for organization '" + orgName + "'.");
    assertThat(route("\"host\":\"free\"", controller.sharedDomain()).status()).isEqualTo(201);
  }

  @Test
  void leadsToAppsByTcpOnly() {
    String app = controller.app("db", space);
    String path = "/v3/routes/" + port(1024).guid() + "/destinations";
    String to = "{\"destinations\":[{\"app\":{\"guid\":\"" + app + "\"}%s}]}";
    assertThat(admin.post(path, to.formatted(",\"protocol\":\"http1\"")).detail())
        .isEqualTo("Cannot use 'http1' protocol for tcp routes; valid options are: [tcp].");
    Answer mapped = admin.post(path, to.formatted(""));
    assertThat(mapped.at("/destinations/0/protocol")).isEqualTo("tcp");
    String guid = mapped.at("/destinations/0/guid");
    Answer replaced = admin.patch(path, to.formatted(",\"protocol\":\"tcp\""));
    assertThat(replaced.at("/destinations/0/guid")).as("the same one").isEqualTo(guid);
    String web = "/v3/routes/" + controller.route("db", space) + "/destinations";
    assertThat(admin.post(web, to.formatted(",\"protocol\":\"tcp\"")).detail())
        .isEqualTo("Cannot use 'tcp' protocol for http routes; valid options are: [http1, http2].");
    assertThat(admin.get("/v3/apps/" + app + "/routes").at("/resources/0/url"))
        .isEqualTo("tcp.apps.example.com:1024");
  }

  @Test
  void isMadeByAManifest() {
    String text =
        """
        applications:
        - name: db
          routes:
          - route: tcp.apps.example.com:1027
          - route: db.apps.example.com
        """;
    assertThat(manifest(text).at("/state")).isEqualTo("COMPLETE");
    assertThat(manifest(text).at("/state")).as("again").isEqualTo("COMPLETE");
    Answer made = admin.get("/v3/routes?ports=1027");
    assertThat(made.at("/resources/0/destinations/0/protocol")).isEqualTo("tcp");
    String app = made.at("/resources/0/destinations/0/app/guid");
    assertThat(admin.get("/v3/apps/" + app + "/manifest").text())
        .contains("tcp.apps.example.com:1027")
        .contains("protocol: tcp");
    for (String wrong : List.of("tcp.apps.example.com", "db.apps.example.com:1028")) {
      assertThat(manifest(text.replace("tcp.apps.example.com:1027", wrong)).at("/errors/0/detail"))
          .describedAs(wrong)
          .startsWith("For application 'db': Routes with protocol '");
    }
  }

  @Test
  void leavesNamesBelowTheDomainOfRequestsToApps() {
    String push =
        """
        applications:
        - name: tcp
          default-route: true
        """;
    assertThat(manifest(push).at("/state")).isEqualTo("COMPLETE");
    Answer made = admin.get("/v3/routes?hosts=tcp");
    assertThat(made.at("/resources/0/url")).isEqualTo("tcp.apps.example.com");
    assertThat(made.at("/resources/0/protocol")).isEqualTo("http");

    String listed =
        """
        applications:
        - name: tcp
          routes:
          - route: tcp.apps.example.com
        """;
    assertThat(manifest(listed).at("/state")).as("a route that is there").isEqualTo("COMPLETE");
    assertThat(admin.get("/v3/routes?hosts=tcp").at("/pagination/total_results")).isEqualTo("1");
    assertThat(manifest(listed + "  - route: tcp.apps.example.com/x\n").at("/errors/0/detail"))
        .as("one that is not")
        .endsWith("Routes with protocol 'tcp' must specify a port.");
  }

  @Test
  void takesNoOptions() {
    String refused = "Options are not supported for TCP routes.";
    String options = "\"options\":{\"rate_limit\":\"5/s\"}";
    assertThat(route("\"port\":1024," + options, domain).detail()).isEqualTo(refused);
    Answer made = port(1024);
    assertThat(made.status()).describedAs(made.text()).isEqualTo(201);
    Answer changed = admin.patch("/v3/routes/" + made.guid(), "{" + options + "}");
    assertThat(changed.status()).isEqualTo(422);
    assertThat(changed.detail()).isEqualTo(refused);
    assertThat(admin.patch("/v3/routes/" + made.guid(), "{\"options\":{}}").status())
        .isEqualTo(200);
    Answer manifest =
        manifest(
            """
            applications:
            - name: db
              routes:
              - route: tcp.apps.example.com:1024
                options: {rate_limit: 5/s}
            """);
    assertThat(manifest.status()).isEqualTo(422);
    assertThat(manifest.detail())
        .isEqualTo("For application 'db': Route 'tcp.apps.example.com:1024': " + refused);
  }

  @Test
  void passesByNoService() {
    String guard =
        admin.create(
            "/v3/service_instances",
            """
            {"type":"user-provided","name":"guard","route_service_url":"https://guard.example.org",
             "relationships":{"space":{"data":{"guid":"%s"}}}}\
            """
                .formatted(space));
    Answer refused =
        admin.post(
            "/v3/service_route_bindings",
            """
            {"relationships":{"service_instance":{"data":{"guid":"%s"}},"route":{"data":{"guid":"%s"}}}}\
            """
                .formatted(guard, port(1024).guid()));
    assertThat(refused.status()).isEqualTo(422);
    assertThat(refused.detail()).isEqualTo("Route services cannot be bound to TCP routes");
  }

  @Test
  void thereAreNoneWithoutPorts() {
    try (TestController without = new TestController()) {
      assertThat(without.anonymous().get("/").at("/links/routing")).isEmpty();
      assertThat(without.admin().get("/routing/v1/router_groups").json().size()).isZero();
      assertThat(
              without
                  .admin()
                  .post(
                      "/v3/domains",
                      "{\"name\":\"t.example.org\",\"router_group\":{\"guid\":\""
                          + group()
                          + "\"}}")
                  .status())
          .isEqualTo(422);
    }
  }
}
