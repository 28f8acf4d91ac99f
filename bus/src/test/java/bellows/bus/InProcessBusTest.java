package bellows.bus;

import static org.assertj.core.api.Assertions.assertThat;

import bellows.base.time.Scheduler;
import bellows.base.time.testing.Eventually;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

class InProcessBusTest extends MessageBusContract {
  @Override
  MessageBus create(Scheduler scheduler) {
    return new InProcessBus(scheduler);
  }

  @Test
  void tenThousandIdleSubscriptionsCostNoThread() {
    List<String> before = platformThreads();
    List<Note> last = new ArrayList<>();
    for (int i = 0; i < 10_000; i++) {
      Subject<Note> subject = new Subject<>("idle." + i, Note.class);
      bus().subscribe(subject, incoming -> incoming.message().ifPresent(last::add));
    }
    bus().publish(new Subject<>("idle.9999", Note.class), Note.of("hello"));
    Eventually.until("it has come", () -> !last.isEmpty());
    List<String> after = new ArrayList<>(platformThreads());
    after.removeAll(before);
    assertThat(after).allMatch(name -> name.startsWith("ForkJoinPool"));
  }

  private static List<String> platformThreads() {
    return Thread.getAllStackTraces().keySet().stream().map(Thread::getName).toList();
  }
}
