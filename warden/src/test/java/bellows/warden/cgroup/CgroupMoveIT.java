package bellows.warden.cgroup;

import static org.assertj.core.api.Assertions.assertThat;

import bellows.warden.kernel.Mounts;
import org.junit.jupiter.api.Test;

class CgroupMoveIT {
  /** Needs the machine's cgroup2 mount, which every Debian since 10 has, and a kernel since 6.0. */
  @Test
  void theKernelMovesProcessesAtOnce() {
    assertThat(CgroupTree.of(Mounts.now()).moveAtOnce()).isTrue();
    assertThat(Mounts.now().all())
        .anyMatch(m -> m.type().equals("cgroup2") && m.options().contains("favordynmods"));
  }
}
