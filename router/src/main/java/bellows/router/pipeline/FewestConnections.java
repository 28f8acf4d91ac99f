package bellows.router.pipeline;

import io.netty.util.concurrent.EventExecutor;
import io.netty.util.concurrent.EventExecutorChooserFactory;
import java.util.List;
import java.util.function.Consumer;
import java.util.function.ToIntFunction;

/**
 * Which event loop gets a new connection: the one that has accepted it, unless another one has
 * fewer. To another loop a connection costs a wake-up of its thread, half a millisecond when that
 * is idle, as it is when somebody wakes an app.
 */
final class FewestConnections implements EventExecutorChooserFactory {
  private final ToIntFunction<EventExecutor> connections;
  private final Consumer<EventExecutor> chosen;

  /**
   * @param connections of a loop; any thread
   * @param chosen told of the loop that gets one more, which counts from then on: a hundred may be
   *     accepted before another loop sees the first of them; any thread
   */
  FewestConnections(ToIntFunction<EventExecutor> connections, Consumer<EventExecutor> chosen) {
    this.connections = connections;
    this.chosen = chosen;
  }

  @Override
  public EventExecutorChooser newChooser(EventExecutor[] executors) {
    List<EventExecutor> loops = List.of(executors);
    return () -> {
      EventExecutor best = best(loops);
      chosen.accept(best);
      return best;
    };
  }

  private EventExecutor best(List<EventExecutor> loops) {
    EventExecutor best = loops.getFirst();
    int fewest = Integer.MAX_VALUE;
    for (EventExecutor loop : loops) {
      int count = connections.applyAsInt(loop);
      if (count < fewest || (count == fewest && loop.inEventLoop())) {
        best = loop;
        fewest = count;
      }
    }
    return best;
  }
}
