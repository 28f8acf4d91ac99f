package bellows.warden.machine;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import bellows.base.files.Trees;
import bellows.warden.BindMount;
import bellows.warden.Container;
import bellows.warden.ContainerSpec;
import bellows.warden.Exit;
import bellows.warden.WardenException;
import bellows.warden.WardenException.Failure;
import bellows.warden.oci.OciRuntime;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicReference;
import java.util.concurrent.locks.LockSupport;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What goes wrong leaves nothing behind, and what is removed is removed wholly. */
class FailureIT {
  @ParameterizedTest
  @ValueSource(strings = {"record", "network", "disk", "home", "bundle", "program"})
  void aFailedCreateIsUndone(String failing, @TempDir Path droplet) {
    AtomicReference<String> fail = new AtomicReference<>(failing);
    try (TestWarden wardens =
        new TestWarden(step -> {
          if (step.equals(fail.get())) {
            throw new IllegalStateException("injected");
          }
        })) {
      ContainerSpec spec = TestWarden.with(wardens.spec("true"), droplet);
      List<String> before = Remains.of(wardens.config);

      assertThatThrownBy(() -> wardens.warden.create(spec))
          .isInstanceOfSatisfying(
              WardenException.class, e -> assertThat(e.failure()).isEqualTo(Failure.CREATE_FAILED))
          .hasMessageContaining("injected");

      assertThat(Remains.of(wardens.config)).isEqualTo(before);
      assertThat(wardens.warden.containers()).isEmpty();
      fail.set("");
      try (var again = closing(wardens.warden.create(spec))) {
        again.container().start();
        assertThat(TestWarden.exit(again.container())).isEqualTo(new Exit(0, false));
      }
      assertThat(Remains.of(wardens.config)).isEqualTo(before);
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"record", "network", "disk", "home", "bundle", "program"})
  void aDeathInTheMidstOfACreateIsSweptAway(String last, @TempDir Path droplet) throws Exception {
    // What a killed process leaves: whatever is thrown would be undone, so the creation stands
    // still.
    LinuxWarden.Config config = TestWarden.freshConfig();
    List<String> before;
    try (TestWarden first = new TestWarden(config, step -> {})) {
      before = Remains.of(config);
      CountDownLatch stuck = new CountDownLatch(1);
      Thread.ofPlatform()
          .daemon()
          .start(() -> {
            LinuxWarden dying = new LinuxWarden(config, step -> stopAt(last, step, stuck));
            dying.start();
            dying.create(TestWarden.with(first.spec("true"), droplet));
          });
      assertThat(stuck.await(20, TimeUnit.SECONDS)).isTrue();
      assertThat(Remains.of(config)).isNotEmpty();

      try (TestWarden second = new TestWarden(config, step -> {})) {
        assertThat(Remains.of(config)).isEqualTo(before);
        assertThat(second.warden.containers()).isEmpty();
      }
      assertThat(Remains.of(config)).isEmpty();
    }
  }

  /** A runtime that fails, before the program runs or when it runs already. */
  private record Failing(OciRuntime real, AtomicReference<String> how) implements OciRuntime {
    @Override
    public String name() {
      return real.name();
    }

    @Override
    public int run(String id, Path bundle, Path stdout, Path stderr) {
      if (how.get().equals("at once")) {
        throw new IllegalStateException("injected");
      }
      int pid = real.run(id, bundle, stdout, stderr);
      if (how.get().equals("too late")) {
        throw new IllegalStateException("injected");
      }
      return pid;
    }

    @Override
    public Optional<byte[]> compiledFilter() {
      return real.compiledFilter();
    }

    @Override
    public void delete(String id) {
      real.delete(id);
    }

    @Override
    public void close() {
      real.close();
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"at once", "too late"})
  void nothingIsLeftOfWhatTheRuntimeFailedToStart(String when, @TempDir Path droplet) {
    AtomicReference<String> how = new AtomicReference<>("");
    try (TestWarden wardens = TestWarden.withRuntime(real -> new Failing(real, how))) {
      List<String> before = Remains.of(wardens.config);
      how.set(when);
      Container container =
          wardens.warden.create(TestWarden.with(wardens.spec("sleep", "100"), droplet));

      assertThatThrownBy(container::start)
          .isInstanceOfSatisfying(
              WardenException.class, e -> assertThat(e.failure()).isEqualTo(Failure.START_FAILED))
          .hasMessageContaining("injected");
      container.destroy();

      assertThat(Remains.of(wardens.config)).isEqualTo(before);
      assertThat(wardens.warden.containers()).isEmpty();
    }
  }

