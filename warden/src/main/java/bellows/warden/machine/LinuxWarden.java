package bellows.warden.machine;

import bellows.base.files.Trees;
import bellows.warden.Container;
import bellows.warden.ContainerSpec;
import bellows.warden.StartPhases;
import bellows.warden.Traffic;
import bellows.warden.Warden;
import bellows.warden.WardenException;
import bellows.warden.WardenException.Failure;
import bellows.warden.WarmSlots;
import bellows.warden.cgroup.CgroupTree;
import bellows.warden.disk.DiskTemplates;
import bellows.warden.kernel.ExitWatch;
import bellows.warden.kernel.Mounts;
import bellows.warden.kernel.Processes;
import bellows.warden.kernel.Syscalls;
import bellows.warden.network.Attachment;
import bellows.warden.network.ContainerNetwork;
import bellows.warden.network.Ipv4Range;
import bellows.warden.oci.OciRuntime;
import bellows.warden.oci.RuntimeFailure;
import bellows.warden.oci.Runtimes;
import bellows.warden.rootfs.HugePrograms;
import bellows.warden.rootfs.RootSkeleton;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Consumer;
import java.util.function.UnaryOperator;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** The warden of this machine. Needs root. */
public final class LinuxWarden implements Warden {
  private static final Logger log = LoggerFactory.getLogger(LinuxWarden.class);
  private static final int SHARES_PER_PROCESSOR = 4096;

  /** Of the memory, a 32nd at most is for copies of programs: Node's needs a machine of 3 GB. */
  private static final int PROGRAMS_SHARE = 32;

  /** A file system in memory. */
  private static final String MEMORY = "tmpfs";

  private static final Path BOOT_ID = Path.of("/proc/sys/kernel/random/boot_id");

  /** Hides kernel addresses from /proc; 2 hides them from everybody. */
  private static final Path KPTR_RESTRICT = Path.of("/proc/sys/kernel/kptr_restrict");

  /**
   * @param name first part of the names of all that is made outside of {@code directory}: bridge,
   *     cables, network namespaces, nftables tables, cgroups, /run/warden-name. Two wardens on one
   *     machine differ in it
   * @param directory for disks and the shared root
   * @param subnet of the containers; the first address is the host's side
   * @param instanceAddress this host's address on which mapped ports are reached
   * @param activatorPort port of this host that gets the connections to open ports without a
   *     connected container; 0 for none
   * @param warmSlots how many prepared containers are kept ready, at most {@link #MOST_SLOTS}; with
   *     0 each is made when it is asked for
   */
  public record Config(
      String name,
      Path directory,
      String subnet,
      String instanceAddress,
      int activatorPort,
      int warmSlots) {
    /** Leaves room for a dash and four digits in an interface's name of 15 characters. */
    private static final Pattern NAME = Pattern.compile("[a-z][a-z0-9]{0,9}");

    /** Enough for any machine; each holds a network, a disk and two processes. */
    public static final int MOST_SLOTS = 64;

    public Config {
      if (!NAME.matcher(name).matches()) {
        throw new IllegalArgumentException("warden.name must be 1 to 10 of [a-z0-9]: " + name);
      }
      if (!directory.isAbsolute()) {
        throw new IllegalArgumentException("warden.directory must be absolute: " + directory);
      }
      int bits = Ipv4Range.parse(subnet).bits();
      if (bits < 16 || bits > 29) {
        throw new IllegalArgumentException("warden.subnet must be a /16 to /29: " + subnet);
      }
      Ipv4Range.parse(instanceAddress);
      if (activatorPort < 0 || activatorPort > 65_535) {
        throw new IllegalArgumentException("warden.activator_port is no port: " + activatorPort);
      }
      if (warmSlots < 0 || warmSlots > MOST_SLOTS) {
        throw new IllegalArgumentException(
            "warden.warm_slots must be 0 to " + MOST_SLOTS + ": " + warmSlots);
      }
    }

    /** One without an activator and without warm slots. */
    public Config(String name, Path directory, String subnet, String instanceAddress) {
      this(name, directory, subnet, instanceAddress, 0, 0);
    }

    public Config withActivatorPort(int port) {
      return new Config(name, directory, subnet, instanceAddress, port, warmSlots);
    }

    public Config withWarmSlots(int count) {
      return new Config(name, directory, subnet, instanceAddress, activatorPort, count);
    }

    /** A slot takes 1 MB, but a small machine starts few apps at once anyway. */
    private static int warmSlotsFor(long memoryBytes) {
      return Math.clamp(memoryBytes >> 30, 2, 4);
    }

    /** The one of an ordinary machine. */
    public static Config defaults(Path directory) {
      return new Config("bellows", directory, "10.254.0.0/16", "10.254.0.1")
          .withWarmSlots(warmSlotsFor(Processes.memoryBytes()));
    }
  }

