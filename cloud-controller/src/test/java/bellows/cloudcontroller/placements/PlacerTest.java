package bellows.cloudcontroller.placements;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import bellows.cloudcontroller.placements.PlacementException.Failure;
import bellows.cloudcontroller.placements.Placer.Choice;
import bellows.cloudcontroller.placements.Placer.Demand;
import bellows.contracts.ids.AppGuid;
import bellows.contracts.ids.AppVersion;
import bellows.contracts.ids.DeaId;
import bellows.contracts.ids.PlacementId;
import bellows.contracts.ids.ProcessGuid;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Random;
import java.util.Set;
import org.junit.jupiter.api.Test;

class PlacerTest {
  @Test
  void spreadsTheInstancesOfAProcess() throws PlacementException {
    Placer placer = placer(List.of(host("a", 4000), host("b", 1000), host("c", 2000)));
    Set<String> hosts = new HashSet<>();
    for (int index = 0; index < 3; index++) {
      hosts.add(placer.place(demand("shop", index, 100)).host().host());
    }
    assertThat(hosts).containsExactlyInAnyOrder("a", "b", "c");
  }

  @Test
  void fillsTheFullestHostThatHasRoom() throws PlacementException {
    Placer placer = placer(List.of(host("roomy", 4000), host("tight", 600), host("full", 100)));
    assertThat(placer.place(demand("shop", 0, 500)).host().host()).isEqualTo("tight");
    assertThat(placer.place(demand("blog", 0, 500)).host().host()).isEqualTo("roomy");
  }

  @Test
  void countsWhatItHasPlaced() throws PlacementException {
    Placer placer = placer(List.of(host("a", 1000)));
    placer.place(demand("shop", 0, 600));
    assertThatThrownBy(() -> placer.place(demand("shop", 1, 600)))
        .isInstanceOfSatisfying(
            PlacementException.class,
            e -> assertThat(e.failure()).isEqualTo(Failure.INSUFFICIENT_RESOURCES))
        .hasMessageContaining("600 MB of memory")
        .hasMessageContaining("400 MB");
  }

  @Test
  void givesEachPlacementAPortOfItsOwn() throws PlacementException {
    List<Placement> placed = new ArrayList<>(List.of(placement("old", "a", 5000)));
    Placer placer = placer(List.of(host("a", 10_000)), placed);
    Set<Integer> ports = new HashSet<>();
    for (int index = 0; index < 9; index++) {
      Choice choice = placer.place(demand("shop", index, 10));
      ports.add(choice.port());
    }
    assertThat(ports).hasSize(9).doesNotContain(5000).allMatch(p -> p >= 5000 && p <= 5009);
    assertThatThrownBy(() -> placer.place(demand("shop", 9, 10)))
        .isInstanceOfSatisfying(
            PlacementException.class, e -> assertThat(e.failure()).isEqualTo(Failure.NO_PORT));
  }

  @Test
  void saysWhenNobodyIsThereOrHasTheStack() {
    assertThatThrownBy(() -> placer(List.of()).place(demand("shop", 0, 1)))
        .isInstanceOfSatisfying(
            PlacementException.class, e -> assertThat(e.failure()).isEqualTo(Failure.NO_HOST));
    DesiredProcess other =
        new DesiredProcess(
            new AppGuid("shop"),
            new ProcessGuid("shop"),
            new AppVersion("1"),
            "d",
            "windows",
            1,
            1,
            1);
    assertThatThrownBy(() -> placer(List.of(host("a", 10))).place(new Demand(other, 0)))
        .isInstanceOfSatisfying(
            PlacementException.class, e -> assertThat(e.failure()).isEqualTo(Failure.NO_STACK));
  }

  private static Placer placer(List<HostCapacity> hosts) {
    return placer(hosts, List.of());
  }

  private static Placer placer(List<HostCapacity> hosts, List<Placement> placed) {
    return new Placer(hosts, placed, new Random(7));
  }

  private static HostCapacity host(String name, int memoryMb) {
    return new HostCapacity(
        new DeaId("dea-" + name),
        name,
        "10.0.0.1",
        List.of("debian"),
        memoryMb,
        10_000,
        5000,
        5009);
  }

  private static Demand demand(String app, int index, int memoryMb) {
    return new Demand(
        new DesiredProcess(
            new AppGuid(app),
            new ProcessGuid(app + "-web"),
            new AppVersion("1"),
            "d",
            "debian",
            10,
            memoryMb,
            100),
        index);
  }

  private static Placement placement(String app, String host, int port) {
    return new Placement(
        PlacementId.random(),
        new AppGuid(app),
        new ProcessGuid(app + "-web"),
        0,
        host,
        "10.0.0.1",
        port,
        new AppVersion("1"),
        10,
        10);
  }
}
