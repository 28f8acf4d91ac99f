package bellows.warden.machine;

import bellows.warden.network.LocalSwitches;
import java.util.ArrayList;
import java.util.List;

/** Everything on this machine that carries a warden's name. */
final class Remains {
  private Remains() {}

  static List<String> of(LinuxWarden.Config config) {
    String name = config.name();
    List<String> remains = new ArrayList<>(outside(config, name));
    if (LocalSwitches.remain(name)) {
      remains.add("program for connections");
    }
    return remains;
  }

  private static List<String> outside(LinuxWarden.Config config, String name) {
    return TestWarden.host(
            "ls -d /run/warden-"
                + name
                + " "
                + config.directory()
                + " 2>/dev/null;"
                + " ls /run/netns 2>/dev/null | grep '^"
                + name
                + "-';"
                + " ls /sys/class/net | grep -E '^"
                + name
                + "(0$|-)';"
                + " ls -d /sys/fs/cgroup/*/"
                + name
                + " /sys/fs/cgroup/"
                + name
                + " 2>/dev/null;"
                + " nft list tables | grep -w "
                + name
                + ";"
                + " grep "
                + config.directory()
                + " /proc/mounts;"
                + " losetup -a | grep "
                + config.directory())
        .out()
        .lines()
        .toList();
  }
}
