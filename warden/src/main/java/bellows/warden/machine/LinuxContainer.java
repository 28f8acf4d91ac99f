package bellows.warden.machine;

import bellows.warden.Connection;
import bellows.warden.Container;
import bellows.warden.ContainerSpec;
import bellows.warden.Exit;
import bellows.warden.StartPhases;
import bellows.warden.Usage;
import bellows.warden.WardenException;
import bellows.warden.WardenException.Failure;
import bellows.warden.disk.DiskImage;
import bellows.warden.kernel.ExitWatch;
import bellows.warden.kernel.InNetwork;
import bellows.warden.kernel.KernelException;
import bellows.warden.kernel.Processes;
import bellows.warden.kernel.Syscalls;
import bellows.warden.netlink.SocketTable;
import bellows.warden.oci.SlotInit;
import java.io.UncheckedIOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.Consumer;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A container and the watch over its first process. One lock orders start, connect and destroy of
 * this container; queries take none.
 */
final class LinuxContainer implements Container {
  private static final Logger log = LoggerFactory.getLogger(LinuxContainer.class);
  private static final int SIGKILL = 9;
  private static final int SIGTERM = 15;

  /** For a program that ended without leaving a status: whatever killed init killed it. */
  private static final int KILLED = 128 + SIGKILL;

  /** Somebody waits for a program that is not connected yet, so it goes before those that serve. */
  private static final int SHARES_UNTIL_CONNECTED = 4096;

  private static final int LOOKS_AFTER_KILL = 100;
  private static final int LOOK_EVERY_MS = 100;

  private final Workshop workshop;
  private final ExitWatch exits;
  private final Consumer<String> afterDestroy;
  private final ContainerPaths paths;
  private final CompletableFuture<Exit> exited = new CompletableFuture<>();
  private final ReentrantLock lock = new ReentrantLock();
  private volatile ContainerRecord record;

  /** Disconnected before its start: whoever did that connects it when it listens. */
  private boolean heldBack;

  private volatile boolean destroyed;
  private volatile StartPhases phases;

  /** Opened when somebody first asks who listens; its monitor is this container's. */
  private @Nullable SocketTable sockets;

  /** What it was made of until it is started; guarded by the lock. */
  private @Nullable WarmSlot slot;

  /**
   * @param slot what waits in it to become the program; null when there is nothing
   * @param phases so far
   * @param afterDestroy told the id when nothing is left
   */
  LinuxContainer(
      Workshop workshop,
      ExitWatch exits,
      ContainerRecord record,
      @Nullable WarmSlot slot,
      StartPhases phases,
      Consumer<String> afterDestroy) {
    this.slot = slot;
    this.sockets = slot == null ? null : slot.sockets();
    this.phases = phases;
    this.workshop = workshop;
    this.exits = exits;
    this.record = record;
    this.afterDestroy = afterDestroy;
    this.paths = workshop.paths(record);
  }

  /** Takes up the watch over a program that an earlier warden has started. */
  void adopt() {
    watch(record.pid());
  }

  @Override
  public String id() {
    return spec().id();
  }

  @Override
  public ContainerSpec spec() {
    return record.spec();
  }

  @Override
  public String ip() {
    return record.attachment().ip();
  }

  @Override
  public Path home() {
    return paths.home();
  }

  @Override
  public Path disk() {
    return paths.disk();
  }

  @Override
  public Path stdout() {
    return paths.stdout();
  }

  @Override
  public Path stderr() {
    return paths.stderr();
  }

  @Override
  public void start() {
    lock.lock();
    try {
      if (destroyed || record.stage() != ContainerRecord.Stage.CREATED) {
        throw new WardenException(Failure.WRONG_STATE, id() + " cannot be started twice", null);
      }
      record = record.at(ContainerRecord.Stage.PARTIAL); // on paper it is no more than that yet
      if (!heldBack) {
        workshop.network().connect(record.attachment());
      }
      long begin = System.nanoTime();
      int pid = run();
      phases = phases.executed(Duration.ofNanos(System.nanoTime() - begin));
      update(record.connected(!heldBack).started(pid));
      watch(pid);
      log.atInfo().addKeyValue("container", id()).addKeyValue("pid", pid).log("container.started");
    } catch (WardenException e) {
      throw e;
    } catch (RuntimeException e) {
      throw new WardenException(Failure.START_FAILED, id() + ": " + e.getMessage(), e);
    } finally {
      lock.unlock();
    }
  }

