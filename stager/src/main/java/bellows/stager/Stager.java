package bellows.stager;

import bellows.base.json.Json;
import bellows.base.lifecycle.Component;
import bellows.base.time.Rounds;
import bellows.base.time.Scheduler;
import bellows.blobstore.Blobstore;
import bellows.blobstore.SignedUrls;
import bellows.bus.MessageBus;
import bellows.cmdb.Database;
import bellows.cmdb.SecretBox;
import bellows.contracts.Nothing;
import bellows.contracts.Subjects;
import bellows.contracts.ids.AppGuid;
import bellows.contracts.ids.DeaId;
import bellows.contracts.ids.TaskId;
import bellows.contracts.staging.StagingReply;
import bellows.contracts.staging.StagingStart;
import bellows.contracts.staging.StagingStop;
import java.time.Duration;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.Semaphore;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import tools.jackson.core.JacksonException;

/**
 * Works on the build queue: claims a task, finds a DEA with room, sends it there, waits for the two
 * replies and stores how it ended. Several stagers may share one queue.
 *
 * <p>Each task has a virtual thread of its own, at most {@code concurrency} of them. A stager that
 * dies loses its claims after a while, one that starts again under the same name at once; the task
 * is then done anew. So a build may be staged twice, but it ends once: only the owner of the claim
 * can store a result.
 */
public final class Stager implements Component {
  private static final Logger log = LoggerFactory.getLogger(Stager.class);

  /** A task is sent at most so often: the second time when the first DEA died over it. */
  private static final int ATTEMPTS = 2;

  /** A step of waiting, after which the claim is renewed and the DEA looked at. */
  private static final Duration STEP = Duration.ofSeconds(1);

  /** What a DEA needs beside the task's own time limit: to stop it, to say so. */
  private static final Duration GRACE = Duration.ofSeconds(30);

  private final Config config;
  private final Database database;
  private final MessageBus bus;
  private final Scheduler scheduler;
  private final SecretBox box;
  private final StagingTaskStore store = new StagingTaskStore();
  private final StagingAddresses addresses;
  private final StagingLog stagingLog;
  private final StagingPool pool;
  private final Rounds rounds;
  private final Semaphore free;
  private final Set<Thread> running = ConcurrentHashMap.newKeySet();
  private MessageBus.@Nullable Subscription queued;
  private volatile boolean closing;

  /**
   * @param name of this stager, unlike that of any other one, and the same after a restart
   * @param concurrency tasks at a time; what the hosts have room for is a limit of its own
   * @param period time between two looks at the queue when nobody tells of a new task
   * @param claim how long a claim lasts without being renewed
   * @param firstReply how long a DEA may take to prepare the container
   * @param roomWait how long a task waits for a host with room
   */
  public record Config(
      String name,
      int concurrency,
      Duration period,
      Duration claim,
      Duration firstReply,
      Duration roomWait) {
    public Config {
      if (concurrency < 1) {
        throw new IllegalArgumentException("stager.concurrency must be at least 1: " + concurrency);
      }
    }

    /** Values for one machine. */
    public static Config named(String name) {
      return new Config(
          name,
          4,
          Duration.ofSeconds(10),
          Duration.ofSeconds(30),
          Duration.ofMinutes(2),
          Duration.ofMinutes(5));
    }
  }

  public Stager(
      Config config,
      Database database,
      MessageBus bus,
      Blobstore blobs,
      SignedUrls urls,
      SecretBox box,
      Scheduler scheduler) {
    this.config = config;
    this.database = database;
    this.bus = bus;
    this.scheduler = scheduler;
    this.box = box;
    this.addresses = new StagingAddresses(blobs, urls);
    this.stagingLog = new StagingLog(bus, scheduler);
    this.free = new Semaphore(config.concurrency());
    this.rounds = new Rounds("stager", config.period(), scheduler, this::claimAll);
    this.pool = new StagingPool(bus, scheduler);
  }

  @Override
  public synchronized void start() {
    if (queued == null) {
      int again = database.inTransaction(db -> store.releaseAll(db, config.name()));
      if (again > 0) {
        log.atInfo().addKeyValue("tasks", again).log("staging.requeued");
      }
      closing = false;
      pool.start();
      queued = bus.subscribe(Subjects.STAGING_QUEUED, _ -> rounds.signal());
      bus.onReconnect(rounds::signal);
      rounds.start();
    }
  }

