package bellows.warden.network;

import bellows.warden.kernel.Bpf;
import bellows.warden.kernel.Mounts;
import bellows.warden.kernel.Syscalls;
import java.util.OptionalInt;
import java.util.stream.IntStream;

/** What is attached to this machine's cgroups. */
public final class LocalSwitches {
  private LocalSwitches() {}

  /** Makes this machine one whose kernel cannot do it, for that warden. */
  public static void remove(String warden) {
    LocalSwitch.none(warden, Mounts.now()).remove();
  }

  /** Whether any program of that warden is. */
  public static boolean remain(String warden) {
    int cgroup =
        Syscalls.openToRead(
            Mounts.now().all().stream()
                .filter(mount -> mount.type().equals("cgroup2"))
                .findFirst()
                .orElseThrow()
                .target());
    try {
      return IntStream.of(Bpf.CONNECT_4, Bpf.CONNECT_6)
          .anyMatch(hook -> {
            OptionalInt program = Bpf.attached(cgroup, hook, "lsw_" + warden);
            program.ifPresent(Syscalls::close);
            return program.isPresent();
          });
    } finally {
      Syscalls.close(cgroup);
    }
  }
}
