package bellows.dea.instances;

import bellows.contracts.dea.StartInstance;
import bellows.dea.droplets.DropletCache;
import bellows.dea.droplets.DropletException;
import bellows.dea.environment.Variables;
import bellows.dea.logs.LogSource;
import bellows.dea.logs.LogTail;
import bellows.dea.logs.LogTails;
import bellows.dea.tenantfiles.TenantTree;
import bellows.warden.BindMount;
import bellows.warden.Container;
import bellows.warden.ContainerSpec;
import bellows.warden.Egress;
import bellows.warden.Limits;
import bellows.warden.PortMapping;
import bellows.warden.Warden;
import bellows.warden.WardenException;
import java.io.UncheckedIOException;
import java.net.URI;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.yaml.snakeyaml.LoaderOptions;
import org.yaml.snakeyaml.Yaml;
import org.yaml.snakeyaml.constructor.SafeConstructor;
import org.yaml.snakeyaml.error.YAMLException;

/** From a start message to a container that runs: droplet, container, log tail, program. */
final class ContainerRecipe {
  /** Names of instance containers begin so; staging tasks have another letter. */
  static final String CONTAINER_PREFIX = "i-";

  private static final Logger log = LoggerFactory.getLogger(ContainerRecipe.class);

  /** With one failure in twenty, one start in 8,000 fails. */
  private static final int TRIES = 3;

  private static final int INFO_BYTES = 1 << 20;
  private static final int FEWEST_FILES = 16;
  private static final int LEAST_DISK_MB = 16;

  /** Hundreds of starts at once, as after a restart of the machine, would only slow each other. */
  private static final int STARTS_PER_CORE = 2;

  private static final Duration LONGEST_QUEUE = Duration.ofMinutes(5);
  private static final int MB_PER_SHARE = 8;
  private static final int FEWEST_SHARES = 2;
  private static final int MOST_SHARES = 256;

  /**
   * @param address of this host, which the routers reach
   * @param startScript on the host
   * @param processes per instance, threads included
   * @param logBytesPerSecond upper bound for every instance, also for those without a limit
   */
  record Config(String address, Path startScript, int processes, long logBytesPerSecond) {}

  private final Config config;
  private final Warden warden;
  private final DropletCache droplets;
  private final LogTails tails;
  private final InstanceStore store;
  private final Semaphore turns =
      new Semaphore(STARTS_PER_CORE * Runtime.getRuntime().availableProcessors(), true);

  ContainerRecipe(
      Config config, Warden warden, DropletCache droplets, LogTails tails, InstanceStore store) {
    this.config = config;
    this.warden = warden;
    this.droplets = droplets;
    this.tails = tails;
    this.store = store;
  }

  /**
   * What can be done before there is a container, and stays good for the ones after it: while it
   * sleeps, an instance keeps this.
   *
   * @param launch unknown of a container that an earlier run started
   */
  record Prepared(DropletCache.Lease droplet, @Nullable Launch launch) {
    void close() {
      droplet.close();
    }
  }

  /**
   * Has the droplet unpacked and its command read, unless that was kept from before.
   *
   * @throws StartFailure with words for the app's owner
   */
  Prepared prepare(Instance instance) {
    Optional<Prepared> kept = instance.takePrepared();
    if (kept.isPresent()) {
      if (kept.get().launch() != null) {
        return kept.get();
      }
      kept.get().close();
    }
    DropletCache.Lease droplet = droplet(instance);
    try {
      return new Prepared(droplet, launch(instance, droplet.directory()));
    } catch (RuntimeException e) {
      droplet.close();
      throw e;
    }
  }

  /**
   * Makes and starts a container; on failure nothing is left of it, nor of {@code prepared}. One
   * that may sleep is not reachable before it is connected.
   *
   * @throws StartFailure with words for the app's owner
   */
  Instance.Resources run(Instance instance, Prepared prepared) {
    try {
      return runWithRetries(instance, prepared);
    } catch (RuntimeException e) {
      prepared.close();
      throw e;
    }
  }

