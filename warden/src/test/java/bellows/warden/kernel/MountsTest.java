package bellows.warden.kernel;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;

class MountsTest {
  private final Mounts mounts =
      Mounts.parse(
          """
          27 1 254:0 / / rw,relatime shared:1 - ext4 /dev/vda rw,discard
          35 31 0:32 / /sys/fs/cgroup/cpu rw - cgroup cgroup rw,cpu,cpuacct
          50 27 7:0 / /data/c\\040one/disk rw,nosuid - ext4 /dev/loop0 rw
          51 27 0:60 / /data/c\\040one/home rw,nosuid - overlay overlay rw,lowerdir=/l
          """);

  @Test
  void readsTargetTypeAndOptions() {
    assertThat(mounts.all().get(1))
        .isEqualTo(
            new Mounts.Mount(
                Path.of("/sys/fs/cgroup/cpu"), "cgroup", List.of("rw", "cpu", "cpuacct")));
  }

  @Test
  void listsTheLastMountedFirst() {
    assertThat(mounts.below(Path.of("/data")))
        .containsExactly(Path.of("/data/c one/home"), Path.of("/data/c one/disk"));
    assertThat(mounts.below(Path.of("/dat"))).isEmpty();
  }
}