  private final Config config;
  private final Layout layout;
  private final Consumer<String> afterStep;
  private final UnaryOperator<OciRuntime> runtimes;
  private final ExitWatch exits = new ExitWatch();
  private final Map<String, LinuxContainer> containers = new ConcurrentHashMap<>();

  /** Ids between the first and the last step of their creation. */
  private final Map<String, Boolean> underway = new ConcurrentHashMap<>();

  private final String boot = boot();

  private volatile @Nullable Parts parts;

  /** What there is once it is started. */
  private record Parts(Workshop workshop, SlotMaker maker, SlotPool slots) {}

  public LinuxWarden(Config config) {
    this(config, step -> {});
  }

  /**
   * @param afterStep told the name of each step of each creation; may throw to make it fail there
   */
  LinuxWarden(Config config, Consumer<String> afterStep) {
    this(config, afterStep, runtime -> runtime);
  }

  /**
   * @param runtimes gives what is used instead of the runtime that was found
   */
  LinuxWarden(Config config, Consumer<String> afterStep, UnaryOperator<OciRuntime> runtimes) {
    this.runtimes = runtimes;
    this.config = config;
    this.layout = new Layout(config.name(), config.directory());
    this.afterStep = afterStep;
  }

  @Override
  public synchronized void start() {
    if (parts != null) {
      return;
    }
    makeDirectories();
    RecordStore records = new RecordStore(layout.records());
    List<ContainerRecord> adopted =
        records.all().stream()
            .filter(r -> r.boot().equals(boot) && r.stage() == ContainerRecord.Stage.STARTED)
            .toList();
    ContainerNetwork network =
        new ContainerNetwork(
            new ContainerNetwork.Config(
                config.name(),
                Ipv4Range.parse(config.subnet()),
                config.instanceAddress(),
                config.activatorPort()));
    network.start(
        adopted.stream().map(ContainerRecord::attachment).toList(),
        adopted.stream()
            .filter(ContainerRecord::connected)
            .map(ContainerRecord::attachment)
            .toList());
    RootSkeleton skeleton = new RootSkeleton(layout.rootfs());
    skeleton.make(network.resolvConf());
    hideKernelAddresses();
    Workshop shop = workshop(network, skeleton, records, adopted.isEmpty());
    new Leftovers(shop).sweep(adopted);
    exits.start();
    for (ContainerRecord record : adopted) {
      LinuxContainer container =
          new LinuxContainer(shop, exits, record, null, StartPhases.NONE, containers::remove);
      containers.put(record.spec().id(), container);
      container.adopt();
    }
    weigh(shop.cgroups());
    if (!shop.cgroups().moveAtOnce()) {
      log.atInfo().log("cgroups.move_slowly"); // an older kernel, or one without version 2
    }
    SlotMaker maker = new SlotMaker(shop, boot);
    SlotPool slots = new SlotPool(config.warmSlots(), maker, layout);
    adopted.forEach(record -> learn(slots, record.spec()));
    slots.start();
    parts = new Parts(shop, maker, slots);
    log.atInfo()
        .addKeyValue("runtime", shop.runtime().name())
        .addKeyValue("adopted", adopted.size())
        .log("warden.started");
  }

