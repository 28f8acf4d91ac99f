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
import java.nio.file.Path;
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
  private final Map<TaskId, StagingTask> tasks = new ConcurrentHashMap<>();
  private volatile boolean closed;

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
    buildpacks.open();
  }

  /** Two replies: ready and done; or one, when it never gets that far. */
  public void start(Incoming<StagingStart> order) {
    order.message().ifPresent(message -> start(message, order));
  }

  private void start(StagingStart message, Incoming<StagingStart> order) {
    StagingTask task = new StagingTask(message, tools, work().resolve(Ids.uuid()));
    if (closed || tasks.putIfAbsent(message.task(), task) != null) {
      return;
    }
    String holder = CONTAINER_PREFIX + message.task().value();
    Optional<Capacity.Shortage> shortage =
        capacity.reserve(holder, message.memoryLimitMb(), message.diskLimitMb());
    if (shortage.isPresent()) {
      tasks.remove(message.task());
      order.reply(
          StagingReply.failed(
              message.task(),
              StagingFailure.Reason.INSUFFICIENT_RESOURCES.wireName(),
              shortage.get().description()));
      return;
    }
    log.atInfo()
        .addKeyValue("app", message.app())
        .addKeyValue("task", message.task())
        .log("staging.start");
    changed.run();
    executor.execute(() -> {
      StagingReply reply;
      try {
        reply = task.run(() -> order.reply(StagingReply.ready(message.task())));
      } catch (RuntimeException e) {
        log.atError().addKeyValue("task", message.task()).setCause(e).log("staging.broke");
        reply =
            StagingReply.failed(
                message.task(),
                StagingFailure.Reason.STAGING_ERROR.wireName(),
                "the platform failed to stage the app");
      } finally {
        tasks.remove(message.task());
        capacity.release(holder);
        changed.run();
      }
      order.reply(reply);
    });
  }

  /** Ends every task of the app. */
  public void stop(AppGuid app) {
    tasks.values().stream().filter(task -> task.app().equals(app)).forEach(StagingTask::stop);
  }

  /** Ends every task. */
  public void close() {
    closed = true;
    tasks.values().forEach(StagingTask::stop);
  }

  private Path work() {
    return config.directory().resolve("tasks");
  }
}
