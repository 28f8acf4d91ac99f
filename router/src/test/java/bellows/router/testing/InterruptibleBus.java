package bellows.router.testing;

import bellows.bus.MessageBus;
import bellows.bus.Subject;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.function.Consumer;
import java.util.function.Function;

/** A bus whose connection can be lost and found. */
public final class InterruptibleBus implements MessageBus {
  private final MessageBus bus;
  private final List<Runnable> listeners = new CopyOnWriteArrayList<>();
  private volatile boolean connected = true;

  public InterruptibleBus(MessageBus bus) {
    this.bus = bus;
  }

  public void interrupt() {
    connected = false;
  }

  public void restore() {
    connected = true;
    listeners.forEach(Runnable::run);
  }

  @Override
  public <T> void publish(Subject<T> subject, T message) {
    if (connected) {
      bus.publish(subject, message);
    }
  }

  @Override
  public <T> Subscription subscribe(Subject<T> subject, Consumer<Incoming<T>> handler) {
    return bus.subscribe(subject, handler);
  }

  @Override
  public <T> Subscription subscribe(
      Subject<T> subject, String queueGroup, Consumer<Incoming<T>> handler) {
    return bus.subscribe(subject, queueGroup, handler);
  }

  @Override
  public <Q, R> List<R> request(
      Subject<Q> subject, Q question, Class<R> replyType, int maxReplies, Duration wait) {
    return bus.request(subject, question, replyType, maxReplies, wait);
  }

  @Override
  public <Q, R> Subscription requestStream(
      Subject<Q> subject,
      Q question,
      Class<R> replyType,
      Duration wait,
      Function<R, Boolean> handler) {
    return bus.requestStream(subject, question, replyType, wait, handler);
  }

  @Override
  public void onReconnect(Runnable listener) {
    listeners.add(listener);
  }

  @Override
  public boolean connected() {
    return connected;
  }

  @Override
  public long dropped() {
    return bus.dropped();
  }

  @Override
  public long failed() {
    return bus.failed();
  }

  @Override
  public void start() {
    bus.start();
  }

  @Override
  public void close() {
    bus.close();
  }
}
