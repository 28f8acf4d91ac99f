package bellows.warden.machine;

import bellows.base.files.Trees;
import bellows.base.process.Subprocess;
import bellows.base.process.SubprocessException;
import bellows.warden.cgroup.CgroupTree;
import bellows.warden.disk.DiskImage;
import bellows.warden.kernel.KernelException;
import bellows.warden.kernel.Mounts;
import bellows.warden.netlink.SocketTable;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;

/**
 * Whether this machine can hold containers, thing by thing, by trying them. Needs no warden,
 * changes nothing that stays.
 */
public final class HostCheck {
  private static final Duration DEADLINE = Duration.ofSeconds(10);

  /** What ours are made of. */
  private static final String RULES =
      """
      table ip t {
        map m { type inet_service : ipv4_addr . inet_service; }
        set s { type ipv4_addr . ipv4_addr; flags interval; }
        chain c { type nat hook output priority -100; dnat ip to tcp dport map @m; }
        chain p { type nat hook postrouting priority 100; masquerade; }
        chain f { type filter hook forward priority 0; ip saddr . ip daddr @s reject; }
      }
      table bridge t {
        set s { type ifname . ipv4_addr; }
        chain c { type filter hook prerouting priority 0; iifname . ip saddr @s accept; }
      }
      """;

  private static final Set<String> CONTROLLERS = Set.of("cpu", "memory", "pids");

  /**
   * @param name what was looked at
   * @param advice what a person does about it; empty when it is in order
   */
  public record Finding(String name, boolean ok, String advice) {}

  private final List<Finding> findings = new ArrayList<>();

  private HostCheck() {}

  /** All findings, good and bad, in the order in which to mend them. */
  public static List<Finding> run() {
    HostCheck check = new HostCheck();
    check.user();
    check.programs();
    check.cgroups();
    check.seccomp();
    check.mergedUsr();
    if (check.findings.stream().allMatch(Finding::ok)) {
      // Each of these needs root and the programs.
      check.disk();
      check.network();
    }
    check.hardening();
    return List.copyOf(check.findings);
  }

  private void user() {
    found("root", text("/proc/self/status").contains("\nUid:\t0\t0\t"), "run as root");
  }

  private void programs() {
    program("runc", "runc");
    program("nft", "nftables");
    program("ip", "iproute2");
    program("mkfs.ext4", "e2fsprogs");
    found("tini", Files.isExecutable(Path.of("/usr/bin/tini")), "apt-get install tini");
  }

  private void program(String name, String debianPackage) {
    boolean there =
        List.of("/usr/local/sbin", "/usr/local/bin", "/usr/sbin", "/usr/bin", "/sbin", "/bin")
            .stream()
            .anyMatch(directory -> Files.isExecutable(Path.of(directory, name)));
    found(name, there, "apt-get install " + debianPackage);
  }

  private void cgroups() {
    Set<String> missing = new TreeSet<>(CONTROLLERS);
    missing.removeAll(CgroupTree.of(Mounts.now()).controllers());
    found(
        "cgroup controllers",
        missing.isEmpty(),
        "enable in the kernel or mount below /sys/fs/cgroup: " + String.join(" ", missing));
  }

  private void seccomp() {
    found(
        "seccomp filters",
        text("/proc/sys/kernel/seccomp/actions_avail").contains("errno"),
        "needs a kernel with CONFIG_SECCOMP_FILTER");
  }

  private void mergedUsr() {
    found(
        "/bin and /lib lie in /usr",
        Files.isSymbolicLink(Path.of("/bin")) && Files.isSymbolicLink(Path.of("/lib")),
        "apt-get install usrmerge");
  }

  private void disk() {
    Path directory = null;
    try {
      directory = Files.createTempDirectory("bellows-check-");
      Path image = directory.resolve("disk.img");
      Path disk = Files.createDirectory(directory.resolve("disk"));
      Path merged = Files.createDirectory(directory.resolve("merged"));
      Path lower = Files.createDirectory(directory.resolve("lower"));
      DiskImage.format(image, 16);
      DiskImage.mount(image, disk);
      found("ext4 on a loop device", true, "");
      DiskImage.overlay(
          lower,
          Files.createDirectory(disk.resolve("upper")),
          Files.createDirectory(disk.resolve("work")),
          merged);
      DiskImage.unmount(merged);
      found("overlay file system", true, "");
    } catch (IOException | KernelException | SubprocessException e) {
      found(
          "disks for containers",
          false,
          "modprobe loop ext4 overlay; the kernel says: " + e.getMessage());
    } finally {
      if (directory != null) {
        DiskImage.unmount(directory.resolve("merged"));
        DiskImage.unmount(directory.resolve("disk"));
        Trees.delete(directory);
      }
    }
  }

  private void network() {
    String name = "bwcheck" + ProcessHandle.current().pid() % 10_000;
    // All inside a namespace of its own, which takes everything along when it goes.
    String inside = "ip netns exec " + name + " ";
    try {
      tried("network namespaces", "needs a kernel with CONFIG_NET_NS", "ip netns add " + name);
      socketDiagnosis(name);
      tried("bridge", "modprobe bridge", inside + "ip link add b0 type bridge");
      tried("veth", "modprobe veth", inside + "ip link add v0 type veth peer name v1");
      tried(
          "nftables nat maps and bridge rules",
          "modprobe nf_tables nft_chain_nat nft_masq nft_redir",
          inside + "nft -f - <<'E'\n" + RULES + "E");
    } finally {
      Subprocess.run(DEADLINE, List.of("ip", "netns", "del", name));
    }
  }

  private void socketDiagnosis(String netns) {
    String what = "questions about sockets (sock_diag)";
    try (SocketTable table = SocketTable.of(Path.of("/run/netns", netns))) {
      found(what, !table.listens("127.0.0.1", 1), "");
    } catch (KernelException e) {
      found(what, false, "modprobe tcp_diag; the kernel says: " + e.getMessage());
    }
  }

  private void tried(String name, String advice, String command) {
    Subprocess.Result result = Subprocess.run(DEADLINE, List.of("sh", "-c", command));
    found(name, result.ok(), advice + "; the kernel says: " + result.err().strip());
  }

  /** The warden sets the first two itself when it starts. */
  private void hardening() {
    found(
        "packets are forwarded (ip_forward)",
        settable("/proc/sys/net/ipv4/ip_forward"),
        "sysctl net.ipv4.ip_forward=1");
    found(
        "kernel addresses are hidden (kptr_restrict)",
        settable("/proc/sys/kernel/kptr_restrict"),
        "sysctl kernel.kptr_restrict=2");
    sysctl("kernel log is hidden", "/proc/sys/kernel/dmesg_restrict", "kernel.dmesg_restrict=1");
    Path bpf = Path.of("/proc/sys/kernel/unprivileged_bpf_disabled");
    found(
        "bpf is for root only",
        !Files.exists(bpf) || !text(bpf.toString()).strip().equals("0"),
        "sysctl kernel.unprivileged_bpf_disabled=2");
  }

  private void sysctl(String name, String file, String setting) {
    found(
        name,
        text(file).strip().equals(setting.substring(setting.indexOf('=') + 1)),
        "sysctl " + setting);
  }

  private static boolean settable(String file) {
    return Files.isWritable(Path.of(file));
  }

  private void found(String name, boolean ok, String advice) {
    findings.add(new Finding(name, ok, ok ? "" : advice));
  }

  private static String text(String file) {
    try {
      return Files.readString(Path.of(file));
    } catch (IOException e) {
      return "";
    }
  }
}