  private void share(int cpuShares) {
    try {
      workshop.cgroups().share(workshop.layout().cgroup(record.body()), cpuShares);
    } catch (UncheckedIOException e) {
      log.atDebug().addKeyValue("container", id()).setCause(e).log("container.already_over");
    }
  }

  private int run() {
    WarmSlot waiting = slot;
    slot = null;
    if (waiting != null) {
      try {
        long openFiles = Math.min(spec().limits().openFiles(), workshop.openFilesAtMost());
        hurry();
        waiting.become(SlotInit.become(spec(), openFiles));
        return waiting.pid();
      } catch (KernelException | IllegalStateException e) {
        log.atWarn().addKeyValue("container", id()).setCause(e).log("slot.died");
        workshop.removeProgram(record.body());
        workshop.makeBundle(record, null);
        phases = phases.cold();
      }
    }
    int pid = workshop.runtime().run(record.body(), paths.bundle(), stdout(), stderr());
    hurry();
    return pid;
  }

  private void hurry() {
    if (heldBack) {
      share(SHARES_UNTIL_CONNECTED);
    }
  }

  @Override
  public OptionalInt pid() {
    ContainerRecord now = record;
    return now.stage() == ContainerRecord.Stage.STARTED && !exited.isDone()
        ? OptionalInt.of(now.pid())
        : OptionalInt.empty();
  }

  @Override
  public boolean listening(int containerPort) {
    return pid().isPresent()
        && sockets().filter(table -> table.listens(ip(), containerPort)).isPresent();
  }

  @Override
  public <T> T inside(Supplier<T> look) {
    try {
      return InNetwork.call(record.attachment().namespace(), look);
    } catch (KernelException e) {
      throw new WardenException(Failure.WRONG_STATE, id() + " has no network any more", e);
    }
  }

  /** Those of its namespace, unless that is gone or going. */
  private synchronized Optional<SocketTable> sockets() {
    if (sockets == null && !destroyed) {
      try {
        sockets = SocketTable.of(record.attachment().namespace());
      } catch (KernelException e) {
        log.atDebug().addKeyValue("container", id()).setCause(e).log("container.already_over");
      }
    }
    return Optional.ofNullable(sockets);
  }

  private synchronized void closeSockets() {
    destroyed = true;
    if (sockets != null) {
      sockets.close();
    }
  }

  @Override
  public void discardLog(Path file, long upTo) {
    if (!file.equals(stdout()) && !file.equals(stderr())) {
      throw new IllegalArgumentException("no log of " + id() + ": " + file);
    }
    DiskImage.discard(file, upTo);
  }

  @Override
  public void connect() {
    connected(true);
  }

  @Override
  public void disconnect() {
    connected(false);
  }

  @Override
  public boolean connected() {
    return record.connected();
  }

  @Override
  public List<Connection> connections() {
    return workshop.network().connections(record.attachment());
  }

  private void connected(boolean wanted) {
    lock.lock();
    try {
      if (destroyed) {
        throw new WardenException(Failure.WRONG_STATE, id() + " is destroyed", null);
      }
      if (record.stage() == ContainerRecord.Stage.CREATED) {
        heldBack = !wanted;
        return;
      }
      // The record is written while the port is closed, so that an adopter never opens it too
      // early.
      if (wanted) {
        workshop.network().connect(record.attachment());
        update(record.connected(true));
        if (record.stage() == ContainerRecord.Stage.STARTED) {
          share(spec().limits().cpuShares());
        }
      } else {
        update(record.connected(false));
        workshop.network().disconnect(record.attachment());
      }
    } catch (WardenException e) {
      throw e;
    } catch (RuntimeException e) {
      throw new WardenException(Failure.SWITCH_FAILED, id() + ": " + e.getMessage(), e);
    } finally {
      lock.unlock();
    }
  }

