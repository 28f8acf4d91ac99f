package bellows.warden.oci;

import java.nio.file.Path;
import java.util.List;
import java.util.function.Predicate;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Chooses the runtime: the quickest one that really makes a container on this machine. */
public final class Runtimes {
  private static final Logger log = LoggerFactory.getLogger(Runtimes.class);

  /** crun takes a third of runc's time, but refuses some cgroup layouts. */
  private static final List<String> BY_SPEED = List.of("crun", "runc");

  private Runtimes() {}

  /** A runtime by its name, whether it works or not. */
  public static OciRuntime named(String program, Path state) {
    return new CommandLineRuntime(program, state);
  }

  /**
   * @param state directory for the runtimes' own notes
   * @param works makes a container with it and throws it away again
   * @throws RuntimeFailure when none works
   */
  public static OciRuntime detect(Path state, Predicate<OciRuntime> works) {
    for (String program : BY_SPEED) {
      OciRuntime runtime = named(program, state);
      if (works.test(runtime)) {
        log.atInfo().addKeyValue("runtime", program).log("runtime.chosen");
        return runtime;
      }
    }
    throw new RuntimeFailure("no OCI runtime works here; tried " + BY_SPEED, null);
  }
}
