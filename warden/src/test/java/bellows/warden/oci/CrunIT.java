package bellows.warden.oci;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;

/** crun refuses a hybrid cgroup tree, so it gets a view of the machine without version 2. */
class CrunIT extends OciRuntimeContract {
  private static final String WITHOUT_VERSION_2 =
      """
      #!/bin/sh
      exec unshare --mount --propagation private \
        sh -c 'umount /sys/fs/cgroup/unified 2>/dev/null; exec crun "$@"' crun "$@"
      """;

  @Override
  OciRuntime runtime(Path state) {
    try {
      Path program = Files.writeString(state.resolveSibling("crun"), WITHOUT_VERSION_2);
      Files.setPosixFilePermissions(program, PosixFilePermissions.fromString("rwx------"));
      return Runtimes.named(program.toString(), state);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
