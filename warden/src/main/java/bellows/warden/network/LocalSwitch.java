package bellows.warden.network;

import bellows.warden.kernel.Bpf;
import bellows.warden.kernel.Errno;
import bellows.warden.kernel.KernelException;
import bellows.warden.kernel.Mounts;
import bellows.warden.kernel.Sockets;
import bellows.warden.kernel.Syscalls;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.lang.invoke.VarHandle;
import java.nio.file.Path;
import java.util.Collection;
import java.util.OptionalInt;
import java.util.function.IntConsumer;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The switch for this host's own programs, the router before all. They connect to an awake
 * container itself: its address takes the place of the host's when the connection is made, so that
 * no packet has to be translated. All else goes on to the rules of {@link SwitchScript}: who comes
 * from elsewhere, whoever is to be woken, and everything on a host whose kernel cannot do this. So
 * a place may be closed here and open there, but not the other way round.
 *
 * <p>Thread-safe for different ports. It goes on without this process, as the rules do.
 */
final class LocalSwitch {
  private static final Logger log = LoggerFactory.getLogger(LocalSwitch.class);
  private static final String NAME = "lsw_"; // the warden's is at most 10 characters more
  private static final int PORTS = 1 << 16;
  private static final int[] HOOKS = {Bpf.CONNECT_4, Bpf.CONNECT_6};
  private static final VarHandle WORD = ValueLayout.JAVA_LONG.varHandle();

  private final String name;
  private final Mounts mounts;

  /** A {@link ConnectProgram#PLACE} for each port; null on a kernel without. */
  private final @Nullable MemorySegment places;

  private LocalSwitch(String name, Mounts mounts, @Nullable MemorySegment places) {
    this.name = name;
    this.mounts = mounts;
    this.places = places;
  }

  /** Before it is started, and where the kernel cannot do it. */
  static LocalSwitch none(String warden, Mounts mounts) {
    return new LocalSwitch(NAME + warden, mounts, null);
  }

  /**
   * Takes over from that of an earlier process without a moment in between.
   *
   * @param warden its name
   * @param instance the host's address that ports are on
   * @param open who is connected
   * @param mounts where the cgroup of all processes is, which only version 2 has for this purpose
   */
  static LocalSwitch start(
      String warden, long instance, Collection<Attachment> open, Mounts mounts) {
    String name = NAME + warden;
    try {
      int array = Bpf.array(PORTS, ConnectProgram.PLACE);
      try {
        MemorySegment places = Syscalls.map(array, (long) PORTS * ConnectProgram.PLACE);
        LocalSwitch fresh = new LocalSwitch(name, mounts, places);
        open.forEach(fresh::open);
        long namespace = Sockets.networkNamespace();
        for (int hook : HOOKS) {
          fresh.attach(hook, ConnectProgram.of(hook, instance, namespace, array));
        }
        return fresh;
      } finally {
        Syscalls.close(array);
      }
    } catch (KernelException e) {
      log.atInfo().setCause(e).log("switch.translates_all");
      LocalSwitch none = none(warden, mounts);
      none.remove(); // what an earlier process has left knows nothing of what comes
      return none;
    }
  }

  /** Whoever connects to the port from now on is connected to the container. */
  void open(Attachment attachment) {
    if (places != null && attachment.port() != null) {
      long address = Ipv4Range.address(attachment.ip());
      int port = attachment.port().containerPort();
      set(places, attachment.port().hostPort(), ConnectProgram.target(address, port));
    }
  }

  /** Whoever is not counted in {@link #calls} by now is not connected to the container. */
  void close(int port) {
    if (places != null) {
      set(places, port, 0);
    }
  }

  /** How many have connected to the port since this process has begun. */
  long calls(int port) {
    return places == null ? 0 : (long) WORD.getVolatile(places, at(port) + ConnectProgram.CALLS);
  }

  /** Takes it away; does nothing when there is none. */
  void remove() {
    try {
      for (int hook : HOOKS) {
        inCgroup(cgroup -> {
          OptionalInt program = Bpf.attached(cgroup, hook, name);
          if (program.isPresent()) {
            try {
              Bpf.detach(cgroup, program.getAsInt(), hook);
            } finally {
              Syscalls.close(program.getAsInt());
            }
          }
        });
      }
    } catch (KernelException e) {
      log.atInfo().setCause(e).log("switch.not_removed"); // nor can there be one
    }
  }

  private void attach(int hook, long[] instructions) {
    int program = Bpf.program(name, instructions, hook);
    try {
      inCgroup(cgroup -> {
        OptionalInt before = Bpf.attached(cgroup, hook, name);
        try {
          Bpf.attach(cgroup, program, hook, before);
        } finally {
          before.ifPresent(Syscalls::close);
        }
      });
    } finally {
      Syscalls.close(program);
    }
  }

  private void inCgroup(IntConsumer use) {
    Path root =
        mounts.all().stream()
            .filter(mount -> mount.type().equals("cgroup2"))
            .map(Mounts.Mount::target)
            .findFirst()
            .orElseThrow(() -> new KernelException("cgroup2", Errno.ENOENT, "not mounted"));
    int cgroup = Syscalls.openToRead(root);
    try {
      use.accept(cgroup);
    } finally {
      Syscalls.close(cgroup);
    }
  }

  private static void set(MemorySegment places, int port, long target) {
    WORD.setVolatile(places, at(port) + ConnectProgram.TARGET, target);
  }

  private static long at(int port) {
    return (long) port * ConnectProgram.PLACE;
  }
}
