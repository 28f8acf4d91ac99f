package bellows.cloudcontroller.placements;

import bellows.cloudcontroller.environment.VcapApplication;
import bellows.contracts.dea.StartInstance;
import bellows.contracts.dea.StartInstance.Limits;
import bellows.contracts.dea.StartInstance.Sleep;
import bellows.contracts.routing.RouteUris;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.function.UnaryOperator;

/** Writes the message that makes a DEA run a placement. Pure. */
final class StartMessages {
  private final VcapApplication vcapApplication;
  private final UnaryOperator<String> dropletUrl;

  /**
   * @param dropletUrl from a droplet's guid to an address that its DEA may read for a while
   */
  StartMessages(VcapApplication vcapApplication, UnaryOperator<String> dropletUrl) {
    this.vcapApplication = vcapApplication;
    this.dropletUrl = dropletUrl;
  }

  /**
   * @param runningGroup variables that an administrator set for every running app
   * @param asleep true when its instance sleeps elsewhere, and so need not be awake here
   */
  StartInstance message(StartFacts facts, Map<String, String> runningGroup, boolean asleep) {
    Placement placement = facts.placement();
    Limits limits =
        new Limits(
            placement.memoryMb(),
            placement.diskMb(),
            VcapApplication.OPEN_FILES,
            facts.logBytesPerSecond());
    return new StartInstance(
        placement.app(),
        placement.index(),
        facts.app().appName(),
        placement.version(),
        facts.stack(),
        InstanceOrders.PARTITION,
        facts.app().uris(),
        facts.dropletSha1(),
        dropletUrl.apply(facts.droplet()),
        limits,
        environment(facts, runningGroup),
        List.of(),
        vcapApplication.ofProcess(
            facts.app(),
            limits,
            placement.process().value(),
            facts.processType(),
            placement.version().value()),
        facts.command(),
        facts.healthCheckTimeoutSeconds(),
        null,
        placement.id(),
        placement.port(),
        placement.process().value(),
        facts.processType(),
        facts.healthCheck(),
        sleep(facts, asleep),
        facts.uriOptions());
  }

  Sleep sleep(StartFacts facts, boolean asleep) {
    List<String> uris = facts.app().uris();
    return facts
        .sleep()
        .message(
            !uris.isEmpty(),
            !RouteUris.tcpPorts(uris).isEmpty(),
            facts.healthCheck().type(),
            asleep);
  }

  /** A later variable wins over an earlier one of the same name, so the order is the contract. */
  private static List<String> environment(StartFacts facts, Map<String, String> runningGroup) {
    List<String> environment = new ArrayList<>();
    runningGroup.forEach((name, value) -> environment.add(name + '=' + value));
    facts.variables().forEach((name, value) -> environment.add(name + '=' + value));
    environment.add("CF_PROCESS_TYPE=" + facts.processType());
    return environment;
  }
}
