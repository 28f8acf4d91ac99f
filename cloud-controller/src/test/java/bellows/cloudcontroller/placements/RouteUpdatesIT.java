package bellows.cloudcontroller.placements;

import static org.assertj.core.api.Assertions.assertThat;

import bellows.base.time.testing.Eventually;
import bellows.base.time.testing.ManualScheduler;
import bellows.bus.InProcessBus;
import bellows.cloudcontroller.environment.EnvironmentSeal;
import bellows.cmdb.SecretBox;
import bellows.cmdb.testing.Occupation;
import bellows.cmdb.testing.TestDatabase;
import bellows.contracts.Subjects;
import bellows.contracts.dea.UpdateInstances;
import bellows.contracts.routing.RouteGrants;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

class RouteUpdatesIT {
  private final TestDatabase test = TestDatabase.create();
  private final ManualScheduler time = new ManualScheduler();
  private final InProcessBus bus = new InProcessBus(time);
  private final List<UpdateInstances> heard = new CopyOnWriteArrayList<>();
  private final EnvironmentSeal seal = new EnvironmentSeal(new SecretBox(new byte[32]));
  private final RouteAnnouncements announcements =
      new RouteAnnouncements(test.database(), bus, time, seal);
  private final RouteUpdates updates =
      new RouteUpdates(test.database(), announcements, bus, time, seal);

  @BeforeEach
  void start() {
    bus.start();
    bus.subscribe(Subjects.DEA_UPDATE, message -> message.message().ifPresent(heard::add));
    PlacedApp.insert(test);
    updates.start();
  }

  @AfterEach
  void close() {
    updates.close();
    announcements.close();
    bus.close();
    test.close();
  }

  @Test
  void tellsAllRoutesOnceTheDatabaseIsBack() {
    try (Occupation _ = test.occupied()) {
      time.advance(Duration.ZERO);
    }
    assertThat(heard).isEmpty();
    time.advance(Duration.ofSeconds(30));
    hears(1);
  }

  @Test
  void theSecondTimeThatAChangeIsToldSurvivesAFailureToo() {
    time.advance(Duration.ZERO);
    hears(1);
    test.database().useTransaction(db -> updates.changed(db, PlacedApp.APP));
    time.advance(Duration.ZERO);
    hears(2);
    try (Occupation _ = test.occupied()) {
      time.advance(Duration.ofSeconds(30));
    }
    time.advance(Duration.ofSeconds(30));
    hears(3);
  }

  @Test
  void tellsRoutersAndHostsOfATcpRoute() {
    List<RouteGrants.Grant> granted = new CopyOnWriteArrayList<>();
    bus.subscribe(
        Subjects.ROUTE_GRANTS,
        message -> message.message().ifPresent(news -> granted.addAll(news.grants())));
    PlacedApp.addTcpRoute(test);
    test.database().useTransaction(db -> updates.changed(db, PlacedApp.APP));
    time.advance(Duration.ZERO);
    Eventually.until("it is told", () -> !heard.isEmpty());
    assertThat(heard.getLast().uris()).containsExactly("shop.example.test", "tcp.test:1024");
    assertThat(granted.getLast())
        .isEqualTo(
            new RouteGrants.Grant(
                PlacedApp.APP,
                List.of("shop.example.test"),
                List.of("127.0.0.1:20000"),
                List.of(1024)));
  }

  @Test
  void anAppWithMoreRoutesThanAMessageHoldsKeepsNobodyFromTheirs() {
    List<RouteGrants> grants = new CopyOnWriteArrayList<>();
    bus.subscribe(Subjects.ROUTE_GRANTS, message -> message.message().ifPresent(grants::add));
    PlacedApp.addGreedy(test);
    time.advance(Duration.ZERO);
    hears(1);
    announcements.start();
    time.advance(Duration.ZERO);
    Eventually.until("all parts are told", () -> grants.size() == 2);
    assertThat(grants).allSatisfy(part -> assertThat(part.parts()).isEqualTo(2));
    assertThat(grants.stream().flatMap(part -> part.grants().stream()).map(RouteGrants.Grant::app))
        .containsExactly(PlacedApp.APP);
    time.advance(Duration.ofMinutes(5));
    hears(2);
  }

  private void hears(int times) {
    Eventually.until("it is told", () -> heard.size() == times);
    assertThat(heard.getLast().uris()).containsExactly("shop.example.test");
  }
}
