package bellows.warden.machine;

import bellows.base.files.Trees;
import bellows.warden.disk.DiskImage;
import bellows.warden.kernel.KernelException;
import bellows.warden.kernel.Mounts;
import bellows.warden.kernel.Syscalls;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Collection;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Finds what carries the warden's name and belongs to no container that lives, and removes it:
 * after a death in the midst of a create or a destroy there may be any part of a container, with or
 * without a record. Each kind of thing is looked for in its own place, not derived from the
 * records.
 */
final class Leftovers {
  private static final Logger log = LoggerFactory.getLogger(Leftovers.class);
  private static final int SIGKILL = 9;
  private static final int ROUNDS = 200;

  private final Workshop workshop;

  Leftovers(Workshop workshop) {
    this.workshop = workshop;
  }

  /** Removes all but what belongs to {@code living}. */
  void sweep(Collection<ContainerRecord> living) {
    Set<String> ids = living.stream().map(r -> r.spec().id()).collect(Collectors.toSet());
    Set<String> bodies = living.stream().map(ContainerRecord::body).collect(Collectors.toSet());
    Set<String> cables =
        living.stream().map(r -> r.attachment().veth()).collect(Collectors.toSet());
    Set<String> namespaces =
        living.stream().map(r -> r.attachment().netns()).collect(Collectors.toSet());
    Layout layout = workshop.layout();

    Set<String> dead = new HashSet<>();
    dead.addAll(names(layout.containers()));
    dead.addAll(names(layout.bundles()));
    dead.addAll(names(layout.runtime()));
    dead.addAll(workshop.cgroups().children(layout.cgroup()));
    dead.removeAll(bodies);
    for (String id : dead) {
      log.atInfo().addKeyValue("container", id).log("leftover.removed");
      attempt("processes", () -> killAll(layout.cgroup(id)));
      attempt("runtime", () -> workshop.runtime().delete(id));
      attempt("cgroup", () -> workshop.cgroups().remove(layout.cgroup(id)));
      Path files = layout.containers().resolve(id);
      attempt("mounts", () -> Mounts.now().below(files).forEach(DiskImage::unmount));
      attempt("files", () -> Trees.delete(files));
      attempt("bundle", () -> Trees.delete(layout.bundles().resolve(id)));
    }
    workshop.network().cables().stream()
        .filter(cable -> !cables.contains(cable))
        .forEach(cable -> attempt("cable", () -> workshop.network().removeCable(cable)));
    workshop.network().namespaces().stream()
        .filter(netns -> !namespaces.contains(netns))
        .forEach(netns -> attempt("netns", () -> workshop.network().removeNamespace(netns)));
    attempt(
        "connections",
        () ->
            workshop
                .network()
                .forgetConnectionsBut(living.stream().map(ContainerRecord::attachment).toList()));
    for (String file : names(layout.records())) {
      if (!ids.contains(file.replaceFirst("\\.(json|new)$", ""))) {
        attempt("record", () -> Trees.delete(layout.records().resolve(file)));
      }
    }
  }

  private void killAll(String cgroup) {
    for (int round = 0; round < ROUNDS; round++) {
      List<Integer> processes = workshop.cgroups().processes(cgroup);
      if (processes.isEmpty()) {
        return;
      }
      processes.forEach(Leftovers::kill);
      java.util.concurrent.locks.LockSupport.parkNanos(5_000_000); // the kernel tears them down
    }
    throw new IllegalStateException("processes in " + cgroup + " do not end");
  }

  private static void kill(int pid) {
    try {
      int pidfd = Syscalls.pidfdOpen(pid);
      try {
        Syscalls.pidfdSendSignal(pidfd, SIGKILL);
      } finally {
        Syscalls.close(pidfd);
      }
    } catch (KernelException e) {
      log.atDebug().addKeyValue("pid", pid).setCause(e).log("leftover.process_gone");
    }
  }

  /** One thing that resists must not keep the others, nor the warden's start. */
  private static void attempt(String what, Runnable removal) {
    try {
      removal.run();
    } catch (RuntimeException e) {
      log.atWarn().addKeyValue("what", what).setCause(e).log("leftover.resists");
    }
  }

  private static List<String> names(Path directory) {
    if (!Files.isDirectory(directory)) {
      return List.of();
    }
    try (Stream<Path> entries = Files.list(directory)) {
      return entries.map(entry -> entry.getFileName().toString()).toList();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