  @Override
  public StartPhases startPhases() {
    return phases;
  }

  @Override
  public void terminate() {
    signal(SIGTERM);
  }

  @Override
  public void kill() {
    signal(SIGKILL);
  }

  @Override
  public CompletableFuture<Exit> exited() {
    return exited.copy();
  }

  @Override
  public Usage usage() {
    if (destroyed) {
      return Usage.NONE;
    }
    String group = workshop.layout().cgroup(record.body());
    return new Usage(
        workshop.cgroups().memoryBytes(group),
        workshop.cgroups().cpuNanos(group),
        DiskImage.used(disk()));
  }

  @Override
  public void destroy() {
    lock.lock();
    try {
      if (destroyed) {
        return;
      }
      update(record.at(ContainerRecord.Stage.PARTIAL));
      endProgram();
      if (slot != null) {
        slot.abandon();
        slot = null;
      }
      workshop.recipe(record).undo();
      closeSockets();
      exited.complete(new Exit(KILLED, false)); // of one that never ran
      afterDestroy.accept(id());
      log.atInfo().addKeyValue("container", id()).log("container.destroyed");
    } catch (RuntimeException e) {
      throw new WardenException(Failure.DESTROY_FAILED, id() + ": " + e.getMessage(), e);
    } finally {
      lock.unlock();
    }
  }

  /**
   * The exit is told with its reason before the files with the reason go. Looks by itself, too, in
   * case that the watch is closed already.
   */
  private void endProgram() {
    if (record.pid() == 0) {
      return;
    }
    signal(SIGKILL);
    for (int look = 0; look < LOOKS_AFTER_KILL; look++) {
      if (isOverWithin(LOOK_EVERY_MS)) {
        return;
      }
      if (!Processes.livesIn(record.pid(), workshop.layout().cgroup(record.body()))) {
        over();
        return;
      }
    }
    throw new IllegalStateException(
        "not over " + LOOKS_AFTER_KILL * LOOK_EVERY_MS + " ms after KILL");
  }

  private boolean isOverWithin(long milliseconds) {
    try {
      exited.get(milliseconds, TimeUnit.MILLISECONDS);
      return true;
    } catch (TimeoutException e) {
      return false;
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IllegalStateException("interrupted while " + id() + " ends", e);
    } catch (ExecutionException e) {
      throw new IllegalStateException("an exit is never a failure", e);
    }
  }

  private void signal(int signal) {
    ContainerRecord now = record;
    if (now.pid() == 0 || exited.isDone()) {
      return;
    }
    try {
      int pidfd = Syscalls.pidfdOpen(now.pid());
      try {
        // The descriptor is of that process now; only then the look at its group means it.
        if (Processes.livesIn(now.pid(), workshop.layout().cgroup(record.body()))) {
          Syscalls.pidfdSendSignal(pidfd, signal);
        }
      } finally {
        Syscalls.close(pidfd);
      }
    } catch (KernelException e) {
      log.atDebug().addKeyValue("container", id()).setCause(e).log("container.already_over");
    }
  }

  private void watch(int pid) {
    try {
      int pidfd = Syscalls.pidfdOpen(pid);
      if (Processes.livesIn(pid, workshop.layout().cgroup(record.body()))) {
        exits.onExit(pidfd, this::over);
        return;
      }
      Syscalls.close(pidfd);
    } catch (KernelException e) {
      log.atDebug().addKeyValue("container", id()).setCause(e).log("container.already_over");
    }
    over();
  }

  private void over() {
    long kills = workshop.cgroups().outOfMemoryKills(workshop.layout().cgroup(record.body()));
    Exit exit = new Exit(ExitFile.status(paths.exit()).orElse(KILLED), kills > 0);
    if (exited.complete(exit)) {
      log.atInfo()
          .addKeyValue("container", id())
          .addKeyValue("status", exit.status())
          .addKeyValue("outOfMemory", exit.outOfMemory())
          .log("container.exited");
    }
  }

  private void update(ContainerRecord changed) {
    workshop.records().write(changed);
    record = changed;
  }
}
