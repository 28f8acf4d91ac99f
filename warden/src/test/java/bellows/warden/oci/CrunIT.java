package bellows.warden.oci;

import bellows.warden.kernel.Mounts;
import java.nio.file.Path;

/** crun as it is chosen here: on a machine with both versions of the cgroups without version 2. */
class CrunIT extends OciRuntimeContract {
  @Override
  OciRuntime runtime(Path state) {
    return Runtimes.crunOnHybrid(Mounts.now(), state)
        .orElseGet(() -> Runtimes.named("crun", state));
  }
}