  private static void stopAt(String last, String step, CountDownLatch stopped) {
    while (step.equals(last)) {
      stopped.countDown();
      LockSupport.park(last);
    }
  }

  @Test
  void destroyEndsWhatRunsAndMayBeRepeated() {
    try (TestWarden wardens = new TestWarden()) {
      List<String> before = Remains.of(wardens.config);
      Container container = wardens.running("sleep 100 & sleep 100");

      container.destroy();
      container.destroy();

      assertThat(TestWarden.exit(container)).isEqualTo(new Exit(137, false));
      assertThat(Remains.of(wardens.config)).isEqualTo(before);
      assertThat(wardens.warden.find(container.id())).isEmpty();
      assertThatThrownBy(container::start).isInstanceOf(WardenException.class);
      container.kill();
      container.terminate();
      assertThat(container.usage()).isEqualTo(bellows.warden.Usage.NONE);
    }
  }

  @Test
  void removeAllLeavesNothing() {
    TestWarden wardens = new TestWarden();
    wardens.running("sleep 100");
    wardens.warden.create(wardens.spec("true"));

    wardens.close();

    assertThat(Remains.of(wardens.config)).isEmpty();
  }

  @Test
  void aMachineOnWhichNoRuntimeWorksIsLeftAsItWas() throws Exception {
    LinuxWarden.Config config = TestWarden.freshConfig();
    Path root = Files.createDirectory(config.directory().resolve("rootfs"));
    Files.setPosixFilePermissions(root, PosixFilePermissions.fromString("rwx------")); // no app may

    try (LinuxWarden unfit = new LinuxWarden(config)) {
      assertThatThrownBy(unfit::start)
          .isInstanceOfSatisfying(
              WardenException.class, e -> assertThat(e.failure()).isEqualTo(Failure.HOST_UNFIT));
    }

    Trees.delete(config.directory());
    assertThat(Remains.of(config)).isEmpty();
  }

  @Test
  void anIdIsUsedOnce() {
    try (TestWarden wardens = new TestWarden()) {
      ContainerSpec spec = wardens.spec("true");
      wardens.warden.create(spec);

      assertThatThrownBy(() -> wardens.warden.create(spec))
          .isInstanceOfSatisfying(
              WardenException.class, e -> assertThat(e.failure()).isEqualTo(Failure.ALREADY_THERE));
      assertThat(wardens.warden.containers()).hasSize(1);
    }
  }

  @Test
  void twentyAtOnceGetEverythingOfTheirOwn() throws Exception {
    try (TestWarden wardens = new TestWarden();
        var tasks = Executors.newVirtualThreadPerTaskExecutor()) {
      List<String> before = Remains.of(wardens.config);
      List<Future<Container>> creations = new ArrayList<>();
      for (int i = 0; i < 20; i++) {
        creations.add(tasks.submit(() -> wardens.running("hostname -I; exec sleep 100")));
      }
      List<Container> containers = new ArrayList<>();
      for (Future<Container> creation : creations) {
        containers.add(creation.get());
      }

      assertThat(containers.stream().map(Container::ip).distinct()).hasSize(20);
      assertThat(containers.stream().map(c -> c.pid().orElseThrow()).distinct()).hasSize(20);
      List<Future<?>> removals = new ArrayList<>();
      containers.forEach(c -> removals.add(tasks.submit(c::destroy)));
      for (Future<?> removal : removals) {
        removal.get();
      }
      assertThat(Remains.of(wardens.config)).isEqualTo(before);
    }
  }

  @Test
  void aLinkInTheDropletDoesNotDecideWhereAMountGoes(@TempDir Path droplet, @TempDir Path shown)
      throws Exception {
    // Fails when Bundle's mount points are left to the runtime.
    Files.createSymbolicLink(droplet.resolve("cache"), Path.of("/etc"));
    try (TestWarden wardens = new TestWarden()) {
      ContainerSpec spec =
          TestWarden.with(
              wardens.spec("true"),
              droplet,
              BindMount.writable(shown, Path.of("/home/vcap/cache/deep")));

      assertThatThrownBy(() -> wardens.warden.create(spec)).hasMessageContaining("link");
      assertThat(wardens.warden.containers()).isEmpty();
    }
  }

  private record Closing(Container container) implements AutoCloseable {
    @Override
    public void close() {
      container.destroy();
    }
  }

  private static Closing closing(Container container) {
    return new Closing(container);
  }
}
