package bellows.warden.cgroup;

import static org.assertj.core.api.Assertions.assertThat;

import bellows.warden.kernel.Mounts;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The kernel's files as they look in each layout, in a directory. */
class CgroupTreeTest {
  private static final String GROUP = "/bellows/web-0";

  @TempDir Path root;

  @Test
  void readsVersion1AlsoOnAHybrid() throws Exception {
    file("memory/bellows/web-0/memory.usage_in_bytes", "1000\n");
    file(
        "memory/bellows/web-0/memory.stat",
        "inactive_file 9\ntotal_cache 500\ntotal_inactive_file 300\n");
    file(
        "memory/bellows/web-0/memory.oom_control", "oom_kill_disable 0\nunder_oom 0\noom_kill 2\n");
    file("memory/memory.memsw.limit_in_bytes", "1\n");
    file("cpuacct/bellows/web-0/cpuacct.usage", "77\n");
    file("pids/bellows/web-0/cgroup.procs", "5\n6\n");
    CgroupTree tree =
        tree(
            "cgroup memory rw,memory",
            "cgroup cpuacct rw,cpu,cpuacct",
            "cgroup pids rw,pids",
            "cgroup2 unified rw");

    assertThat(tree.isVersion1()).isTrue();
    assertThat(tree.limitsSwap()).isTrue();
    assertThat(tree.controllers()).contains("memory", "cpu", "pids");
    assertThat(tree.memoryBytes(GROUP)).isEqualTo(700);
    assertThat(tree.cpuNanos(GROUP)).isEqualTo(77);
    assertThat(tree.outOfMemoryKills(GROUP)).isEqualTo(2);
    assertThat(tree.processes(GROUP)).containsExactly(5, 6);
    assertThat(tree.children("/bellows")).containsExactly("web-0");
  }

  @Test
  void readsVersion2() throws Exception {
    file("cgroup.controllers", "cpuset cpu io memory pids\n");
    file("bellows/web-0/memory.current", "1000\n");
    file("bellows/web-0/memory.stat", "anon 1\ninactive_file 300\n");
    file("bellows/web-0/memory.events", "low 0\noom 3\noom_kill 1\noom_group_kill 0\n");
    file("bellows/web-0/cpu.stat", "usage_usec 5\nuser_usec 4\n");
    file("bellows/web-0/cgroup.procs", "5\n");
    CgroupTree tree = tree("cgroup2 . rw,nsdelegate");

    assertThat(tree.isVersion1()).isFalse();
    assertThat(tree.limitsSwap()).isTrue();
    assertThat(tree.controllers()).contains("memory", "cpu", "pids");
    assertThat(tree.memoryBytes(GROUP)).isEqualTo(700);
    assertThat(tree.cpuNanos(GROUP)).isEqualTo(5000);
    assertThat(tree.outOfMemoryKills(GROUP)).isEqualTo(1);
    assertThat(tree.processes(GROUP)).containsExactly(5);
    assertThat(tree.children("/bellows")).containsExactly("web-0");
  }

  @Test
  void findsNothingOfAGroupThatIsGone() {
    CgroupTree tree = tree("cgroup memory rw,memory");

    assertThat(tree.limitsSwap()).isFalse();
    assertThat(tree.memoryBytes(GROUP)).isZero();
    assertThat(tree.cpuNanos(GROUP)).isZero();
    assertThat(tree.outOfMemoryKills(GROUP)).isZero();
    assertThat(tree.children("/bellows")).isEmpty();
    tree.remove(GROUP);
  }

  private CgroupTree tree(String... mounts) {
    StringBuilder lines = new StringBuilder();
    for (String mount : mounts) {
      String[] words = mount.split(" ", -1);
      lines.append(
          "1 0 0:1 / %s rw - %s none %s\n"
              .formatted(root.resolve(words[1]).normalize(), words[0], words[2]));
    }
    return CgroupTree.of(Mounts.parse(lines.toString()));
  }

  private void file(String path, String content) throws Exception {
    Path file = root.resolve(path);
    Files.createDirectories(file.getParent());
    Files.writeString(file, content);
  }
}
