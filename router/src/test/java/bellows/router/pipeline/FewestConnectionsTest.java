package bellows.router.pipeline;

import static org.assertj.core.api.Assertions.assertThat;

import io.netty.util.concurrent.DefaultEventExecutorGroup;
import io.netty.util.concurrent.EventExecutor;
import io.netty.util.concurrent.EventExecutorChooserFactory.EventExecutorChooser;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.stream.StreamSupport;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class FewestConnectionsTest {
  private final DefaultEventExecutorGroup loops = new DefaultEventExecutorGroup(3);
  private final EventExecutor[] all =
      StreamSupport.stream(loops.spliterator(), false).toArray(EventExecutor[]::new);
  private final Map<EventExecutor, Integer> counts = new ConcurrentHashMap<>();
  private final EventExecutorChooser chooser =
      new FewestConnections(
              loop -> counts.getOrDefault(loop, 0), loop -> counts.merge(loop, 1, Integer::sum))
          .newChooser(all);

  @AfterEach
  void end() {
    var _ = loops.shutdownGracefully();
  }

  @Test
  void aConnectionStaysWhereItWasAccepted() throws Exception {
    for (EventExecutor accepting : all) {
      counts.clear();
      assertThat(accepting.submit(chooser::next).get()).isSameAs(accepting);
    }
  }

  @Test
  void manyAreSharedEvenlyThoughOneLoopAcceptsThemAll() throws Exception {
    all[1]
        .submit(() -> {
          for (int i = 0; i < 300; i++) {
            var _ = chooser.next();
          }
        })
        .get();
    assertThat(counts.values()).containsExactly(100, 100, 100);
  }

  @Test
  void whoHasTheFewestGetsTheNext() throws Exception {
    counts.putAll(Map.of(all[0], 5, all[1], 4, all[2], 3));
    assertThat(all[0].submit(chooser::next).get()).isSameAs(all[2]);
  }
}
