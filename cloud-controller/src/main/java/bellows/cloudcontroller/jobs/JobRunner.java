package bellows.cloudcontroller.jobs;

import bellows.base.ids.Ids;
import bellows.base.lifecycle.Component;
import bellows.base.time.Scheduler;
import bellows.cmdb.Database;
import bellows.http.CfError;
import bellows.http.CfErrorBodies;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Does the jobs, a few at a time, each on a virtual thread. Several runners, also in other
 * processes, share the table: a claim keeps each job with one of them.
 */
public final class JobRunner implements Component {
  private static final Logger log = LoggerFactory.getLogger(JobRunner.class);
  private static final Duration GRACE = Duration.ofSeconds(10);

  /** The server's clock says when a job may be tried again, and ours when to look. */
  private static final Duration CLOCKS_DIFFER = Duration.ofMillis(50);

  /**
   * @param workers jobs at once
   * @param claim for how long a job stays with a runner that died
   * @param look how often to look for jobs whose hint was lost, or whose runner died
   * @param attempts after which a job that throws, or kills its process, has failed
   */
  public record Config(int workers, Duration claim, Duration look, int attempts) {
    public static final Config DEFAULT =
        new Config(4, Duration.ofSeconds(30), Duration.ofSeconds(5), 5);

    public Config {
      if (workers < 1 || attempts < 1 || !claim.isPositive() || !look.isPositive()) {
        throw new IllegalArgumentException(
            "jobs need at least one worker and attempt, and times above 0");
      }
    }
  }

  private final Config config;
  private final Database database;
  private final Scheduler scheduler;
  private final JobStore store;
  private final JobSignals signals;
  private final Map<String, JobWork> works;
  private final String name = Ids.uuid();
  private final Semaphore free;
  private final Set<String> running = ConcurrentHashMap.newKeySet();
  private final List<Scheduler.Timer> timers = new ArrayList<>();
  private @Nullable ExecutorService workers;

  /**
   * @param works by operation
   */
  public JobRunner(
      Config config,
      Database database,
      Scheduler scheduler,
      Jobs jobs,
      Map<String, JobWork> works) {
    this.config = config;
    this.database = database;
    this.scheduler = scheduler;
    this.store = jobs.store();
    this.signals = jobs.signals();
    this.works = Map.copyOf(works);
    this.free = new Semaphore(config.workers());
  }

  @Override
  public synchronized void start() {
    if (workers != null) {
      return;
    }
    workers = Executors.newThreadPerTaskExecutor(Thread.ofVirtual().name("job-", 0).factory());
    signals.onAdded(this::hint);
    timers.add(scheduler.every(config.look(), this::takeAll));
    timers.add(scheduler.every(config.claim().dividedBy(3), this::renew));
  }

  @Override
  public void close() {
    ExecutorService closing;
    synchronized (this) {
      closing = workers;
      workers = null;
      timers.forEach(Scheduler.Timer::close);
      timers.clear();
    }
    if (closing == null) {
      return;
    }
    closing.shutdown();
    try {
      if (!closing.awaitTermination(GRACE.toMillis(), TimeUnit.MILLISECONDS)) {
        // What is cut here runs again elsewhere once its claim is over.
        closing.shutdownNow();
      }
    } catch (InterruptedException e) {
      closing.shutdownNow();
      Thread.currentThread().interrupt();
    }
  }

  /** The thread that committed has an answer to give; it does not take jobs itself. */
  private synchronized void hint() {
    if (workers != null) {
      workers.execute(this::takeAll);
    }
  }

  private void takeAll() {
    try {
      boolean more = true;
      while (more && free.tryAcquire()) {
        more = takeOne();
      }
    } catch (RuntimeException e) {
      log.atWarn().setCause(e).log("jobs.claim_failed");
    }
  }

  /** Holds a permit, which the started job frees, or this method when there is none. */
  private boolean takeOne() {
    boolean started = false;
    try {
      Optional<Job> job = database.inTransaction(db -> store.claim(db, name, config.claim()));
      if (job.isPresent()) {
        started = submit(job.get());
      }
      return started;
    } finally {
      if (!started) {
        free.release();
      }
    }
  }

  private synchronized boolean submit(Job job) {
    if (workers == null) {
      return false;
    }
    workers.execute(() -> {
      try {
        run(job);
      } finally {
        free.release();
        takeAll();
      }
    });
    return true;
  }

  private void renew() {
    if (!running.isEmpty()) {
      database.useTransaction(db -> store.renew(db, name, running, config.claim()));
    }
  }

  private void run(Job job) {
    running.add(job.guid());
    try {
      if (job.attempt() > config.attempts()) {
        fail(job, gaveUp());
        return;
      }
      JobWork work = works.get(job.operation());
      if (work == null) {
        throw new IllegalStateException("no work is known for " + job.operation());
      }
      work.run(job);
      database.useTransaction(db -> store.end(db, name, job.guid(), List.of()));
    } catch (CfError e) {
      fail(job, e);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    } catch (Exception e) {
      retry(job, e);
    } finally {
      running.remove(job.guid());
      signals.ended();
    }
  }

  private void retry(Job job, Exception cause) {
    log.atWarn()
        .addKeyValue("job", job.guid())
        .addKeyValue("operation", job.operation())
        .addKeyValue("attempt", job.attempt())
        .setCause(cause)
        .log("job.attempt_failed");
    if (job.attempt() >= config.attempts()) {
      fail(job, gaveUp());
      return;
    }
    Duration delay = Duration.ofMillis(250L << (job.attempt() - 1));
    try {
      database.useTransaction(db -> store.retryAfter(db, name, job.guid(), delay));
      Scheduler.Timer _ = scheduler.after(delay.plus(CLOCKS_DIFFER), this::hint);
    } catch (RuntimeException e) {
      log.atWarn().addKeyValue("job", job.guid()).setCause(e).log("job.release_failed");
    }
  }

  private void fail(Job job, CfError error) {
    try {
      database.useTransaction(
          db -> store.end(db, name, job.guid(), List.of(CfErrorBodies.Entry.of(error))));
    } catch (RuntimeException e) {
      log.atWarn().addKeyValue("job", job.guid()).setCause(e).log("job.end_failed");
    }
  }

  private CfError gaveUp() {
    return CfError.Kind.SERVER_ERROR.because(
        "The work failed %d times for an unexpected reason; the server's log tells it",
        config.attempts());
  }
}