  /** Gives the tasks that run back to the queue. */
  @Override
  public synchronized void close() {
    if (queued == null) {
      return;
    }
    queued.close();
    queued = null;
    rounds.close();
    // Not by interrupts: one that meets a statement costs its connection.
    closing = true;
    for (Thread thread : running) {
      try {
        thread.join(STEP.multipliedBy(5));
      } catch (InterruptedException e) {
        Thread.currentThread().interrupt();
        break;
      }
    }
    pool.close();
  }

  private void claimAll() {
    while (free.tryAcquire()) {
      Optional<ClaimedTask> claimed = Optional.empty();
      try {
        claimed = database.inTransaction(db -> store.claim(db, config.name(), config.claim()));
      } finally {
        if (claimed.isEmpty()) {
          free.release();
        }
      }
      if (claimed.isEmpty()) {
        return;
      }
      ClaimedTask task = claimed.get();
      Thread thread =
          Thread.ofVirtual().name("staging-" + task.buildGuid()).unstarted(() -> run(task));
      running.add(thread);
      thread.start();
    }
  }

  private void run(ClaimedTask task) {
    try {
      Optional<StagingReply> result = stage(task);
      if (result.isPresent()) {
        finish(task, result.get());
      }
    } catch (InterruptedException e) {
      // We are closing: someone else, or we after a restart, takes it from here.
      bus.publish(Subjects.STAGING_STOP, new StagingStop(task.app()));
      database.useTransaction(db -> store.release(db, config.name(), task));
    } catch (RuntimeException e) {
      // Mostly the database: the claim runs out and the task is tried again, attempts permitting.
      log.atError().addKeyValue("build", task.buildGuid()).setCause(e).log("staging.broken");
    } finally {
      running.remove(Thread.currentThread());
      free.release();
      rounds.signal();
    }
  }

  /**
   * @return how it ended; empty when the task is not ours any more
   */
  private Optional<StagingReply> stage(ClaimedTask task) throws InterruptedException {
    StagingStart request;
    try {
      request = Json.read(box.open(task.sealedRequest()), StagingStart.class);
    } catch (IllegalArgumentException | JacksonException e) {
      log.atError().addKeyValue("build", task.buildGuid()).setCause(e).log("staging.unreadable");
      return Optional.of(
          failed(
              TaskId.random(),
              task.app(),
              "StagingError",
              "the stored request cannot be read any more; push again"));
    }
    for (int attempt = task.attempts() + 1; attempt <= ATTEMPTS; attempt++) {
      Optional<DeaId> dea = room(task, request);
      if (dea.isEmpty()) {
        return Optional.of(
            failed(
                request.task(),
                task.app(),
                "InsufficientResources",
                "no host had %d MB of memory and %d MB of disk for staging within %d s: %s"
                    .formatted(
                        request.memoryLimitMb(),
                        request.diskLimitMb(),
                        config.roomWait().toSeconds(),
                        pool.offered())));
      }
      Attempt ended = attempt(task, request, dea.get());
      switch (ended) {
        case Attempt.Ended(StagingReply reply) -> {
          return Optional.of(reply);
        }
        case Attempt.TaskGone() -> {
          return Optional.empty();
        }
        case Attempt.DeaGone() -> {
          if (attempt < ATTEMPTS) {
            stagingLog.progress(task.app(), "The host that staged is gone, starting again");
          }
        }
      }
    }
    return Optional.of(
        failed(
            request.task(),
            task.app(),
            "StagingError",
            "staging was interrupted %d times because its host went away".formatted(ATTEMPTS)));
  }

  /** How one attempt ended. */
  private sealed interface Attempt {
    record Ended(StagingReply reply) implements Attempt {}

    /** The DEA died; another one may try. */
    record DeaGone() implements Attempt {}

    /** The app was deleted meanwhile, or another stager has the task. */
    record TaskGone() implements Attempt {}
  }

