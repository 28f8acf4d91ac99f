package bellows.router;

import static org.assertj.core.api.Assertions.assertThat;

import bellows.base.json.Json;
import bellows.base.time.SystemScheduler;
import bellows.base.time.testing.Eventually;
import bellows.bus.InProcessBus;
import bellows.contracts.Subjects;
import bellows.contracts.routing.PortRange;
import bellows.contracts.routing.RouteGrants;
import bellows.contracts.routing.RouteGrants.Grant;
import bellows.contracts.routing.RouterRegister;
import bellows.router.routes.RegistrationException.Reason;
import bellows.router.testing.RouterFixture;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CountDownLatch;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** A router that takes registrations only for what the controller announced (robustness.md, B3). */
class StrictModeTest {
  private final SystemScheduler clock = new SystemScheduler();
  private final InProcessBus bus = new InProcessBus(clock);
  private final int tcpPort = freePort();
  private final Router router =
      new Router(
          RouterFixture.config().strict(true).tcpPorts(new PortRange(tcpPort, tcpPort)),
          bus,
          clock);
  private long round = 1;

  @BeforeEach
  void start() {
    bus.start();
    bus.subscribe(Subjects.ROUTER_START, _ -> announceAll());
    router.start();
  }

  @AfterEach
  void close() {
    router.close();
    bus.close();
    clock.close();
  }

  private void announceAll(Grant... grants) {
    RouteGrants.all(round++, List.of(grants))
        .forEach(part -> bus.publish(Subjects.ROUTE_GRANTS, part));
  }

  private void announce(Grant... grants) {
    RouteGrants.news(List.of(grants)).forEach(part -> bus.publish(Subjects.ROUTE_GRANTS, part));
  }

  private static Grant grant(String app, String address, String... uris) {
    return new Grant(app, List.of(uris), List.of(address));
  }

  private void register(String app, String host, int port, String... uris) {
    bus.publish(
        Subjects.ROUTER_REGISTER,
        RouterRegister.instance(host, port, List.of(uris), app, "dea", "i", 0, Map.of()));
  }

  private void refused(int times) {
    Eventually.until("it is refused", () -> router.refusals().count(Reason.NOT_GRANTED) == times);
  }

  private void known(String host) {
    Eventually.until(host + " is known", () -> router.knows(host));
  }

  @Test
  void takesWhatWasAnnounced() {
    announce(grant("shop", "10.0.0.1:61001", "Shop.test", "shop.test/cart"));
    register("shop", "10.0.0.1", 61001, "shop.test", "SHOP.test/cart/");
    known("shop.test");
  }

  @Test
  void refusesRoutesOfOthersAndOtherAddresses() {
    announce(
        grant("shop", "10.0.0.1:61001", "shop.test"), grant("evil", "10.0.0.9:61001", "evil.test"));
    register("evil", "10.0.0.9", 61001, "shop.test"); // a route of another app
    refused(1);
    register("shop", "10.0.0.9", 61001, "shop.test"); // in its name, from elsewhere
    refused(2);
    register("shop", "10.0.0.1", 61002, "shop.test"); // from another placement's port
    refused(3);
    register("", "10.0.0.9", 61001, "api.test"); // as if it were a part of the platform
    refused(4);
    register("evil", "10.0.0.9", 61001, "evil.test", "shop.test"); // among its own
    refused(5);
    known("evil.test");
    assertThat(router.knows("shop.test")).isFalse();
    assertThat(router.knows("api.test")).isFalse();
  }

