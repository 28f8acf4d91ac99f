package bellows.logaggregator;

import bellows.base.lifecycle.Component;
import bellows.bus.MessageBus;
import bellows.contracts.Subjects;
import bellows.contracts.logs.LogBatch;
import org.jspecify.annotations.Nullable;

/** Takes every log line that passes on the bus into the store. */
public final class LogAggregator implements Component {
  private final MessageBus bus;
  private final LogStore store;
  private MessageBus.@Nullable Subscription subscription;

  public LogAggregator(MessageBus bus, LogStore store) {
    this.bus = bus;
    this.store = store;
  }

  @Override
  public synchronized void start() {
    if (subscription == null) {
      subscription =
          bus.subscribe(Subjects.LOGS, incoming -> incoming.message().ifPresent(this::store));
    }
  }

  @Override
  public synchronized void close() {
    if (subscription != null) {
      subscription.close();
      subscription = null;
    }
  }

  private void store(LogBatch batch) {
    batch.lines().forEach(store::add);
  }
}
