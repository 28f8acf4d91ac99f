package bellows.warden.machine;

import static org.assertj.core.api.Assertions.assertThat;

import bellows.base.process.Subprocess;
import bellows.base.time.testing.Eventually;
import bellows.warden.BindMount;
import bellows.warden.Container;
import bellows.warden.ContainerSpec;
import bellows.warden.Egress;
import bellows.warden.Exit;
import bellows.warden.Limits;
import bellows.warden.PortMapping;
import bellows.warden.oci.OciRuntime;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Consumer;
import java.util.function.UnaryOperator;
import org.jspecify.annotations.Nullable;

/** A warden with a name and a subnet of its own, and short words for what tests ask of it. */
final class TestWarden implements AutoCloseable {
  static final int UID = 20_000;
  static final Limits LIMITS = new Limits(128, 64, 256, 64, 1024);

  private final AtomicInteger ids = new AtomicInteger();
  final LinuxWarden.Config config;
  final LinuxWarden warden;

  TestWarden() {
    this(step -> {});
  }

  TestWarden(Consumer<String> afterStep) {
    this(freshConfig(), afterStep);
  }

  TestWarden(LinuxWarden.Config config, Consumer<String> afterStep) {
    this(config, new LinuxWarden(config, afterStep));
  }

  private TestWarden(LinuxWarden.Config config, LinuxWarden warden) {
    this.config = config;
    this.warden = warden;
    warden.start();
  }

  /** One whose runtime is {@code runtimes}' instead of the one that was found. */
  static TestWarden withRuntime(UnaryOperator<OciRuntime> runtimes) {
    LinuxWarden.Config config = freshConfig();
    return new TestWarden(config, new LinuxWarden(config, step -> {}, runtimes));
  }

  static LinuxWarden.Config freshConfig() {
    // Tests of other processes may run beside these, on other subnets.
    long pid = ProcessHandle.current().pid();
    long number = pid % 256;
    try {
      Path directory = Files.createTempDirectory("warden-test-");
      return new LinuxWarden.Config(
          "wt" + Long.toString(pid, 36),
          directory,
          "10.253." + number + ".0/24",
          "10.253." + number + ".1");
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** Another warden over the same containers, as after a restart of the platform. */
  TestWarden again() {
    warden.close();
    return new TestWarden(config, step -> {});
  }

  ContainerSpec spec(String... command) {
    return new ContainerSpec(
        "c" + ids.incrementAndGet() + "-" + Long.toString(System.nanoTime(), 36),
        UID,
        null,
        List.of(),
        List.of(command),
        ContainerSpec.HOME,
        Map.of("PATH", "/usr/local/bin:/usr/bin:/bin", "HOME", "/home/vcap", "LANG", "C.UTF-8"),
        LIMITS,
        null,
        Egress.open());
  }

  static ContainerSpec with(ContainerSpec s, Limits limits) {
    return new ContainerSpec(
        s.id(),
        s.uid(),
        s.droplet(),
        s.mounts(),
        s.command(),
        s.directory(),
        s.environment(),
        limits,
        s.port(),
        s.egress());
  }

  static ContainerSpec with(ContainerSpec s, PortMapping port) {
    return new ContainerSpec(
        s.id(),
        s.uid(),
        s.droplet(),
        s.mounts(),
        s.command(),
        s.directory(),
        s.environment(),
        s.limits(),
        port,
        s.egress());
  }

  static ContainerSpec with(ContainerSpec s, Egress egress) {
    return new ContainerSpec(
        s.id(),
        s.uid(),
        s.droplet(),
        s.mounts(),
        s.command(),
        s.directory(),
        s.environment(),
        s.limits(),
        s.port(),
        egress);
  }

  static ContainerSpec with(ContainerSpec s, @Nullable Path droplet, BindMount... mounts) {
    return new ContainerSpec(
        s.id(),
        s.uid(),
        droplet,
        List.of(mounts),
        s.command(),
        s.directory(),
        s.environment(),
        s.limits(),
        s.port(),
        s.egress());
  }

  /** Starts a container that runs until it is destroyed. */
  Container running(String script) {
    return running(script, s -> s);
  }

  Container running(String script, UnaryOperator<ContainerSpec> change) {
    Container container = create(change.apply(spec("bash", "-c", script)));
    container.start();
    return container;
  }

  /** Makes a container; of a warm slot, when this warden has them. */
  Container create(ContainerSpec spec) {
    if (config.warmSlots() > 0) {
      warden.expect(spec);
      Eventually.until("a slot is ready", Duration.ofSeconds(20), () -> warden.slotsLike(spec) > 0);
    }
    Container container = warden.create(spec);
    assertThat(container.startPhases().warm()).isEqualTo(config.warmSlots() > 0);
    return container;
  }

  /** Runs a shell script to its end in a container of its own. */
  Outcome run(String script) {
    return run(script, s -> s);
  }

  Outcome run(String script, UnaryOperator<ContainerSpec> change) {
    Container container = running(script, change);
    try {
      return outcome(container);
    } finally {
      container.destroy();
    }
  }

  static Outcome outcome(Container container) {
    Exit exit = exit(container);
    return new Outcome(exit, read(container.stdout()), read(container.stderr()));
  }

  static Exit exit(Container container) {
    try {
      return container.exited().get(30, TimeUnit.SECONDS);
    } catch (InterruptedException | ExecutionException | TimeoutException e) {
      throw new AssertionError(
          "did not end: " + read(container.stdout()) + read(container.stderr()), e);
    }
  }

  static String read(Path file) {
    try {
      return Files.readString(file);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  static Subprocess.Result host(String script) {
    return Subprocess.run(Duration.ofSeconds(20), List.of("bash", "-c", script));
  }

  @Override
  public void close() {
    warden.removeAll();
    warden.close();
  }

  record Outcome(Exit exit, String out, String err) {
    /** The output without the last line's end. */
    String text() {
      return (out + err).strip();
    }
  }
}
