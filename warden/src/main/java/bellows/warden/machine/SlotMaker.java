package bellows.warden.machine;

import bellows.base.ids.Ids;
import bellows.warden.ContainerSpec;
import bellows.warden.Egress;
import bellows.warden.Limits;
import bellows.warden.disk.DiskImage;
import bellows.warden.disk.SharedDirectory;
import bellows.warden.kernel.Processes;
import bellows.warden.kernel.Syscalls;
import bellows.warden.netlink.SocketTable;
import bellows.warden.network.Attachment;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.OptionalInt;
import java.util.concurrent.locks.LockSupport;

/** Makes warm slots, and makes containers of them. Thread-safe. */
final class SlotMaker {
  private static final int NOBODY = 65_534;
  private static final int WAITING_MEMORY_MB = 16;
  private static final int WAITING_PIDS = 8;
  private static final long DEADLINE_NANOS = 5_000_000_000L;
  private static final long LOOK_AGAIN_NANOS = 1_000_000;

  private final Workshop workshop;
  private final String boot;

  SlotMaker(Workshop workshop, String boot) {
    this.workshop = workshop;
    this.boot = boot;
  }

  /** From nothing to a process that waits; nothing is left when it fails. */
  WarmSlot make(SlotShape shape) {
    ContainerSpec standIn = standIn(shape);
    Attachment attachment = workshop.network().plan(standIn);
    ContainerRecord record = ContainerRecord.slot(standIn, attachment, boot);
    ContainerPaths paths = workshop.paths(record);
    Recipe recipe = recipe(record, paths);
    recipe.make(step -> {});
    try {
      int pid =
          workshop.runtime().run(record.body(), paths.bundle(), paths.stdout(), paths.stderr());
      int pipe = open(paths.pipe());
      try {
        return new WarmSlot(
            shape,
            record,
            pid,
            Processes.onlyChild(pid),
            SocketTable.of(attachment.namespace()),
            pipe);
      } catch (RuntimeException e) {
        Syscalls.close(pipe);
        throw e;
      }
    } catch (RuntimeException e) {
      recipe.undo();
      throw e;
    }
  }

  /**
   * Makes the slot the container of {@code app}, up to the point where its program can be started.
   * When that fails nothing is left of the slot either.
   */
  ContainerRecord furnish(WarmSlot slot, ContainerSpec app) {
    ContainerRecord record = slot.record().takenBy(app);
    ContainerPaths paths = workshop.paths(record);
    try {
      workshop.cgroups().limit(workshop.layout().cgroup(record.body()), app.limits());
      Workshop.own(paths, app.uid());
      Workshop.writeUsers(paths, app.uid());
      showHome(app, paths);
      workshop.network().deny(record.attachment());
      return record.at(ContainerRecord.Stage.CREATED); // only what is started needs to be on paper
    } catch (RuntimeException e) {
      slot.abandon();
      workshop.recipe(record).undo();
      throw e;
    }
  }

  /** Throws a slot away that nobody has used. */
  void discard(WarmSlot slot) {
    slot.abandon();
    recipe(slot.record(), workshop.paths(slot.record())).undo();
  }

  /** Like a container's, but without its record: a slot is not adopted, it dies with us. */
  private Recipe recipe(ContainerRecord record, ContainerPaths paths) {
    Attachment attachment = record.attachment();
    return new Recipe(
        List.of(
            new Recipe.Step("address", () -> {}, () -> workshop.network().release(attachment)),
            new Recipe.Step(
                "network",
                () -> workshop.network().attach(attachment),
                () -> workshop.network().detach(attachment)),
            new Recipe.Step(
                "disk", () -> makeDisk(record, paths), () -> Workshop.removeDisk(paths)),
            new Recipe.Step(
                "bundle", () -> makeBundle(record, paths), () -> workshop.removeBundle(paths)),
            new Recipe.Step("program", () -> {}, () -> workshop.removeProgram(record.body()))));
  }

  private void makeDisk(ContainerRecord record, ContainerPaths paths) {
    try {
      Files.createDirectories(paths.home());
      SharedDirectory.make(paths.files());
    } catch (IOException e) {
      throw new UncheckedIOException("cannot make " + paths.home(), e);
    }
    workshop.makeDisk(record.spec(), paths);
  }

  private void makeBundle(ContainerRecord record, ContainerPaths paths) {
    try {
      Files.createDirectories(paths.bundle());
    } catch (IOException e) {
      throw new UncheckedIOException("cannot make " + paths.bundle(), e);
    }
    Syscalls.makePipe(paths.pipe());
    workshop.programs().make();
    workshop.makeBundle(record, paths.pipe());
  }

  private static void showHome(ContainerSpec app, ContainerPaths paths) {
    Path droplet = app.droplet();
    if (droplet == null) {
      SharedDirectory.show(paths.ownHome(), paths.home());
    } else {
      DiskImage.overlay(droplet, paths.ownHome(), paths.layerWork(), paths.home());
    }
  }

  private static ContainerSpec standIn(SlotShape shape) {
    return new ContainerSpec(
        "slot-" + Ids.uuid(),
        NOBODY,
        null,
        shape.mounts(),
        List.of("true"),
        ContainerSpec.HOME,
        Map.of(),
        new Limits(WAITING_MEMORY_MB, shape.diskMb(), 2, WAITING_PIDS, 16),
        null,
        Egress.open());
  }

  /** Opened once somebody waits at the other end. */
  private static int open(Path pipe) {
    long start = System.nanoTime();
    OptionalInt open = Syscalls.openPipe(pipe);
    while (open.isEmpty()) {
      if (System.nanoTime() - start > DEADLINE_NANOS) {
        throw new IllegalStateException("no slot waits at " + pipe);
      }
      LockSupport.parkNanos(LOOK_AGAIN_NANOS);
      open = Syscalls.openPipe(pipe);
    }
    return open.getAsInt();
  }
}
