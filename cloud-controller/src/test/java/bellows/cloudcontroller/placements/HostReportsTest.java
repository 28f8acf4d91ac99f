package bellows.cloudcontroller.placements;

import static org.assertj.core.api.Assertions.assertThat;

import bellows.base.time.testing.Eventually;
import bellows.base.time.testing.ManualScheduler;
import bellows.bus.InProcessBus;
import bellows.contracts.Subjects;
import bellows.contracts.dea.DeaChanges;
import bellows.contracts.dea.DeaHeartbeat;
import bellows.contracts.dea.DeaHello;
import bellows.contracts.dea.InstanceState;
import bellows.contracts.ids.AppGuid;
import bellows.contracts.ids.AppVersion;
import bellows.contracts.ids.DeaId;
import bellows.contracts.ids.InstanceId;
import bellows.contracts.ids.PlacementId;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

class HostReportsTest {
  private static final DeaId DEA = new DeaId("dea");
  private static final String HOST = "host-1";

  private final ManualScheduler time = new ManualScheduler();
  private final InProcessBus bus = new InProcessBus(time);
  private final AtomicInteger changes = new AtomicInteger();
  private final HostReports reports = new HostReports(bus, time, changes::incrementAndGet);

  @BeforeEach
  void start() {
    bus.start();
    reports.start();
  }

  @AfterEach
  void close() {
    reports.close();
    bus.close();
  }

  private static DeaHeartbeat.Instance instance(String name, InstanceState state, boolean asleep) {
    return new DeaHeartbeat.Instance(
        "default",
        new AppGuid("app"),
        new AppVersion("v1"),
        new InstanceId(name),
        0,
        state,
        1,
        new PlacementId("placement-" + name),
        asleep ? true : null);
  }

  private static DeaHeartbeat.Instance running(String name) {
    return instance(name, InstanceState.RUNNING, false);
  }

  private void beat(long sequence, DeaHeartbeat.Instance... instances) {
    DeaHeartbeat.of(DEA, List.of(instances), HOST, sequence)
        .forEach(part -> bus.publish(Subjects.DEA_HEARTBEAT, part));
  }

  private void change(long sequence, List<DeaHeartbeat.Instance> now, String... gone) {
    List<InstanceId> left = List.of(gone).stream().map(InstanceId::new).toList();
    bus.publish(Subjects.DEA_CHANGES, new DeaChanges(DEA, HOST, sequence, now, left));
  }

  private List<DeaHeartbeat.Instance> known() {
    HostReports.Report report = reports.fresh().get(HOST);
    return report == null ? List.of() : report.instances();
  }

  private void becomes(DeaHeartbeat.Instance... instances) {
    Eventually.until(
        "it is known",
        () -> known().size() == instances.length && known().containsAll(List.of(instances)));
  }

  private void calls(int times) {
    Eventually.until("called " + times + " times", () -> changes.get() == times);
  }

  @Test
  void moreInstancesThanFitIntoAMessageAreHeard() {
    beat(
        1,
        IntStream.range(0, 5_000)
            .mapToObj(i -> running("instance-" + i))
            .toArray(DeaHeartbeat.Instance[]::new));
    Eventually.until("all are known", () -> known().size() == 5_000);
    assertThat(known()).doesNotHaveDuplicates();
  }

  @Test
  void aHeartbeatThatLostAPartSaysNothing() {
    List<DeaHeartbeat> parts =
        DeaHeartbeat.of(
            DEA,
            IntStream.range(0, 5_000).mapToObj(i -> running("instance-" + i)).toList(),
            HOST,
            1);
    assertThat(parts).hasSizeGreaterThan(1);
    bus.publish(Subjects.DEA_HEARTBEAT, parts.getFirst());
    beat(2, running("a"));
    becomes(running("a"));
    calls(1);
  }

  @Test
  void changesAreTakenIntoTheLastHeartbeat() {
    beat(1, running("a"), running("b"));
    becomes(running("a"), running("b"));
    change(2, List.of(running("c"), instance("a", InstanceState.CRASHED, false)), "b");
    becomes(running("c"), instance("a", InstanceState.CRASHED, false));
    calls(2);
  }

  @Test
  void aHeartbeatThatWasOvertakenUndoesNoChange() {
    beat(1, running("a"));
    becomes(running("a"));
    change(3, List.of(running("b")));
    becomes(running("a"), running("b"));
    beat(2, running("a"));
    beat(4, running("a"), running("b"), running("c"));
    becomes(running("a"), running("b"), running("c"));
    calls(3);
  }

  @Test
  void fallingAsleepIsKnownAndCallsForNothing() {
    beat(1, running("a"));
    becomes(running("a"));
    change(2, List.of(instance("a", InstanceState.RUNNING, true)));
    becomes(instance("a", InstanceState.RUNNING, true));
    change(3, List.of(running("b")));
    becomes(instance("a", InstanceState.RUNNING, true), running("b"));
    calls(2);
  }

  @Test
  void aHostThatBeginsAnewHasBeenHeardButHasReportedNothing() {
    beat(1, running("a"));
    becomes(running("a"));
    time.advance(Duration.ofMinutes(2));
    bus.publish(
        Subjects.DEA_START, new DeaHello(new DeaId("next"), "127.0.0.1", "0.0.1", null, HOST));
    calls(2);
    assertThat(reports.fresh()).isEmpty();
    assertThat(reports.lastHeardNanos(HOST)).contains(time.nanoTime());
  }

  @Test
  void aHostThatSaysTheSameAgainHasBeenHeard() {
    beat(1, running("a"));
    becomes(running("a"));
    time.advance(Duration.ofMinutes(2));
    beat(1, running("a"));
    Eventually.until(
        "it was heard", () -> reports.lastHeardNanos(HOST).equals(Optional.of(time.nanoTime())));
    becomes(running("a"));
  }
}