  @Override
  public synchronized void close() {
    if (parts != null) {
      parts.slots().close();
      parts.workshop().programs().remove();
      parts.workshop().runtime().close();
    }
    exits.close();
  }

  @Override
  public Container create(ContainerSpec spec) {
    Parts now = started();
    if (underway.putIfAbsent(spec.id(), true) != null) {
      throw new WardenException(Failure.ALREADY_THERE, spec.id(), null);
    }
    try {
      if (containers.containsKey(spec.id())) {
        throw new WardenException(Failure.ALREADY_THERE, spec.id(), null);
      }
      LinuxContainer container = warm(now, spec).orElseGet(() -> cold(now.workshop(), spec));
      containers.put(spec.id(), container);
      return container;
    } catch (WardenException e) {
      throw e;
    } catch (RuntimeException e) {
      throw new WardenException(Failure.CREATE_FAILED, spec.id() + ": " + e.getMessage(), e);
    } finally {
      underway.remove(spec.id());
    }
  }

  /** How many slots wait for a container like this. */
  int slotsLike(ContainerSpec spec) {
    return started().slots().ready(SlotShape.of(spec));
  }

  /** From a slot, when one is ready and does not fail. */
  private Optional<LinuxContainer> warm(Parts now, ContainerSpec spec) {
    long begin = System.nanoTime();
    learn(now.slots(), spec);
    Optional<WarmSlot> slot = now.slots().take(SlotShape.of(spec));
    if (slot.isEmpty()) {
      return Optional.empty();
    }
    long taken = System.nanoTime();
    try {
      ContainerRecord record = now.maker().furnish(slot.get(), spec);
      StartPhases phases =
          new StartPhases(
              Duration.ofNanos(taken - begin),
              Duration.ofNanos(System.nanoTime() - taken),
              Duration.ZERO,
              true);
      return Optional.of(
          new LinuxContainer(
              now.workshop(), exits, record, slot.get(), phases, containers::remove));
    } catch (RuntimeException e) {
      log.atWarn().addKeyValue("container", spec.id()).setCause(e).log("slot.failed");
      return Optional.empty();
    }
  }

  private LinuxContainer cold(Workshop shop, ContainerSpec spec) {
    long begin = System.nanoTime();
    Attachment attachment = shop.network().plan(spec);
    ContainerRecord record = ContainerRecord.partial(spec, attachment, boot);
    shop.recipe(record).make(afterStep);
    StartPhases phases =
        new StartPhases(
            Duration.ofNanos(System.nanoTime() - begin), Duration.ZERO, Duration.ZERO, false);
    return new LinuxContainer(
        shop, exits, record.at(ContainerRecord.Stage.CREATED), null, phases, containers::remove);
  }

  /** An app's instance starts again one day; a staging task, which has no droplet, does not. */
  private static void learn(SlotPool slots, ContainerSpec spec) {
    if (spec.droplet() != null) {
      slots.expect(SlotShape.of(spec));
    }
  }

  @Override
  public void expect(ContainerSpec spec) {
    started().slots().expect(SlotShape.of(spec));
  }

  @Override
  public Optional<Container> find(String id) {
    return Optional.ofNullable(containers.get(id));
  }

  @Override
  public List<Container> containers() {
    return List.copyOf(containers.values());
  }

  @Override
  public void openPort(int hostPort) {
    started().workshop().network().openPort(hostPort);
  }

  @Override
  public void closePort(int hostPort) {
    started().workshop().network().closePort(hostPort);
  }

  @Override
  public Set<Integer> openPorts() {
    return started().workshop().network().openPorts();
  }

  @Override
  public Map<Integer, Traffic> traffic() {
    return started().workshop().network().traffic();
  }

  @Override
  public Set<Integer> unanswered() {
    return started().workshop().network().unanswered();
  }

