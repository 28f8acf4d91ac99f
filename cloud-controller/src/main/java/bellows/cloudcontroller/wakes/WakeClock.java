package bellows.cloudcontroller.wakes;

import bellows.base.lifecycle.Component;
import bellows.base.time.Rounds;
import bellows.base.time.Scheduler;
import bellows.bus.MessageBus;
import bellows.cloudcontroller.applog.AppLog;
import bellows.cmdb.Database;
import bellows.contracts.Subjects;
import bellows.contracts.dea.InstanceFilter;
import bellows.contracts.ids.AppGuid;
import java.io.IOException;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Semaphore;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Wakes apps when their time has come. Of several controllers one does it, as the row's next time
 * is moved on by the one that takes it; one that dies right after that has skipped one wake.
 */
final class WakeClock implements Component {
  private static final Logger log = LoggerFactory.getLogger(WakeClock.class);

  /** Cron counts minutes; late by that is not late. */
  private static final Duration LOOK = Duration.ofSeconds(5);

  /** So that a crowd at midnight leaves connections to the CMDB for others. */
  private static final int AT_ONCE = 200;

  private final Database database;
  private final MessageBus bus;
  private final Scheduler scheduler;
  private final AppLog appLog;
  private final WakeStore store = new WakeStore();
  private final Rounds rounds;
  private final Semaphore free = new Semaphore(AT_ONCE);
  private @Nullable ExecutorService calls;

  WakeClock(Database database, MessageBus bus, Scheduler scheduler, AppLog appLog) {
    this.database = database;
    this.bus = bus;
    this.scheduler = scheduler;
    this.appLog = appLog;
    this.rounds = new Rounds("wakes", LOOK, scheduler, this::look);
  }

  @Override
  public synchronized void start() {
    if (calls == null) {
      calls = Executors.newVirtualThreadPerTaskExecutor();
      rounds.start();
    }
  }

  @Override
  public void close() {
    rounds.close();
    synchronized (this) {
      if (calls != null) {
        calls.shutdownNow();
        calls = null;
      }
    }
  }

  private void look() {
    Instant now = scheduler.now();
    List<ScheduledWake> due;
    do {
      due = database.inTransaction(db -> store.take(db, now));
    } while (begin(due));
  }

  /** False when there is nothing to begin, or no more. */
  private synchronized boolean begin(List<ScheduledWake> due) {
    if (calls == null) {
      return false;
    }
    for (ScheduledWake wake : due) {
      calls.execute(() -> wakeInTurn(wake));
    }
    return !due.isEmpty();
  }

  private void wakeInTurn(ScheduledWake wake) {
    try {
      free.acquire();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt(); // this was closed
      return;
    }
    try {
      wake(wake);
    } catch (RuntimeException e) {
      log.atError()
          .addKeyValue("app", wake.app())
          .addKeyValue("cron", wake.cron())
          .setCause(e)
          .log("app.scheduled_wake_failed");
    } finally {
      free.release();
    }
  }

  private void wake(ScheduledWake wake) {
    AppGuid app = new AppGuid(wake.app());
    String result = result(wake, app);
    database.useTransaction(db -> store.setResult(db, wake.guid(), result));
    appLog.api(app, "Scheduled wake (%s)%s: %s".formatted(wake.cron(), shown(wake.path()), result));
    log.atInfo()
        .addKeyValue("app", app)
        .addKeyValue("cron", wake.cron())
        .addKeyValue("result", result)
        .log("app.scheduled_wake");
  }

  private String result(ScheduledWake wake, AppGuid app) {
    Optional<String> fault = CronTimes.fault(wake.cron());
    if (fault.isPresent()) {
      return "skipped: cron " + fault.get();
    }
    try {
      return wake.path() == null ? wakeOnly(app) : call(app, wake.path());
    } catch (IOException | IllegalArgumentException e) { // the latter for a port that SQL wrote
      return "failed: " + e.getMessage();
    }
  }

  private static String shown(@Nullable String path) {
    return path == null ? "" : " of " + path;
  }

  private String wakeOnly(AppGuid app) {
    bus.publish(Subjects.DEA_WAKE, first(app));
    return "woken";
  }

  /** One instance is enough. */
  static InstanceFilter first(AppGuid app) {
    return new InstanceFilter(app, null, List.of(0), null, null, null);
  }

  private String call(AppGuid app, String path) throws IOException {
    Optional<WakeCall.Target> target = database.inTransaction(db -> store.target(db, app));
    if (target.isEmpty()) {
      return "skipped: the app is stopped or has no route";
    }
    long begun = scheduler.nanoTime();
    String status = WakeCall.status(target.get(), path);
    long millis = Duration.ofNanos(scheduler.nanoTime() - begun).toMillis();
    return "answered %s after %d ms".formatted(status, millis);
  }
}