  private Optional<DeaId> room(ClaimedTask task, StagingStart request) throws InterruptedException {
    long deadline = scheduler.nanoTime() + config.roomWait().toNanos();
    boolean told = false;
    while (true) {
      Optional<DeaId> dea =
          pool.take(request.stack(), request.memoryLimitMb(), request.diskLimitMb());
      if (dea.isPresent() || scheduler.nanoTime() > deadline) {
        return dea;
      }
      if (!told) {
        stagingLog.progress(
            task.app(),
            "Waiting for a host with %d MB of memory to stage on: %s"
                .formatted(request.memoryLimitMb(), pool.offered()));
        told = true;
      }
      pool.awaitNews(STEP);
      if (!renew(task)) {
        return Optional.empty();
      }
    }
  }

  private Attempt attempt(ClaimedTask task, StagingStart request, DeaId dea)
      throws InterruptedException {
    TaskId id = TaskId.random();
    if (!database.inTransaction(db -> store.sent(db, config.name(), task.buildGuid(), id))) {
      return new Attempt.TaskGone();
    }
    Duration limit = Duration.ofSeconds(request.timeoutSeconds()).plus(GRACE);
    StagingStart message = addresses.address(request, id, GRACE);
    log.atInfo()
        .addKeyValue("build", task.buildGuid())
        .addKeyValue("app", task.app())
        .addKeyValue("dea", dea)
        .log("staging.sent");
    boolean delivered = false;
    try (Conversation conversation =
        new Conversation(bus, dea, message, config.firstReply().plus(limit))) {
      Attempt attempt = converse(task, dea, conversation, id, limit);
      if (attempt instanceof Attempt.Ended(StagingReply reply) && !Conversation.isFailure(reply)) {
        delivered = addresses.deliver(request, id);
        return delivered
            ? attempt
            : new Attempt.Ended(
                failed(id, task.app(), "StagingError", "the droplet was not uploaded"));
      }
      return attempt;
    } finally {
      if (!delivered) {
        addresses.discard(id);
      }
    }
  }

  private Attempt converse(
      ClaimedTask task, DeaId dea, Conversation conversation, TaskId id, Duration limit)
      throws InterruptedException {
    boolean ready = false;
    long deadline = scheduler.nanoTime() + config.firstReply().toNanos();
    while (true) {
      if (!ready && conversation.ready(STEP).isPresent()) {
        ready = true;
        deadline = scheduler.nanoTime() + limit.toNanos();
      }
      Optional<StagingReply> ended = conversation.ended(ready ? STEP : Duration.ZERO);
      if (ended.isPresent()) {
        return new Attempt.Ended(ended.get());
      }
      if (!renew(task)) {
        bus.publish(Subjects.STAGING_STOP, new StagingStop(task.app()));
        return new Attempt.TaskGone();
      }
      if (!pool.alive(dea)) {
        return new Attempt.DeaGone();
      }
      if (scheduler.nanoTime() > deadline) {
        bus.publish(Subjects.STAGING_STOP, new StagingStop(task.app()));
        return new Attempt.Ended(
            ready
                ? failed(id, task.app(), "StagingTimeExpired", "staging took longer than it may")
                : failed(
                    id,
                    task.app(),
                    "StagingError",
                    "the host did not prepare a container within %d s"
                        .formatted(config.firstReply().toSeconds())));
      }
    }
  }

  /**
   * @throws InterruptedException when this stager is about to close
   */
  private boolean renew(ClaimedTask task) throws InterruptedException {
    if (closing) {
      throw new InterruptedException("the stager closes");
    }
    return database.inTransaction(
        db -> store.renew(db, config.name(), task.buildGuid(), config.claim()));
  }

  private StagingReply failed(TaskId task, AppGuid app, String type, String message) {
    stagingLog.failure(app, "Staging failed: " + message);
    return StagingReply.failed(task, type, message);
  }

  private void finish(ClaimedTask task, StagingReply result) {
    boolean ours =
        database.inTransaction(db -> store.finish(db, config.name(), task.buildGuid(), result));
    if (ours) {
      bus.publish(Subjects.STAGING_ENDED, Nothing.NOTHING);
    }
    log.atInfo()
        .addKeyValue("build", task.buildGuid())
        .addKeyValue("app", task.app())
        .addKeyValue("failed", Conversation.isFailure(result))
        .log("staging.ended");
  }
}
