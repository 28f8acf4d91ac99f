package bellows.warden.machine;

import bellows.base.files.Trees;
import bellows.warden.ContainerSpec;
import bellows.warden.Egress;
import bellows.warden.Limits;
import bellows.warden.disk.DiskImage;
import bellows.warden.oci.Bundle;
import bellows.warden.oci.Init;
import bellows.warden.oci.OciRuntime;
import bellows.warden.oci.RuntimeFailure;
import java.io.IOException;
import java.nio.file.Files;
import java.util.List;
import java.util.Map;
import java.util.OptionalInt;
import java.util.concurrent.locks.LockSupport;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Tries a runtime with a real container, made of the very same config as every other one (but
 * without a network): what works for a small program works for an app.
 */
final class RuntimeProbe {
  private static final Logger log = LoggerFactory.getLogger(RuntimeProbe.class);
  private static final String ID = "probe";
  private static final int NOBODY = 65_534;

  /** Whether the kernel filters its calls (proc_pid_status(5)). */
  private static final List<String> FILTERED =
      List.of("grep", "-q", "^Seccomp:.*2$", "/proc/self/status");

  private static final long DEADLINE_NANOS = 5_000_000_000L;

  private final Workshop workshop;

  /**
   * @param workshop whose runtime is the one to try
   */
  RuntimeProbe(Workshop workshop) {
    this.workshop = workshop;
  }

  /** Twice: what the first one's filter was compiled to is the filter of all later ones. */
  boolean works() {
    for (int i = 0; i < 2; i++) {
      if (!worksOnce()) {
        return false;
      }
    }
    return true;
  }

  private boolean worksOnce() {
    OciRuntime runtime = workshop.runtime();
    ContainerPaths paths = workshop.layout().of(ID, false);
    try {
      for (var directory : List.of(paths.logs(), paths.ownHome(), paths.tmp(), paths.varTmp())) {
        Files.createDirectories(directory);
      }
      Files.writeString(paths.exit(), Init.NO_STATUS);
      Files.setAttribute(paths.exit(), "unix:uid", NOBODY);
      Workshop.writeBundle(bundle(paths), paths, "127.0.0.1");
      runtime.run(ID, paths.bundle(), paths.stdout(), paths.stderr());
      return succeeded(paths);
    } catch (IOException | RuntimeFailure e) {
      log.atInfo()
          .addKeyValue("runtime", runtime.name())
          .addKeyValue("reason", e.getMessage())
          .log("runtime.refuses");
      return false;
    } finally {
      remove(paths);
    }
  }

  private Bundle bundle(ContainerPaths paths) {
    ContainerSpec spec =
        new ContainerSpec(
            ID,
            NOBODY,
            null,
            List.of(),
            FILTERED,
            ContainerSpec.HOME,
            Map.of("PATH", "/usr/bin:/bin"),
            new Limits(64, 16, 128, 32, 64),
            null,
            Egress.none());
    return new Bundle(
        spec,
        workshop.layout().rootfs(),
        paths.home(),
        workshop.mounts(paths),
        null,
        workshop.layout().cgroup(ID),
        workshop.cgroups().limitsSwap(),
        workshop.openFilesAtMost(),
        null,
        workshop.runtime().compiledFilter());
  }

  private static boolean succeeded(ContainerPaths paths) {
    long start = System.nanoTime();
    while (System.nanoTime() - start < DEADLINE_NANOS) {
      OptionalInt status = ExitFile.status(paths.exit());
      if (status.isPresent()) {
        return status.getAsInt() == 0;
      }
      LockSupport.parkNanos(1_000_000);
    }
    return false;
  }

  private void remove(ContainerPaths paths) {
    try {
      workshop.runtime().delete(ID);
      workshop.cgroups().remove(workshop.layout().cgroup(ID));
    } catch (RuntimeException e) {
      log.atWarn().setCause(e).log("probe.remains");
    }
    DiskImage.unmount(paths.disk());
    Trees.delete(paths.files());
    Trees.delete(paths.bundle());
  }
}
