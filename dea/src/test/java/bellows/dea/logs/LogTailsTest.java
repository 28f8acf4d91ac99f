package bellows.dea.logs;

import static org.assertj.core.api.Assertions.assertThat;

import bellows.base.files.Trees;
import bellows.base.time.Scheduler;
import bellows.base.time.SystemScheduler;
import bellows.base.time.testing.Eventually;
import bellows.base.time.testing.ManualScheduler;
import bellows.bus.InProcessBus;
import bellows.contracts.ids.AppGuid;
import bellows.dea.testing.FakeWarden;
import bellows.dea.testing.Recorder;
import bellows.warden.ContainerSpec;
import bellows.warden.Egress;
import bellows.warden.Limits;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class LogTailsTest {
  private final ManualScheduler time = new ManualScheduler();
  private final CountingScheduler counted = new CountingScheduler(time);
  private final SystemScheduler busTime = new SystemScheduler();
  private final InProcessBus bus = new InProcessBus(busTime);
  private final LogTails tails = new LogTails(bus, counted);
  private final Path directory;
  private final FakeWarden warden;
  private final Recorder recorder;

  LogTailsTest() throws IOException {
    directory = Files.createTempDirectory("log-tails-");
    warden = new FakeWarden(directory);
    bus.start();
    recorder = new Recorder(bus);
  }

  @AfterEach
  void close() {
    tails.close();
    bus.close();
    busTime.close();
    Trees.delete(directory);
  }

  /** How often the machine is woken up. */
  private static final class CountingScheduler implements Scheduler {
    private final Scheduler real;
    private int runs;

    private CountingScheduler(Scheduler real) {
      this.real = real;
    }

    @Override
    public Instant now() {
      return real.now();
    }

    @Override
    public long nanoTime() {
      return real.nanoTime();
    }

    @Override
    public Timer every(Duration period, Runnable task) {
      return real.every(period, counting(task));
    }

    @Override
    public Timer after(Duration delay, Runnable task) {
      return real.after(delay, counting(task));
    }

    private Runnable counting(Runnable task) {
      return () -> {
        runs++;
        task.run();
      };
    }
  }

  private FakeWarden.FakeContainer follow(String name) {
    var _ =
        warden.create(
            new ContainerSpec(
                name,
                1,
                null,
                List.of(),
                List.of("x"),
                ContainerSpec.HOME,
                Map.of(),
                new Limits(10, 16, 10, 10, 100),
                null,
                Egress.open()));
    FakeWarden.FakeContainer container = warden.newest();
    var _ =
        tails.follow(
            new LogSource(
                container, new AppGuid(name), "APP", "0", directory.resolve(name + ".at"), 1000));
    return container;
  }

  @Test
  void looksAtAllQuietStreamsAtTheSameFewMoments() {
    for (int i = 0; i < 20; i++) {
      follow("quiet" + i);
      time.advance(Duration.ofMillis(13));
    }
    time.advance(Duration.ofSeconds(1));
    counted.runs = 0;
    time.advance(Duration.ofSeconds(4));
    assertThat(counted.runs).isEqualTo(10);
  }

  @Test
  void bringsTheFirstLineAfterASilenceSoonAndThoseAfterItAtOnce() {
    FakeWarden.FakeContainer container = follow("app");
    follow("other");
    time.advance(Duration.ofMillis(4801));
    container.print(false, "first\n");
    time.advance(Duration.ofMillis(399));
    delivered("first");
    container.print(false, "second\n");
    time.advance(Duration.ofMillis(50));
    delivered("first", "second");
  }

  @Test
  void rests() {
    follow("app");
    time.advance(Duration.ofSeconds(1));
    tails.close();
    counted.runs = 0;
    time.advance(Duration.ofSeconds(10));
    assertThat(counted.runs).isZero();
  }

  private void delivered(String... lines) {
    Eventually.until("lines " + List.of(lines), () -> recorder.lines("APP").equals(List.of(lines)));
  }
}
