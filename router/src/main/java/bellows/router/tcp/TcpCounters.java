package bellows.router.tcp;

import bellows.router.metrics.CountersOf;
import java.util.concurrent.atomic.LongAdder;

/** What happened to connections of TCP routes since start. Any thread may count and read. */
public final class TcpCounters {
  private final LongAdder accepted = new LongAdder();
  private final LongAdder open = new LongAdder();
  private final LongAdder received = new LongAdder();
  private final LongAdder sent = new LongAdder();
  private final CountersOf<TcpFailure> failures = new CountersOf<>(TcpFailure.class);

  TcpCounters() {}

  void opened() {
    accepted.increment();
    open.increment();
  }

  void closed() {
    open.decrement();
  }

  /** From a client. */
  void received(long bytes) {
    received.add(bytes);
  }

  /** For a client. */
  void sent(long bytes) {
    sent.add(bytes);
  }

  void failed(TcpFailure failure) {
    failures.increment(failure);
  }

  /** Connections of clients that came. */
  public long accepted() {
    return accepted.sum();
  }

  /** Those that are open. */
  public long open() {
    return open.sum();
  }

  /** Bytes that came from clients, counted as they move. */
  public long receivedBytes() {
    return received.sum();
  }

  /** Bytes that went to clients. */
  public long sentBytes() {
    return sent.sum();
  }

  public long failures(TcpFailure failure) {
    return failures.sum(failure);
  }
}
