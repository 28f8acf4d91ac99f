package bellows.warden.oci;

import bellows.warden.cgroup.CgroupTree;
import bellows.warden.kernel.Mounts;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.Predicate;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Chooses the runtime: the quickest one that really makes a container on this machine. */
public final class Runtimes {
  private static final Logger log = LoggerFactory.getLogger(Runtimes.class);

  private Runtimes() {}

  /** A runtime by its name, whether it works or not. */
  public static OciRuntime named(String program, Path state) {
    return CommandLineRuntime.of(program, state);
  }

  /** crun so that it works on a machine with both versions of the cgroups, if it is one. */
  static Optional<OciRuntime> crunOnHybrid(Mounts mounts, Path state) {
    return CgroupTree.of(mounts)
        .unusedVersion2()
        .map(unified -> CommandLineRuntime.without(unified, "crun", state));
  }

  /**
   * @param state directory for the runtimes' own notes
   * @param works makes a container with it and throws it away again
   * @throws RuntimeFailure when none works
   */
  public static OciRuntime detect(Path state, Predicate<OciRuntime> works) {
    // By speed: crun takes a third of runc's time.
    List<OciRuntime> candidates = new ArrayList<>();
    crunOnHybrid(Mounts.now(), state)
        .ifPresentOrElse(candidates::add, () -> candidates.add(named("crun", state)));
    candidates.add(named("runc", state));
    for (OciRuntime runtime : candidates) {
      if (works.test(runtime)) {
        log.atInfo().addKeyValue("runtime", runtime.name()).log("runtime.chosen");
        return runtime;
      }
      runtime.close();
    }
    throw new RuntimeFailure(
        "no OCI runtime works here; tried " + candidates.stream().map(OciRuntime::name).toList(),
        null);
  }
}