  @Override
  public WarmSlots warmSlots() {
    return started().slots().state();
  }

  @Override
  public void removeAll() {
    started().slots().close();
    Workshop shop = started().workshop();
    for (LinuxContainer container : containers.values()) {
      try {
        container.destroy();
      } catch (WardenException e) {
        log.atWarn().addKeyValue("container", container.id()).setCause(e).log("container.resists");
      }
    }
    new Leftovers(shop).sweep(List.of());
    shop.network().remove();
    shop.cgroups().remove(layout.cgroup());
    removeRun();
    Trees.delete(layout.directory());
  }

  /**
   * @param first whether nothing of an earlier warden lives, so that nothing is to be left of us
   */
  private Workshop workshop(
      ContainerNetwork network, RootSkeleton skeleton, RecordStore records, boolean first) {
    CgroupTree cgroups = CgroupTree.of(Mounts.now());
    DiskTemplates disks = new DiskTemplates();
    long openFiles = Processes.openFilesLimit();
    HugePrograms programs =
        new HugePrograms(
            layout.programs(), Path.of("/usr"), Processes.memoryBytes() / PROGRAMS_SHARE);
    try {
      OciRuntime runtime =
          runtimes.apply(
              Runtimes.detect(
                  layout.runtime(),
                  tried ->
                      new RuntimeProbe(
                              new Workshop(
                                  layout, network, skeleton, programs, cgroups, tried, records,
                                  disks, openFiles))
                          .works()));
      return new Workshop(
          layout, network, skeleton, programs, cgroups, runtime, records, disks, openFiles);
    } catch (RuntimeFailure e) {
      if (first) {
        network.remove();
        cgroups.remove(layout.cgroup());
        removeRun();
      }
      throw new WardenException(Failure.HOST_UNFIT, "" + e.getMessage(), e);
    }
  }

  private Parts started() {
    Parts now = parts;
    if (now == null) {
      throw new WardenException(Failure.WRONG_STATE, "the warden is not started", null);
    }
    return now;
  }

  private void makeDirectories() {
    try {
      var ownerOnly =
          PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rwx------"));
      Files.createDirectories(layout.directory().toAbsolutePath().getParent());
      if (!Files.isDirectory(layout.run())) {
        Files.createDirectory(layout.run(), ownerOnly);
        keepInMemory(layout.run());
      }
      for (Path directory :
          List.of(layout.records(), layout.bundles(), layout.directory(), layout.containers())) {
        if (!Files.isDirectory(directory)) {
          Files.createDirectory(directory, ownerOnly);
        }
      }
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /**
   * As /run is on most machines. What is there holds secrets, is of no use after a reboot, and is
   * written while somebody waits for a wake: a dozen files on a disk take 2 ms.
   */
  private static void keepInMemory(Path directory) throws IOException {
    if (!Files.getFileStore(directory).type().equals(MEMORY)) {
      Syscalls.mount(MEMORY, directory, MEMORY, Syscalls.MS_NOSUID | Syscalls.MS_NODEV, "mode=700");
    }
  }

  private void removeRun() {
    Mounts.now().below(layout.run()).forEach(Syscalls::unmount);
    Trees.delete(layout.run());
  }

  /** On a busy host all apps together would otherwise count as one of its processes. */
  private void weigh(CgroupTree cgroups) {
    try {
      cgroups.share(
          layout.cgroup(), SHARES_PER_PROCESSOR * Runtime.getRuntime().availableProcessors());
    } catch (UncheckedIOException e) {
      log.atWarn().setCause(e).log("weight.failed");
    }
  }

  private static void hideKernelAddresses() {
    try {
      Files.writeString(KPTR_RESTRICT, "2");
    } catch (IOException e) {
      log.atWarn().addKeyValue("file", KPTR_RESTRICT).setCause(e).log("hardening.failed");
    }
  }

  private static String boot() {
    try {
      return Files.readString(BOOT_ID).strip();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
