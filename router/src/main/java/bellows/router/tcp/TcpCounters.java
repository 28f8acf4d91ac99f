package bellows.router.tcp;

import java.util.EnumMap;
import java.util.Map;
import java.util.concurrent.atomic.LongAdder;

/** What happened to connections of TCP routes since start. Any thread may count and read. */
public final class TcpCounters {
  private final LongAdder accepted = new LongAdder();
  private final LongAdder open = new LongAdder();
  private final LongAdder received = new LongAdder();
  private final LongAdder sent = new LongAdder();
  private final Map<TcpFailure, LongAdder> failures = new EnumMap<>(TcpFailure.class);

  TcpCounters() {
    for (TcpFailure each : TcpFailure.values()) { // so that counting never changes the map
      failures.put(each, new LongAdder());
    }
  }

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
    of(failure).increment();
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
    return of(failure).sum();
  }

  private LongAdder of(TcpFailure failure) {
    LongAdder adder = failures.get(failure);
    if (adder == null) {
      throw new IllegalStateException("not counted: " + failure);
    }
    return adder;
  }
}