  /** What fails once, such as a runtime under load or a busy mount, need not fail twice. */
  private Instance.Resources runWithRetries(Instance instance, Prepared prepared) {
    for (int tries = 1; ; tries++) {
      try {
        return runOnce(instance, prepared);
      } catch (WardenException | UncheckedIOException e) {
        if (tries == TRIES) {
          throw failure(e);
        }
        log.atWarn().addKeyValue("instance", instance.id()).setCause(e).log("container.try_again");
      } catch (IllegalArgumentException e) {
        throw failure(e);
      }
    }
  }

  private static StartFailure failure(RuntimeException e) {
    return new StartFailure("cannot start a container: " + e.getMessage(), false, e);
  }

  private Instance.Resources runOnce(Instance instance, Prepared prepared) {
    String id = idPrefix(instance) + instance.nextContainer();
    Container container = null;
    LogTail tail = null;
    instance.has(id);
    try {
      waitForTurn();
      try {
        container =
            warden.create(
                spec(
                    instance,
                    id,
                    prepared.droplet().directory(),
                    Objects.requireNonNull(prepared.launch())));
        if (instance.rule().isPresent()) {
          container.disconnect();
        }
        container.start();
        tail = follow(instance, container);
      } finally {
        turns.release();
      }
      return new Instance.Resources(container, tail, prepared);
    } catch (RuntimeException e) {
      undo(container, tail, e);
      instance.hasNot(id);
      throw e;
    }
  }

