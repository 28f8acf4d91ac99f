package bellows.dea.staging;

import bellows.base.archive.ArchiveException;
import bellows.base.archive.Archives;
import bellows.base.files.Trees;
import bellows.base.ids.Ids;
import bellows.contracts.ids.AppGuid;
import bellows.contracts.staging.StagingReply;
import bellows.contracts.staging.StagingStart;
import bellows.dea.droplets.AppUid;
import bellows.dea.environment.Variables;
import bellows.dea.logs.LogSource;
import bellows.dea.logs.LogTail;
import bellows.dea.staging.StagingFailure.Reason;
import bellows.dea.tenantfiles.TenantTree;
import bellows.dea.transfer.TransferException;
import bellows.warden.BindMount;
import bellows.warden.Container;
import bellows.warden.ContainerSpec;
import bellows.warden.Egress;
import bellows.warden.Exit;
import bellows.warden.Limits;
import bellows.warden.WardenException;
import java.io.BufferedInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * One staging task, from the package to the droplet in the blobstore.
 *
 * <p>{@link #run} blocks its thread; {@link #stop} may come from any other at any time.
 */
final class StagingTask {
  private static final Logger log = LoggerFactory.getLogger(StagingTask.class);

  /** The parts of /home/vcap that a droplet consists of. */
  private static final List<String> DROPLET = List.of("app", "deps", "profile.d", "logs");

  private static final Path RUNNER = Path.of("/home/vcap/.bellows/stage.sh");
  private static final int MOST_ENTRIES = 500_000;
  private static final int FEWEST_FILES = 16_384;
  private static final int CPU_SHARES = 512;
  private static final int LEAST_DISK_MB = 64;
  private static final long LOG_BYTES_PER_SECOND = 4L << 20;
  private static final long MB = 1L << 20;

  /** After a kill the container has to be over. */
  private static final Duration KILL_PATIENCE = Duration.ofSeconds(30);

  /**
   * @param runner stage.sh on the host
   * @param processes threads included
   */
  record Config(Path runner, int processes) {}

  private final StagingStart message;
  private final StagingTools tools;
  private final Path work;
  private final int uid;
  private @Nullable Container container;
  private Verdict.Killed killed = Verdict.Killed.NOT;

  /**
   * @param work a directory that is not there yet, for this task alone
   */
  StagingTask(StagingStart message, StagingTools tools, Path work) {
    this.message = message;
    this.tools = tools;
    this.work = work;
    this.uid = AppUid.of(message.app());
  }

  AppGuid app() {
    return message.app();
  }

  /** Ends it with the words of a stop. */
  void stop() {
    kill(Verdict.Killed.STOPPED);
  }

  /**
   * Does it all; leaves nothing behind.
   *
   * @param ready called when the container is about to run
   */
  StagingReply run(Runnable ready) {
    long startedAt = tools.scheduler().nanoTime();
    try (var _ = tools.scheduler().after(timeLimit(), () -> kill(Verdict.Killed.TIME_EXPIRED))) {
      Files.createDirectories(work);
      StagingReply reply = stage(ready);
      log.atInfo()
          .addKeyValue("app", message.app())
          .addKeyValue("task", message.task())
          .addKeyValue("millis", (tools.scheduler().nanoTime() - startedAt) / 1_000_000)
          .log("staging.done");
      return reply;
    } catch (StagingFailure e) {
      return failed(e.reason(), String.valueOf(e.getMessage()));
    } catch (WardenException | UncheckedIOException | IOException | TransferException e) {
      log.atWarn().addKeyValue("task", message.task()).setCause(e).log("staging.failed");
      return failed(Reason.STAGING_ERROR, String.valueOf(e.getMessage()));
    } finally {
      cleanUp();
    }
  }

  private StagingReply stage(Runnable ready) throws IOException {
    BuildpackPlan plan = BuildpackPlan.of(message);
    Container box = create(plan);
    fill(box, plan);
    ready.run();
    LogTail tail =
        tools
            .tails()
            .follow(
                new LogSource(
                    box, message.app(), "STG", "0", work.resolve("offsets"), LOG_BYTES_PER_SECOND));
    Exit exit;
    try {
      if (killed() == Verdict.Killed.NOT) {
        box.start();
      } else {
        throw stopped();
      }
      exit = await(box);
    } finally {
      tools.tails().finish(tail);
    }
    TenantTree home = new TenantTree(box.home());
    Optional<String> said = home.text(".bellows/result/failure", ProcessTypes.LONGEST_TEXT);
    Optional<StagingFailure> failure =
        Verdict.of(
            new Verdict.Ending(
                exit,
                killed(),
                said.map(String::strip),
                tail.lastLines(),
                box.usage().diskBytes(),
                message.memoryLimitMb(),
                message.diskLimitMb(),
                timeLimit()));
    if (failure.isPresent()) {
      throw failure.get();
    }
    StagedApp app = StagedApp.read(home);
    if (app.command() == null) {
      say("No start command specified by buildpack or via Procfile. Give one with the push.");
    }
    Packed droplet = packDroplet(box.home(), app);
    say("Uploading droplet (" + shown(droplet.bytes()) + ")");
    tools.transfers().put(URI.create(message.uploadUri()), droplet.file(), "application/gzip");
    saveCache(box.home());
    if (killed() != Verdict.Killed.NOT) {
      throw stopped();
    }
    say("Staging complete");
    return new StagingReply(
        message.task(),
        null,
        app.detected(),
        plan.key(app.lastBuildpack()).orElse(null),
        droplet.sha1(),
        app.command(),
        app.processTypes(),
        null,
        null,
        droplet.sha256(),
        droplet.bytes(),
        app.buildpacks());
  }

  private Container create(BuildpackPlan plan) {
    List<BindMount> mounts = new ArrayList<>();
    mounts.add(BindMount.readOnly(tools.config().runner(), RUNNER));
    for (int i = 0; i < plan.buildpacks().size(); i++) {
      if (plan.buildpacks().get(i) instanceof BuildpackPlan.Entry.Admin admin) {
        mounts.add(
            BindMount.readOnly(
                tools.buildpacks().directory(admin.buildpack()),
                Path.of(BuildpackPlan.MOUNTS + i)));
      }
    }
    Container made =
        tools
            .warden()
            .create(
                new ContainerSpec(
                    StagingTasks.CONTAINER_PREFIX + Ids.uuid(),
                    uid,
                    null,
                    mounts,
                    List.of("/bin/bash", RUNNER.toString()),
                    ContainerSpec.HOME,
                    Variables.ofStaging(message),
                    new Limits(
                        message.memoryLimitMb(),
                        Math.max(message.diskLimitMb(), LEAST_DISK_MB),
                        CPU_SHARES,
                        tools.config().processes(),
                        Math.max(message.properties().resources().fds(), FEWEST_FILES)),
                    null,
                    Egress.open()));
    synchronized (this) {
      container = made;
    }
    return made;
  }

  /** Nothing runs inside yet, so all of it is ours. */
  private void fill(Container box, BuildpackPlan plan) throws IOException {
    Path home = box.home();
    Path zip = work.resolve("package.zip");
    tools.transfers().fetch(URI.create(message.downloadUri()), zip, message.diskLimitMb() * MB);
    try {
      Archives.unzip(
          zip, home.resolve("app"), new Archives.Limits(message.diskLimitMb() * MB, MOST_ENTRIES));
    } catch (ArchiveException e) {
      throw new StagingFailure(Reason.STAGING_ERROR, "cannot unpack the app: " + e.getMessage(), e);
    }
    Files.delete(zip);
    new TenantTree(home.resolve("app")).ownedBy(uid);
    restoreCache(home.resolve("cache"));
    for (String name : List.of("cache", "deps", "profile.d", "logs", "tmp")) {
      owned(home.resolve(name));
    }
    Path own = home.resolve(".bellows");
    Files.createDirectories(own);
    owned(own.resolve("result"));
    Files.writeString(own.resolve("plan"), plan.text(), StandardCharsets.UTF_8);
    Files.setPosixFilePermissions(
        own.resolve("plan"), PosixFilePermissions.fromString("rw-r--r--"));
  }

  private void owned(Path directory) throws IOException {
    Files.createDirectories(directory);
    Files.setAttribute(directory, "unix:uid", uid, LinkOption.NOFOLLOW_LINKS);
    Files.setAttribute(directory, "unix:gid", uid, LinkOption.NOFOLLOW_LINKS);
  }

  /** A missing or broken cache makes staging slower, never wrong. */
  private void restoreCache(Path cache) throws IOException {
    Path archive = work.resolve("cache.tgz");
    try {
      tools
          .transfers()
          .fetch(URI.create(message.cacheDownloadUri()), archive, message.diskLimitMb() * MB);
      try (InputStream in = new BufferedInputStream(Files.newInputStream(archive), 1 << 16)) {
        Archives.untarGz(
            in,
            cache,
            new Archives.Limits(message.diskLimitMb() * MB / 2, MOST_ENTRIES),
            uid,
            uid,
            Archives.Links.ANYWHERE);
      }
    } catch (TransferException e) {
      if (e.failure() != TransferException.Failure.NOT_FOUND) {
        log.atWarn().addKeyValue("task", message.task()).setCause(e).log("staging.no_cache");
      }
    } catch (ArchiveException | UncheckedIOException e) {
      log.atWarn().addKeyValue("task", message.task()).setCause(e).log("staging.broken_cache");
    } finally {
      Files.deleteIfExists(archive);
    }
  }

  private Exit await(Container box) {
    try {
      return box.exited().get(timeLimit().plus(KILL_PATIENCE).toMillis(), TimeUnit.MILLISECONDS);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new StagingFailure(Reason.STAGING_ERROR, "the platform is going down", e);
    } catch (ExecutionException | TimeoutException e) {
      throw new StagingFailure(Reason.STAGING_ERROR, "the staging container cannot be ended", e);
    }
  }

  /**
   * Moves the parts of the droplet into a directory of ours, so that nothing else comes along. A
   * move takes the name itself: where the app put a link, the droplet holds the link.
   */
  private Packed packDroplet(Path home, StagedApp app) throws IOException {
    Path tree = Files.createTempDirectory(home, ".droplet-");
    Files.setPosixFilePermissions(tree, PosixFilePermissions.fromString("rwxr-xr-x"));
    for (String name : DROPLET) {
      Path part = home.resolve(name);
      if (Files.exists(part, LinkOption.NOFOLLOW_LINKS)) {
        Files.move(part, tree.resolve(name));
      }
    }
    Files.createDirectories(tree.resolve("tmp"));
    new TenantTree(tree).replace("staging_info.yml", app.stagingInfo());
    Files.setPosixFilePermissions(
        tree.resolve("staging_info.yml"), PosixFilePermissions.fromString("rw-r--r--"));
    return Packed.of(tree, work.resolve("droplet.tgz"));
  }

  private void saveCache(Path home) {
    Path cache = home.resolve("cache");
    try {
      if (!Files.isDirectory(cache, LinkOption.NOFOLLOW_LINKS) || empty(cache)) {
        return;
      }
      Packed packed = Packed.of(cache, work.resolve("cache.tgz"));
      tools
          .transfers()
          .put(URI.create(message.cacheUploadUri()), packed.file(), "application/gzip");
    } catch (TransferException | UncheckedIOException | IOException e) {
      log.atWarn().addKeyValue("task", message.task()).setCause(e).log("staging.cache_lost");
    }
  }

  /** Directories alone are not worth keeping. */
  private static boolean empty(Path directory) throws IOException {
    try (Stream<Path> walk = Files.walk(directory)) {
      return walk.allMatch(path -> Files.isDirectory(path, LinkOption.NOFOLLOW_LINKS));
    }
  }

  private void kill(Verdict.Killed why) {
    Container box;
    synchronized (this) {
      if (killed == Verdict.Killed.NOT) {
        killed = why;
      }
      box = container;
    }
    if (box != null) {
      box.kill();
    }
  }

  private synchronized Verdict.Killed killed() {
    return killed;
  }

  private StagingFailure stopped() {
    return Verdict.of(
            new Verdict.Ending(
                new Exit(-1, false),
                killed(),
                Optional.empty(),
                List.of(),
                0,
                message.memoryLimitMb(),
                message.diskLimitMb(),
                timeLimit()))
        .orElseThrow();
  }

  private StagingReply failed(Reason reason, String words) {
    say("Staging failed: " + words.lines().findFirst().orElse(""), true);
    log.atInfo()
        .addKeyValue("app", message.app())
        .addKeyValue("task", message.task())
        .addKeyValue("reason", reason.wireName())
        .log("staging.refused");
    return StagingReply.failed(message.task(), reason.wireName(), words);
  }

  private void cleanUp() {
    Container box;
    synchronized (this) {
      box = container;
    }
    try {
      if (box != null) {
        box.destroy();
      }
    } catch (WardenException e) {
      log.atWarn().addKeyValue("task", message.task()).setCause(e).log("container.left");
    }
    try {
      Trees.delete(work);
    } catch (UncheckedIOException e) {
      log.atWarn().addKeyValue("task", message.task()).setCause(e).log("staging.files_left");
    }
  }

  private Duration timeLimit() {
    return Duration.ofSeconds(Math.max(1, message.timeoutSeconds()));
  }

  private void say(String text) {
    say(text, false);
  }

  private void say(String text, boolean error) {
    tools.appLog().staging(message.app(), error, text);
  }

  private static String shown(long bytes) {
    return bytes < MB
        ? Math.max(1, bytes / 1024) + " KB"
        : String.format(Locale.ROOT, "%.1f MB", bytes / (double) MB);
  }
}