  private static int freePort() {
    try (ServerSocket socket = new ServerSocket(0)) {
      return socket.getLocalPort();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private void registerTcp(String app, String host, String... uris) {
    bus.publish(
        Subjects.ROUTER_REGISTER,
        RouterRegister.instance(host, 61001, List.of(uris), app, "dea", "i", 0, Map.of())
            .withTcpPorts(List.of(tcpPort)));
  }

  private boolean listens() {
    try (Socket socket = new Socket(InetAddress.getLoopbackAddress(), tcpPort)) {
      return socket.isConnected();
    } catch (IOException e) {
      return false;
    }
  }

  @Test
  void opensTcpPortsForThoseToWhomTheyAreGranted() {
    announce(
        grant("shop", "10.0.0.1:61001", "shop.test"),
        grant("marker", "10.0.0.3:61001", "marker.test"),
        new Grant("db", List.of(), List.of("10.0.0.2:61001"), List.of(tcpPort)));
    register("marker", "10.0.0.3", 61001, "marker.test");
    known("marker.test"); // and so are the grants
    int before = (int) router.refusals().count(Reason.NOT_GRANTED);
    registerTcp("shop", "10.0.0.1", "shop.test"); // another app's port, beside its own route
    refused(before + 1);
    known("shop.test");
    registerTcp("db", "10.0.0.9"); // in its name, from elsewhere
    refused(before + 2);
    assertThat(listens()).isFalse();
    registerTcp("db", "10.0.0.2");
    Eventually.until("it listens", this::listens);
    assertThat(router.refusals().count(Reason.NOT_GRANTED)).isEqualTo(before + 2);
  }

  /** A port for TLS is where its uris are served; a TCP route leads to the other one. */
  @Test
  void opensNoTcpPortThatLeadsElsewhereThanItsTlsPort() {
    announce(new Grant("db", List.of("db.test"), List.of("10.0.0.2:61001"), List.of(tcpPort)));
    bus.publish(
        Subjects.ROUTER_REGISTER,
        Json.read(
            """
            {"host":"10.0.0.2","port":22,"tls_port":61001,"uris":["db.test"],"app":"db",
             "tcp_ports":[%d]}\
            """
                .formatted(tcpPort),
            RouterRegister.class));
    refused(1);
    known("db.test");
    assertThat(listens()).isFalse();
    registerTcp("db", "10.0.0.2");
    Eventually.until("it listens", this::listens);
  }

  @Test
  void letsATcpRouteWaitForItsGrant() {
    registerTcp("shop", "10.0.0.1", "shop.test");
    refused(1);
    announce(grant("shop", "10.0.0.1:61001", "shop.test"));
    registerTcp("shop", "10.0.0.1", "shop.test");
    refused(2);
    assertThat(listens()).isFalse();
    announce(new Grant("shop", List.of("shop.test"), List.of("10.0.0.1:61001"), List.of(tcpPort)));
    Eventually.until("it listens", this::listens);
  }

  @Test
  void takesThePlatformsOwnRoutesWhenTheyAreAnnounced() {
    announce(grant("", "127.0.0.1:8081", "api.test"));
    announceAll(); // does not name it, and does not take it away
    bus.publish(
        Subjects.ROUTER_REGISTER,
        RouterRegister.component("platform", "127.0.0.1", 8081, List.of("api.test")));
    known("api.test");
  }

  @Test
  void letsARegistrationWaitThatWasFaster() {
    register("shop", "10.0.0.1", 61001, "shop.test");
    refused(1);
    announce(grant("shop", "10.0.0.1:61001", "shop.test"));
    known("shop.test");
  }

  @Test
  void letsRegistrationsOfOneInstanceWaitBesideEachOther() {
    register("shop", "10.0.0.1", 61001, "shop.test");
    register("shop", "10.0.0.1", 61001, "limited.test"); // apart: other options
    registerTcp("shop", "10.0.0.1");
    refused(3);
    announce(
        new Grant(
            "shop",
            List.of("shop.test", "limited.test"),
            List.of("10.0.0.1:61001"),
            List.of(tcpPort)));
    known("shop.test");
    known("limited.test");
    Eventually.until("it listens", this::listens);
  }

  @Test
  void doesNotFollowWhatWasWithdrawnMeanwhile() {
    register("shop", "10.0.0.1", 61001, "shop.test");
    refused(1);
    bus.publish(
        Subjects.ROUTER_UNREGISTER,
        RouterRegister.instance(
            "10.0.0.1", 61001, List.of("shop.test"), "shop", "dea", "i", 0, Map.of()));
    register("marker", "10.0.0.2", 61001, "marker.test");
    refused(2); // and so the withdrawal before it is known
    announce(
        grant("shop", "10.0.0.1:61001", "shop.test"),
        grant("marker", "10.0.0.2:61001", "marker.test"));
    known("marker.test");
    assertThat(router.knows("shop.test")).isFalse();
  }

  @Test
  void forgetsGrantsThatAWholeListDoesNotName() {
    announce(grant("shop", "10.0.0.1:61001", "shop.test"));
    announceAll(grant("other", "10.0.0.2:61001", "other.test"));
    register("other", "10.0.0.2", 61001, "other.test");
    known("other.test");
    long before = router.refusals().count(Reason.NOT_GRANTED);
    register("shop", "10.0.0.1", 61001, "shop.test");
    refused((int) before + 1);
    assertThat(router.knows("shop.test")).isFalse();
  }

  @Test
  void keepsGrantsWhenAPartOfTheListWasLost() {
    announce(grant("shop", "10.0.0.1:61001", "shop.test"));
    bus.publish(
        Subjects.ROUTE_GRANTS,
        new RouteGrants(99L, 2, List.of(grant("other", "10.0.0.2:61001", "other.test"))));
    register("other", "10.0.0.2", 61001, "other.test");
    known("other.test");
    register("shop", "10.0.0.1", 61001, "shop.test");
    known("shop.test");
  }

  @Test
  void doesNotListenBeforeTheControllerHasSpoken() throws Exception {
    CountDownLatch asked = new CountDownLatch(1);
    try (InProcessBus silent = new InProcessBus(clock)) {
      silent.start();
      silent.subscribe(Subjects.ROUTER_START, _ -> asked.countDown());
      Router waiting = new Router(RouterFixture.config().strict(true), silent, clock);
      Thread starting = Thread.ofVirtual().start(waiting::start);
      asked.await();
      assertThat(waiting.address().isUnresolved()).as("no door yet").isTrue();
      assertThat(starting.isAlive()).isTrue();
      silent.publish(Subjects.ROUTE_GRANTS, RouteGrants.all(1, List.of()).getFirst());
      starting.join();
      assertThat(waiting.address().isUnresolved()).isFalse();
      waiting.close();
    }
  }
}