  private void waitForTurn() {
    try {
      if (turns.tryAcquire(LONGEST_QUEUE.toMillis(), TimeUnit.MILLISECONDS)) {
        return;
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
    throw new StartFailure("the host is too busy with other starts", false, null);
  }

  /** What belongs to a container that an earlier run started. */
  Instance.Resources adopt(Instance instance, Container container) {
    String sha1 = instance.message().sha1();
    DropletCache.Lease droplet = droplets.adopt(sha1 == null ? "" : sha1, instance.uid());
    return new Instance.Resources(
        container, follow(instance, container), new Prepared(droplet, null));
  }

  /**
   * The container of this instance, if the warden knows one: of two, the one that callers are sent
   * to rather than the one that was to take over, else the newer one.
   */
  Optional<Container> find(Instance instance) {
    List<Container> own =
        warden.containers().stream()
            .filter(container -> container.id().startsWith(idPrefix(instance)))
            .toList();
    own.forEach(container -> instance.countsContainersFrom(number(instance, container.id())));
    Optional<Container> found =
        own.stream()
            .max(
                Comparator.comparing(Container::connected)
                    .thenComparingInt(container -> number(instance, container.id())));
    found.ifPresent(container -> instance.has(container.id()));
    return found;
  }

  /** Delivers the last lines, then gives everything back. */
  void release(Instance.Resources resources) {
    deliverLastLines(resources);
    try {
      resources.container().destroy();
    } finally {
      resources.prepared().close();
    }
  }

  /** Destroys it; what resists is left to the next sweep, since the warden keeps its record. */
  static void destroyOrLeave(Container container) {
    try {
      container.destroy();
    } catch (RuntimeException e) {
      log.atWarn().addKeyValue("container", container.id()).setCause(e).log("container.left");
    }
  }

  /** Its program is over: what it said last is published, and the place for the next one free. */
  void deliverLastLines(Instance.Resources resources) {
    tails.finish(resources.tail());
  }

  /** An instance has a new container after each sleep, while the one before is still cleared. */
  private static String idPrefix(Instance instance) {
    return CONTAINER_PREFIX + instance.id().value() + "-";
  }

  private static int number(Instance instance, String id) {
    return Integer.parseInt(id.substring(idPrefix(instance).length()));
  }

  /** What resists is the sweep's. */
  private void undo(@Nullable Container container, @Nullable LogTail tail, RuntimeException why) {
    try {
      if (tail != null) {
        tails.finish(tail);
      }
      if (container != null) {
        container.destroy();
      }
    } catch (RuntimeException e) {
      why.addSuppressed(e);
    }
  }

  private DropletCache.Lease droplet(Instance instance) {
    StartInstance message = instance.message();
    if (message.sha1() == null || message.executableUri() == null) {
      throw new StartFailure("the app has no droplet", false, null);
    }
    try {
      return droplets.acquire(message.sha1(), URI.create(message.executableUri()), instance.uid());
    } catch (DropletException e) {
      boolean stale = e.failure() == DropletException.Failure.NOT_OBTAINABLE;
      throw new StartFailure(String.valueOf(e.getMessage()), stale, e);
    } catch (IllegalArgumentException | UncheckedIOException e) {
      throw new StartFailure("cannot prepare the droplet: " + e.getMessage(), false, e);
    }
  }

  private LogTail follow(Instance instance, Container container) {
    Long wanted = instance.limits().logBytesPerSecond();
    long limit =
        wanted == null || wanted < 0
            ? config.logBytesPerSecond()
            : Math.min(wanted, config.logBytesPerSecond());
    String type = instance.message().processType();
    return tails.follow(
        new LogSource(
            container,
            instance.app(),
            "APP/PROC/" + (type == null ? "web" : type).toUpperCase(Locale.ROOT),
            Integer.toString(instance.index()),
            store.offsets(instance.id(), container.id()),
            limit));
  }

  private ContainerSpec spec(Instance instance, String id, Path droplet, Launch launch) {
    StartInstance message = instance.message();
    int memory = message.limits().mem();
    int shares = Math.clamp(memory / MB_PER_SHARE, FEWEST_SHARES, MOST_SHARES);
    return new ContainerSpec(
        id,
        instance.uid(),
        droplet,
        List.of(BindMount.readOnly(config.startScript(), Launch.SCRIPT)),
        launch.words(),
        launch.directory(),
        launch.environment(variables(instance)),
        new Limits(
            memory,
            Math.max(message.limits().disk(), LEAST_DISK_MB),
            shares,
            config.processes(),
            Math.max(message.limits().fds(), FEWEST_FILES)),
        new PortMapping(instance.port(), Instance.CONTAINER_PORT),
        Egress.open());
  }

  private Launch launch(Instance instance, Path droplet) {
    String command = command(instance.message(), droplet);
    return Launch.of(droplet, command, variables(instance));
  }

  private Map<String, String> variables(Instance instance) {
    return Variables.ofInstance(
        instance.message(),
        new Variables.Facts(
            instance.id(),
            config.address(),
            instance.port(),
            Instance.CONTAINER_PORT,
            instance.startedAt(),
            instance.uris()));
  }

  private static String command(StartInstance message, Path droplet) {
    String given = message.startCommand();
    if (given != null && !given.isBlank()) {
      return given;
    }
    return staged(droplet)
        .orElseThrow(() ->
            new StartFailure(
                "no start command: neither the app nor its buildpack names one (set one with a"
                    + " Procfile or with -c)",
                false,
                null));
  }

  private static Optional<String> staged(Path droplet) {
    LoaderOptions options = new LoaderOptions();
    options.setCodePointLimit(INFO_BYTES);
    try {
      Object info =
          new TenantTree(droplet)
              .text("staging_info.yml", INFO_BYTES)
              .<Object>map(new Yaml(new SafeConstructor(options))::load)
              .orElse(Map.of());
      return info instanceof Map<?, ?> map
              && map.get("start_command") instanceof String command
              && !command.isBlank()
          ? Optional.of(command)
          : Optional.empty();
    } catch (YAMLException e) {
      return Optional.empty();
    }
  }
}
