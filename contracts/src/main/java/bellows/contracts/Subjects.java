package bellows.contracts;

import bellows.bus.Subject;
import bellows.contracts.components.ComponentAnnounce;
import bellows.contracts.dea.DeaAdvertise;
import bellows.contracts.dea.DeaChanges;
import bellows.contracts.dea.DeaHeartbeat;
import bellows.contracts.dea.DeaHello;
import bellows.contracts.dea.DropletExited;
import bellows.contracts.dea.InstanceFilter;
import bellows.contracts.dea.StartInstance;
import bellows.contracts.dea.UpdateInstances;
import bellows.contracts.health.HealthDecision;
import bellows.contracts.ids.DeaId;
import bellows.contracts.logs.LogBatch;
import bellows.contracts.routing.RouteGrants;
import bellows.contracts.routing.RouterGreeting;
import bellows.contracts.routing.RouterRegister;
import bellows.contracts.staging.StagingStart;
import bellows.contracts.staging.StagingStop;

/**
 * Every subject with its message type: names and fields as in reference/messages.md, section 1.2.
 * Names that begin with {@code bellows.} are our own; no historic peer knows them.
 */
public final class Subjects {
  public static final Subject<RouterRegister> ROUTER_REGISTER =
      new Subject<>("router.register", RouterRegister.class);
  public static final Subject<RouterRegister> ROUTER_UNREGISTER =
      new Subject<>("router.unregister", RouterRegister.class);
  public static final Subject<RouterGreeting> ROUTER_START =
      new Subject<>("router.start", RouterGreeting.class);

  /** Request; each router answers with a {@link RouterGreeting}. */
  public static final Subject<Nothing> ROUTER_GREET = new Subject<>("router.greet", Nothing.class);

  /** What the controller lets be registered; ours. */
  public static final Subject<RouteGrants> ROUTE_GRANTS =
      new Subject<>("bellows.route.grants", RouteGrants.class);

  public static final Subject<ComponentAnnounce> COMPONENT_ANNOUNCE =
      new Subject<>("vcap.component.announce", ComponentAnnounce.class);

  /** Request; every component answers with a {@link ComponentAnnounce}. */
  public static final Subject<Nothing> COMPONENT_DISCOVER =
      new Subject<>("vcap.component.discover", Nothing.class);

  public static final Subject<DeaAdvertise> DEA_ADVERTISE =
      new Subject<>("dea.advertise", DeaAdvertise.class);

  /** Every DEA answers by publishing its advertisement. */
  public static final Subject<Nothing> DEA_LOCATE = new Subject<>("dea.locate", Nothing.class);

  public static final Subject<DeaHello> DEA_START = new Subject<>("dea.start", DeaHello.class);
  public static final Subject<DeaHello> DEA_SHUTDOWN =
      new Subject<>("dea.shutdown", DeaHello.class);
  public static final Subject<DeaHeartbeat> DEA_HEARTBEAT =
      new Subject<>("dea.heartbeat", DeaHeartbeat.class);

  /** Between two heartbeats; ours. */
  public static final Subject<DeaChanges> DEA_CHANGES =
      new Subject<>("bellows.dea.changes", DeaChanges.class);

  public static final Subject<InstanceFilter> DEA_STOP =
      new Subject<>("dea.stop", InstanceFilter.class);
  public static final Subject<UpdateInstances> DEA_UPDATE =
      new Subject<>("dea.update", UpdateInstances.class);

  /** Request; one {@link bellows.contracts.dea.FoundInstance} per instance. */
  public static final Subject<InstanceFilter> DEA_FIND_DROPLET =
      new Subject<>("dea.find.droplet", InstanceFilter.class);

  public static final Subject<DropletExited> DROPLET_EXITED =
      new Subject<>("droplet.exited", DropletExited.class);
  public static final Subject<DeaAdvertise> STAGING_ADVERTISE =
      new Subject<>("staging.advertise", DeaAdvertise.class);
  public static final Subject<StagingStop> STAGING_STOP =
      new Subject<>("staging.stop", StagingStop.class);
  public static final Subject<HealthDecision.Start> HEALTH_START =
      new Subject<>("hm9000.start", HealthDecision.Start.class);
  public static final Subject<HealthDecision.Stop> HEALTH_STOP =
      new Subject<>("hm9000.stop", HealthDecision.Stop.class);

  /** Put these instances to sleep now, whatever their idle time; ours. */
  public static final Subject<InstanceFilter> DEA_SLEEP =
      new Subject<>("bellows.dea.sleep", InstanceFilter.class);

  /** Wake these instances as a connection would; ours. */
  public static final Subject<InstanceFilter> DEA_WAKE =
      new Subject<>("bellows.dea.wake", InstanceFilter.class);

  public static final Subject<LogBatch> LOGS = new Subject<>("bellows.logs", LogBatch.class);

  /** Hint: the staging queue has a new row. */
  public static final Subject<Nothing> STAGING_QUEUED =
      new Subject<>("bellows.staging.queued", Nothing.class);

  /** Hint: a staging task has ended. */
  public static final Subject<Nothing> STAGING_ENDED =
      new Subject<>("bellows.staging.ended", Nothing.class);

  private Subjects() {}

  /** The same with messages as they are on the way, for those that are told or heard again. */
  public static Subject<byte[]> packed(Subject<?> subject) {
    return new Subject<>(subject.name(), byte[].class);
  }

  public static Subject<StartInstance> deaStart(DeaId dea) {
    return new Subject<>("dea." + dea.value() + ".start", StartInstance.class);
  }

  /** Request; two {@link bellows.contracts.staging.StagingReply}s. */
  public static Subject<StagingStart> stagingStart(DeaId dea) {
    return new Subject<>("staging." + dea.value() + ".start", StagingStart.class);
  }
}
