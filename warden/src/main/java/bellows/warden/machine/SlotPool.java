package bellows.warden.machine;

import bellows.base.lifecycle.Component;
import bellows.warden.WarmSlots;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Keeps warm slots ready. One thread makes them, one at a time and only while no wake is fresh, so
 * that refilling takes nothing from the app that just starts. Thread-safe.
 */
final class SlotPool implements Component {
  private static final Logger log = LoggerFactory.getLogger(SlotPool.class);

  /** After a slot was taken: the app is starting. */
  private static final long SETTLE_NANOS = TimeUnit.MILLISECONDS.toNanos(300);

  /** When one wake follows the other, slots are made in between after all. */
  private static final long PATIENCE_NANOS = TimeUnit.SECONDS.toNanos(2);

  private static final long AFTER_FAILURE_NANOS = TimeUnit.SECONDS.toNanos(2);

  /** Dead slots are looked for this often. */
  private static final long CHECK_NANOS = TimeUnit.SECONDS.toNanos(10);

  private final int size;
  private final SlotMaker maker;
  private final Layout layout;
  private final SlotPlan plan;
  private final ReentrantLock lock = new ReentrantLock();
  private final Condition changed = lock.newCondition();
  private final List<WarmSlot> ready = new ArrayList<>();
  private long takenAt = System.nanoTime() - SETTLE_NANOS;

  /** Since when slots are missing; has no meaning while none is. */
  private long hungrySince;

  private boolean hungry;
  private long used;
  private long missed;
  private boolean running;
  private @Nullable Thread thread;

  SlotPool(int size, SlotMaker maker, Layout layout) {
    this.size = size;
    this.maker = maker;
    this.layout = layout;
    this.plan = new SlotPlan(size);
  }

  @Override
  public void start() {
    lock.lock();
    try {
      if (!running && size > 0) {
        running = true;
        thread = Thread.ofPlatform().daemon().name("slot-refill").start(this::refill);
      }
    } finally {
      lock.unlock();
    }
  }

  /** Such a container will be asked for. */
  void expect(SlotShape shape) {
    lock.lock();
    try {
      plan.wanted(shape);
      changed.signalAll();
    } finally {
      lock.unlock();
    }
  }

  /** A slot of that shape, which is then the caller's; empty when none is ready. */
  Optional<WarmSlot> take(SlotShape shape) {
    lock.lock();
    try {
      // Whether it still lives shows when it is told what it becomes.
      Optional<WarmSlot> found = any(shape);
      found.ifPresent(ready::remove);
      if (found.isPresent()) {
        used++;
      } else {
        missed++;
      }
      takenAt = System.nanoTime();
      changed.signalAll();
      return found;
    } finally {
      lock.unlock();
    }
  }

  WarmSlots state() {
    lock.lock();
    try {
      return new WarmSlots(size, ready.size(), used, missed);
    } finally {
      lock.unlock();
    }
  }

  /** Throws the idle slots away. */
  @Override
  public void close() {
    Thread ending;
    lock.lock();
    try {
      running = false;
      ending = thread;
      thread = null;
      changed.signalAll();
    } finally {
      lock.unlock();
    }
    if (ending != null) {
      try {
        ending.join();
      } catch (InterruptedException e) {
        Thread.currentThread().interrupt();
      }
    }
    List<WarmSlot> idle;
    lock.lock();
    try {
      idle = List.copyOf(ready);
      ready.clear();
    } finally {
      lock.unlock();
    }
    idle.forEach(this::discard);
  }

  private void refill() {
    Optional<Work> work = next();
    while (work.isPresent()) {
      work.get().discard().forEach(this::discard);
      work.get().make().ifPresent(this::make);
      work = next();
    }
  }

  /**
   * @param discard dead or no longer wanted
   */
  private record Work(List<WarmSlot> discard, Optional<SlotShape> make) {}

  /** Waits for something to do; empty at the end. */
  private Optional<Work> next() {
    lock.lock();
    try {
      while (running) {
        long now = System.nanoTime();
        Optional<SlotShape> missing = plan.missing(shapes());
        if (missing.isPresent() && !hungry) {
          hungrySince = now;
        }
        hungry = missing.isPresent();
        if (now - takenAt < SETTLE_NANOS && (!hungry || now - hungrySince < PATIENCE_NANOS)) {
          await(SETTLE_NANOS - (now - takenAt));
          continue;
        }
        List<WarmSlot> dead = ready.stream().filter(slot -> !slot.lives(layout)).toList();
        if (missing.isEmpty() && dead.isEmpty()) {
          await(CHECK_NANOS);
          continue;
        }
        List<WarmSlot> discard = new ArrayList<>(dead);
        plan.surplus(shapes()).flatMap(this::any).ifPresent(discard::add);
        ready.removeAll(discard);
        return Optional.of(new Work(discard, missing));
      }
      return Optional.empty();
    } finally {
      lock.unlock();
    }
  }

  private void make(SlotShape shape) {
    long start = System.nanoTime();
    try {
      WarmSlot slot = maker.make(shape);
      lock.lock();
      try {
        ready.add(slot);
        hungry = false; // the patience begins anew for the next one
      } finally {
        lock.unlock();
      }
      log.atDebug()
          .addKeyValue("slot", slot.record().body())
          .addKeyValue("ms", (System.nanoTime() - start) / 1_000_000)
          .log("slot.ready");
    } catch (RuntimeException e) {
      // What such containers are made of may be gone for good: they are asked for again, or not.
      log.atWarn().setCause(e).log("slot.failed");
      lock.lock();
      try {
        plan.forget(shape);
        await(AFTER_FAILURE_NANOS);
      } finally {
        lock.unlock();
      }
    }
  }

  private void discard(WarmSlot slot) {
    try {
      maker.discard(slot);
    } catch (RuntimeException e) {
      log.atWarn().addKeyValue("slot", slot.record().body()).setCause(e).log("slot.resists");
    }
  }

  /** How many of that shape are ready. */
  int ready(SlotShape shape) {
    lock.lock();
    try {
      return (int) shapes().stream().filter(shape::equals).count();
    } finally {
      lock.unlock();
    }
  }

  private List<SlotShape> shapes() {
    return ready.stream().map(WarmSlot::shape).toList();
  }

  private Optional<WarmSlot> any(SlotShape shape) {
    return ready.stream().filter(slot -> slot.shape().equals(shape)).findFirst();
  }

  /** Waits for a change, but no longer than that; who calls looks again. */
  @SuppressWarnings("WaitNotInLoop")
  private void await(long nanos) {
    try {
      long left = changed.awaitNanos(nanos);
      log.atTrace().addKeyValue("leftNanos", left).log("slot.looks");
    } catch (InterruptedException e) {
      running = false; // nobody interrupts this thread but the end of the machine
    }
  }
}
