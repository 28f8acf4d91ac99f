package bellows.dea.staging;

import bellows.base.files.Trees;
import bellows.base.ids.Ids;
import bellows.base.time.Scheduler;
import bellows.bus.MessageBus.Incoming;
import bellows.contracts.ids.AppGuid;
import bellows.contracts.ids.TaskId;
import bellows.contracts.staging.StagingReply;
import bellows.contracts.staging.StagingStart;
import bellows.dea.capacity.Capacity;
import bellows.dea.logs.AppLog;
import bellows.dea.logs.LogTails;
import bellows.dea.transfer.Transfers;
import bellows.warden.Container;
import bellows.warden.Warden;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.Executor;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The staging tasks of this host. Thread-safe. Tasks do not outlive this process: whoever ordered
 * them sees their claim expire and orders them again.
 */
public final class StagingTasks {
  private static final Logger log = LoggerFactory.getLogger(StagingTasks.class);

  /** Names of staging containers begin so. */
  static final String CONTAINER_PREFIX = "s-";

  /**
   * @param directory for packages, droplets and buildpacks; ours alone
   * @param runner stage.sh on the host
   * @param processes per task, threads included
   */
  public record Config(Path directory, Path runner, int processes) {}

  /** What is shared with the other parts of this DEA; {@code executor} runs work that waits. */
  public record Neighbours(
      Warden warden,
      Capacity capacity,
      Transfers transfers,
      LogTails tails,
      AppLog appLog,
      Scheduler scheduler,
      Executor executor) {}

  private final Config config;
  private final Warden warden;
  private final Capacity capacity;
  private final Executor executor;
  private final BuildpackCache buildpacks;
  private final StagingTools tools;
  private final Runnable changed;
  private final Map<TaskId, Running> tasks = new ConcurrentHashMap<>();
  private volatile boolean closed;

  /** A task and who waits for its replies. */
  private static final class Running {
    private final StagingTask task;
    private Incoming<StagingStart> order;
    private boolean ready;

    private Running(StagingTask task, Incoming<StagingStart> order) {
      this.task = task;
      this.order = order;
    }

    private synchronized void ready(TaskId id) {
      ready = true;
      order.reply(StagingReply.ready(id));
    }

    /** The same order again: who sent it has forgotten, or never got, what was replied before. */
    private synchronized void orderedAgain(TaskId id, Incoming<StagingStart> again) {
      order = again;
      if (ready) {
        order.reply(StagingReply.ready(id));
      }
    }

    private synchronized void ended(StagingReply reply) {
      order.reply(reply);
    }
  }

  /**
   * @param changed called when there is more or less room than before
   */
  public StagingTasks(Config config, Neighbours neighbours, Runnable changed) {
    this.config = config;
    this.warden = neighbours.warden();
    this.capacity = neighbours.capacity();
    this.executor = neighbours.executor();
    this.changed = changed;
    this.buildpacks =
        new BuildpackCache(config.directory().resolve("buildpacks"), neighbours.transfers());
    this.tools =
        new StagingTools(
            new StagingTask.Config(config.runner(), config.processes()),
            neighbours.warden(),
            buildpacks,
            neighbours.transfers(),
            neighbours.tails(),
            neighbours.appLog(),
            neighbours.scheduler());
  }

  /** Clears away what an earlier run left. */
  public void open() {
    for (Container container : warden.containers()) {
      if (container.id().startsWith(CONTAINER_PREFIX)) {
        container.destroy();
      }
    }
    Trees.delete(work());
    makeWork();
    buildpacks.open();
  }

  /** Packages and droplets lie there for a while, and are nobody else's on this host. */
  private void makeWork() {
    try {
      Files.createDirectories(work());
      Files.setPosixFilePermissions(work(), PosixFilePermissions.fromString("rwx------"));
    } catch (IOException e) {
      throw new UncheckedIOException("cannot make " + work(), e);
    }
  }

  /** Two replies: ready and done; or one, when it never gets that far. */
  public void start(Incoming<StagingStart> order) {
    order.message().ifPresent(message -> start(message, order));
  }

  private void start(StagingStart message, Incoming<StagingStart> order) {
    Running fresh = new Running(new StagingTask(message, tools, work().resolve(Ids.uuid())), order);
    if (closed) {
      return;
    }
    Running known = tasks.putIfAbsent(message.task(), fresh);
    if (known != null) {
      known.orderedAgain(message.task(), order);
      return;
    }
    Optional<Capacity.Shortage> shortage =
        capacity.reserve(holder(message), message.memoryLimitMb(), message.diskLimitMb());
    if (shortage.isPresent()) {
      tasks.remove(message.task());
      fresh.ended(
          failed(
              message, StagingFailure.Reason.INSUFFICIENT_RESOURCES, shortage.get().description()));
      return;
    }
    log.atInfo()
        .addKeyValue("app", message.app())
        .addKeyValue("task", message.task())
        .log("staging.start");
    changed.run();
    executor.execute(() -> run(message, fresh));
  }

  private void run(StagingStart message, Running running) {
    StagingReply reply;
    try {
      reply = running.task.run(() -> running.ready(message.task()));
    } catch (RuntimeException e) {
      log.atError().addKeyValue("task", message.task()).setCause(e).log("staging.broke");
      reply =
          failed(
              message, StagingFailure.Reason.STAGING_ERROR, "the platform failed to stage the app");
    } finally {
      tasks.remove(message.task());
      capacity.release(holder(message));
      changed.run();
    }
    running.ended(reply);
  }

  private static StagingReply failed(
      StagingStart message, StagingFailure.Reason reason, String words) {
    return StagingReply.failed(message.task(), reason.wireName(), words);
  }

  private static String holder(StagingStart message) {
    return CONTAINER_PREFIX + message.task().value();
  }

  /** Ends every task of the app. */
  public void stop(AppGuid app) {
    tasks.values().stream()
        .map(running -> running.task)
        .filter(task -> task.app().equals(app))
        .forEach(StagingTask::stop);
  }

  /** Ends every task. */
  public void close() {
    closed = true;
    tasks.values().forEach(running -> running.task.stop());
  }

  private Path work() {
    return config.directory().resolve("tasks");
  }
}
