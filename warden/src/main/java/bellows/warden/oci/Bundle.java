package bellows.warden.oci;

import bellows.base.json.Json;
import bellows.warden.BindMount;
import bellows.warden.ContainerSpec;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * Writes config.json: what a container sees, may do and may use. Pure; every protection of an app's
 * neighbours that is not in the network's rules is a line here.
 *
 * @param spec whose mounts are already checked
 * @param rootfs the shared root
 * @param home host path of what becomes /home/vcap
 * @param mounts the stack's and the container's own binds; a later one covers an earlier one
 * @param networkNamespace prepared by us, so that the address is there before the program is; null
 *     for an empty one
 * @param cgroup path inside the hierarchies
 * @param limitsSwap whether the kernel can limit swap
 * @param openFilesAtMost our own hard limit, which an unprivileged host cannot exceed
 * @param pipe for a warm slot, what {@link SlotInit} waits at; null when the program is to run
 * @param compiledFilter see {@link OciRuntime#compiledFilter}
 */
public record Bundle(
    ContainerSpec spec,
    Path rootfs,
    Path home,
    List<BindMount> mounts,
    @Nullable Path networkNamespace,
    String cgroup,
    boolean limitsSwap,
    long openFilesAtMost,
    @Nullable Path pipe,
    Optional<byte[]> compiledFilter) {
  private static final String OCI_VERSION = "1.0.2";
  private static final int HOST_NAME_LENGTH = 63;

  /** The mask of a program that sets none: what it makes is its own. */
  private static final int PRIVATE = 0077;

  /** What crun takes in place of the filter that it would have to compile: 1.2 of its 8 ms. */
  private static final String COMPILED_FILTER = "run.oci.seccomp_bpf_data";

  /** Where {@link Init} leaves the exit status inside. */
  public static final String EXIT_FILE = "/run/exit";

  /** Above 0, so that a machine out of memory sacrifices an app before a part of the platform. */
  private static final int OOM_SCORE = 300;

  /** Facts about the host or switches of it (the list of Docker and runc's own tests). */
  private static final List<String> MASKED =
      List.of(
          "/proc/acpi",
          "/proc/asound",
          "/proc/interrupts",
          "/proc/kallsyms",
          "/proc/kcore",
          "/proc/keys",
          "/proc/key-users",
          "/proc/kmsg",
          "/proc/kpagecgroup",
          "/proc/kpagecount",
          "/proc/kpageflags",
          "/proc/latency_stats",
          "/proc/modules",
          "/proc/sched_debug",
          "/proc/schedstat",
          "/proc/scsi",
          "/proc/slabinfo",
          "/proc/swaps",
          "/proc/sysrq-trigger",
          "/proc/timer_list",
          "/proc/timer_stats",
          "/proc/vmallocinfo",
          "/sys/devices/virtual/dmi",
          "/sys/devices/virtual/powercap",
          "/sys/firmware",
          "/sys/fs/bpf",
          "/sys/kernel",
          "/sys/module");

  /** The last because crun 1.8 leaves a place there where everybody may write. */
  private static final List<String> READ_ONLY =
      List.of("/proc/bus", "/proc/fs", "/proc/irq", "/proc/sys", "/sys/fs/cgroup");

  public byte[] json() {
    return Json.bytes(config(System.getProperty("os.arch")));
  }

  /** The name of the machine as its programs see it. */
  public String hostName() {
    return spec.id().substring(0, Math.min(spec.id().length(), HOST_NAME_LENGTH));
  }

  OciConfig config(String processor) {
    return new OciConfig(
        OCI_VERSION,
        process(processor),
        new OciConfig.Root(rootfs.toString(), true),
        hostName(),
        Stream.concat(kernelMounts(), binds()).toList(),
        linux(processor),
        compiledFilter
            .map(filter -> Map.of(COMPILED_FILTER, Base64.getEncoder().encodeToString(filter)))
            .orElse(null));
  }

  private OciConfig.Program process(String processor) {
    return new OciConfig.Program(
        false,
        pipe == null
            ? new OciConfig.User(spec.uid(), spec.uid(), PRIVATE)
            : new OciConfig.User(0, 0, PRIVATE),
        pipe == null ? Init.command(spec.command()) : SlotInit.command(processor),
        spec.environment().entrySet().stream()
            .sorted(Map.Entry.comparingByKey())
            .map(variable -> variable.getKey() + "=" + variable.getValue())
            .toList(),
        pipe == null ? spec.directory().toString() : "/",
        pipe == null ? OciConfig.Capabilities.NONE : OciConfig.Capabilities.TO_CHANGE_USER,
        List.of(
            new OciConfig.Rlimit("RLIMIT_CORE", 0, 0),
            new OciConfig.Rlimit("RLIMIT_NOFILE", openFiles(), openFiles())),
        true,
        OOM_SCORE);
  }

  /** A slot's is lowered once it is known; raised it could not be. */
  private long openFiles() {
    return pipe == null ? Math.min(spec.limits().openFiles(), openFilesAtMost) : openFilesAtMost;
  }

  private static Stream<OciConfig.Mount> kernelMounts() {
    return Stream.of(
        mount("/proc", "proc", "nosuid", "noexec", "nodev"),
        mount("/dev", "tmpfs", "nosuid", "noexec", "strictatime", "mode=755", "size=64k"),
        mount(
            "/dev/pts", "devpts", "nosuid", "noexec", "newinstance", "ptmxmode=0666", "mode=0620"),
        mount("/dev/shm", "tmpfs", "nosuid", "noexec", "nodev", "mode=1777", "size=64m"),
        mount("/dev/mqueue", "mqueue", "nosuid", "noexec", "nodev"),
        mount("/sys", "sysfs", "nosuid", "noexec", "nodev", "ro"),
        mount("/sys/fs/cgroup", "cgroup", "nosuid", "noexec", "nodev", "ro"));
  }

  private Stream<OciConfig.Mount> binds() {
    List<BindMount> all = new ArrayList<>(mounts);
    if (pipe != null) {
      all.add(BindMount.readOnly(pipe, Path.of(SlotInit.PIPE)));
    }
    all.addAll(spec.mounts());
    // What is mounted at a slot's home on the host when it is used must appear inside.
    return Stream.concat(
        Stream.of(bind(BindMount.writable(home, ContainerSpec.HOME), "rslave")),
        all.stream().map(mount -> bind(mount, "rprivate")));
  }

  private OciConfig.Mount bind(BindMount mount, String propagation) {
    List<String> options = List.of("bind", "nosuid", "nodev", mount.writable() ? "rw" : "ro");
    return new OciConfig.Mount(
        mount.destination().toString(),
        "bind",
        mount.source().toString(),
        pipe == null ? options : Stream.concat(options.stream(), Stream.of(propagation)).toList());
  }

  private OciConfig.Linux linux(String processor) {
    return new OciConfig.Linux(
        List.of(
            OciConfig.Namespace.fresh("pid"),
            OciConfig.Namespace.fresh("mount"),
            OciConfig.Namespace.fresh("ipc"),
            OciConfig.Namespace.fresh("uts"),
            OciConfig.Namespace.fresh("cgroup"),
            new OciConfig.Namespace(
                "network", networkNamespace == null ? null : networkNamespace.toString())),
        cgroup,
        resources(),
        // Our rules speak IPv4; a family that no rule looks at must not work.
        Map.of("net.ipv6.conf.all.disable_ipv6", "1"),
        SeccompProfile.forProcessor(processor),
        MASKED,
        READ_ONLY,
        pipe == null ? "private" : "rslave");
  }

  private OciConfig.Resources resources() {
    long memory = (long) spec.limits().memoryMb() << 20;
    return new OciConfig.Resources(
        List.of(new OciConfig.Device(false, "rwm")),
        new OciConfig.Memory(memory, limitsSwap ? memory : null),
        new OciConfig.Cpu(spec.limits().cpuShares()),
        new OciConfig.Pids(spec.limits().pids()));
  }

  private static OciConfig.Mount mount(String destination, String type, String... options) {
    return new OciConfig.Mount(destination, type, type, List.of(options));
  }
}
