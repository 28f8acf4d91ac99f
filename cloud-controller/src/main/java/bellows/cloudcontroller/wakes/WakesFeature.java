package bellows.cloudcontroller.wakes;

import bellows.base.ids.Ids;
import bellows.base.lifecycle.Component;
import bellows.base.time.Scheduler;
import bellows.bus.MessageBus;
import bellows.bus.Subject;
import bellows.cloudcontroller.api.Call;
import bellows.cloudcontroller.api.Endpoints;
import bellows.cloudcontroller.api.Fields;
import bellows.cloudcontroller.api.Links;
import bellows.cloudcontroller.api.ListSpec;
import bellows.cloudcontroller.api.Permissions;
import bellows.cloudcontroller.api.ResourceBody;
import bellows.cloudcontroller.api.Timestamps;
import bellows.cloudcontroller.applog.AppLog;
import bellows.cloudcontroller.apps.App;
import bellows.cloudcontroller.apps.AppAccess;
import bellows.cloudcontroller.apps.AppStore;
import bellows.cloudcontroller.feature.Feature;
import bellows.cloudcontroller.sleep.SleepPolicy;
import bellows.cmdb.Database;
import bellows.contracts.Subjects;
import bellows.contracts.dea.InstanceFilter;
import bellows.contracts.ids.AppGuid;
import bellows.http.CfError;
import bellows.http.Reply;
import bellows.http.Route;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.function.Predicate;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/** {@code /bellows/v1/apps/:guid}: sleep and wake now, and wakes by the clock. */
public final class WakesFeature implements Feature {
  private static final String WAKES = "/bellows/v1/apps/:guid/wakes";

  /** More often than that many a wake is no sleep. */
  private static final int MOST_WAKES = 20;

  private static final int LONGEST_PATH = 1024;
  private static final Pattern PATH = Pattern.compile("/[!-\"$-~]*");

  private final Endpoints endpoints;
  private final MessageBus bus;
  private final Scheduler scheduler;
  private final AppAccess access;
  private final Predicate<AppGuid> maySleep;
  private final WakeStore store = new WakeStore();
  private final WakeClock clock;

  /**
   * @param maySleep whether any instance of the app ever sleeps
   */
  public WakesFeature(
      Endpoints endpoints,
      Database database,
      MessageBus bus,
      Scheduler scheduler,
      AppStore apps,
      Predicate<AppGuid> maySleep,
      AppLog appLog) {
    this.endpoints = endpoints;
    this.bus = bus;
    this.scheduler = scheduler;
    this.access = new AppAccess(apps);
    this.maySleep = maySleep;
    this.clock = new WakeClock(database, bus, scheduler, appLog);
  }

  @Override
  public List<Route> routes() {
    return List.of(
        endpoints.post("/bellows/v1/apps/:guid/actions/sleep", this::sleep),
        endpoints.post("/bellows/v1/apps/:guid/actions/wake", this::wake),
        endpoints.get(WAKES, this::list),
        endpoints.post(WAKES, this::add),
        endpoints.delete(WAKES + "/:wake", this::delete));
  }

  @Override
  public List<Component> components() {
    return List.of(clock);
  }

  private Reply sleep(Call call) {
    call.fields().done();
    App app = started(call);
    if (!maySleep.test(app.id())) {
      throw CfError.Kind.UNPROCESSABLE_ENTITY.because(
          "The app never sleeps: %ssleep-after is never, or it has no route, or its health check is process",
          SleepPolicy.PREFIX);
    }
    return tell(Subjects.DEA_SLEEP, InstanceFilter.all(app.id()));
  }

  private Reply wake(Call call) {
    Fields fields = call.fields();
    boolean all = fields.flag("all").orElse(false);
    fields.done();
    App app = started(call);
    return tell(Subjects.DEA_WAKE, all ? InstanceFilter.all(app.id()) : WakeClock.first(app.id()));
  }

  private App started(Call call) {
    App app = call.inTransaction(db -> access.operable(db, call.caller(), call.guid()));
    if (!app.started()) {
      throw CfError.Kind.UNPROCESSABLE_ENTITY.because(
          "The app is stopped: it neither sleeps nor wakes until it is started");
    }
    return app;
  }

  /** Accepted, not done: the hosts do it when they hear it. */
  private Reply tell(Subject<InstanceFilter> subject, InstanceFilter which) {
    bus.publish(subject, which);
    return Reply.json(202, Map.of());
  }

  private Reply list(Call call) {
    call.list(ListSpec.of());
    List<ScheduledWake> wakes =
        call.inTransaction(db -> {
          App app = access.readable(db, call.caller(), call.guid());
          return store.of(db, app.guid());
        });
    return Reply.ok(
        Map.of(
            "resources", wakes.stream().map(wake -> body(wake, call.links()).fields()).toList()));
  }

  private Reply add(Call call) {
    Fields fields = call.fields();
    String cron = fields.requiredText("cron", 250);
    @Nullable String path = fields.nonBlankText("path", LONGEST_PATH).orElse(null);
    CronTimes.fault(cron).ifPresent(fault -> fields.fault("Cron " + fault));
    if (path != null && !PATH.matcher(path).matches()) {
      fields.fault("Path must be a path that starts with /");
    }
    fields.done();
    Instant now = scheduler.now();
    ScheduledWake added =
        call.inTransaction(db -> {
          App app = access.changeable(db, call.caller(), call.guid());
          if (store.of(db, app.guid()).size() >= MOST_WAKES) {
            throw CfError.Kind.UNPROCESSABLE_ENTITY.because(
                "An app has at most %d scheduled wakes", MOST_WAKES);
          }
          ScheduledWake wake =
              new ScheduledWake(
                  Ids.uuid(),
                  app.guid(),
                  cron,
                  path,
                  CronTimes.next(cron, now).orElse(now),
                  null,
                  null,
                  call.caller().name(),
                  now);
          store.insert(db, wake);
          return wake;
        });
    return body(added, call.links()).reply(201);
  }

  private Reply delete(Call call) {
    call.useTransaction(db -> {
      App app = access.changeable(db, call.caller(), call.guid());
      if (!store.delete(db, app.guid(), call.path("wake"))) {
        throw Permissions.notFound("Scheduled wake");
      }
    });
    return Reply.empty(204);
  }

  private static ResourceBody body(ScheduledWake wake, Links links) {
    Instant last = wake.lastAt();
    return ResourceBody.bare(links)
        .put("guid", wake.guid())
        .put("created_at", Timestamps.text(wake.createdAt()))
        .put("created_by", wake.createdBy())
        .put("cron", wake.cron())
        .put("path", wake.path())
        .put("next_at", Timestamps.text(wake.nextAt()))
        .put("last_at", last == null ? null : Timestamps.text(last))
        .put("last_result", wake.lastResult())
        .link("self", "/bellows/v1/apps/%s/wakes/%s", wake.app(), wake.guid())
        .link("app", "/v3/apps/%s", wake.app());
  }
}
