package bellows.dea.logs;

import static org.assertj.core.api.Assertions.assertThat;

import bellows.base.files.Trees;
import bellows.base.time.SystemScheduler;
import bellows.base.time.testing.Eventually;
import bellows.base.time.testing.ManualScheduler;
import bellows.bus.InProcessBus;
import bellows.bus.MessageBus;
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
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class LogTailTest {
  private final ManualScheduler time = new ManualScheduler();
  private final SystemScheduler busTime = new SystemScheduler();
  private final MessageBus bus = new InProcessBus(busTime);
  private final Path directory;
  private final FakeWarden.FakeContainer container;
  private final Recorder recorder;

  LogTailTest() throws IOException {
    directory = Files.createTempDirectory("log-tail-");
    FakeWarden warden = new FakeWarden(directory);
    var _ =
        warden.create(
            new ContainerSpec(
                "c",
                1,
                null,
                List.of(),
                List.of("x"),
                ContainerSpec.HOME,
                Map.of(),
                new Limits(10, 16, 10, 10, 100),
                null,
                Egress.open()));
    container = warden.newest();
    bus.start();
    recorder = new Recorder(bus);
  }

  @AfterEach
  void close() {
    bus.close();
    busTime.close();
    Trees.delete(directory);
  }

  private LogTail tail(long bytesPerSecond) {
    return new LogTail(
        new LogSource(
            container,
            new AppGuid("app"),
            "APP/PROC/WEB",
            "0",
            directory.resolve("offsets"),
            bytesPerSecond),
        bus,
        time);
  }

  private void delivered(String... lines) {
    Eventually.until(
        "lines " + List.of(lines), () -> recorder.lines("APP/PROC/WEB").equals(List.of(lines)));
  }

  @Test
  void deliversEachLineOnceAlsoToTheNextRun() {
    LogTail first = tail(1000);
    container.print(false, "one\nhalf");
    assertThat(first.poll()).isTrue();
    assertThat(first.poll()).isFalse();
    first.release();
    container.print(false, " and half\n");
    container.print(true, "error");
    LogTail second = tail(1000);
    second.poll();
    second.finish();
    delivered("one", "half and half", "error");
    assertThat(directory.resolve("offsets")).doesNotExist();
    assertThat(second.lastLines()).containsExactly("half and half", "error");
  }

  @Test
  void tellsHowMuchOfAFloodIsMissing() {
    LogTail tail = tail(1000);
    String line = "x".repeat(99) + "\n";
    container.print(false, line.repeat(200));
    tail.poll();
    Eventually.until(
        "told",
        () ->
            recorder
                .line("exceeded log rate limit (1000 bytes/sec): 37 lines dropped")
                .isPresent());
    time.advance(Duration.ofSeconds(1));
    container.print(false, "after\n");
    tail.poll();
    Eventually.until("goes on", () -> recorder.line("after").isPresent());
    tail.finish();
    assertThat(recorder.lines("APP/PROC/WEB")).hasSize(163 + 1 + 1);
  }

  @Test
  void beginsAgainWhereTheAppEmptiesItsLog() throws IOException {
    LogTail tail = tail(1000);
    container.print(false, "before it was emptied\n");
    tail.poll();
    Files.writeString(container.stdout(), "new\n");
    tail.poll();
    container.print(false, "newer\n");
    tail.finish();
    delivered("before it was emptied", "new", "newer");
  }

  @Test
  void neverFillsAMessageOfTheBus() {
    LogTail tail = tail(100 << 20);
    container.print(false, "x\n".repeat(100_000));
    container.print(true, "\u0001".repeat(LogTail.LONGEST_LINE * 3) + "\n");
    tail.poll();
    Eventually.until("all", () -> recorder.lines("APP/PROC/WEB").size() >= 100_003);
  }

  @Test
  void skipsWhatItCannotCatchUpWith() {
    LogTail tail = tail(1000);
    container.print(false, ("y".repeat(1023) + "\n").repeat(20 << 10));
    tail.poll();
    Eventually.until("told", () -> recorder.line("bytes unread").isPresent());
  }
}
