package bellows.warden.kernel;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class ExitWatchTest {
  private final ExitWatch watch = new ExitWatch();
  private final List<Process> started = new ArrayList<>();

  @AfterEach
  void stop() {
    watch.close();
    watch.close();
    started.forEach(Process::destroyForcibly);
  }

  @Test
  void tellsEachEndOnce() throws Exception {
    watch.start();
    watch.start();
    CountDownLatch ended = new CountDownLatch(100); // more than the array begins with
    for (int i = 0; i < 100; i++) {
      watch.onExit(Syscalls.pidfdOpen(sleeper()), ended::countDown);
    }
    assertThat(ended.getCount()).isEqualTo(100);

    started.forEach(Process::destroyForcibly);

    assertThat(ended.await(10, TimeUnit.SECONDS)).isTrue();
  }

  @Test
  void refusesToWatchWhenItDoesNotRun() throws Exception {
    int pidfd = Syscalls.pidfdOpen(sleeper());
    try {
      assertThatThrownBy(() -> watch.onExit(pidfd, () -> {}))
          .isInstanceOf(IllegalStateException.class);
    } finally {
      Syscalls.close(pidfd);
    }
  }

  private int sleeper() throws Exception {
    Process process = new ProcessBuilder("sleep", "60").start();
    started.add(process);
    return (int) process.pid();
  }
}
