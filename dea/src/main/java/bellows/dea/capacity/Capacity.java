package bellows.dea.capacity;

import java.util.HashMap;
import java.util.Map;
import java.util.Optional;

/**
 * Memory and disk given to instances and staging tasks: promises, not use. What a holder got it
 * keeps until it gives it back, so two starts can never share the last megabyte. Thread-safe.
 */
public final class Capacity {
  private final int memoryMb;
  private final int diskMb;
  private final Map<String, Share> shares = new HashMap<>();
  private int memoryHeld;
  private int diskHeld;

  public Capacity(int memoryMb, int diskMb) {
    this.memoryMb = memoryMb;
    this.diskMb = diskMb;
  }

  private record Share(int memoryMb, int diskMb) {}

  /** What is short. */
  public enum Shortage {
    MEMORY("memory"),
    DISK("disk");

    private final String word;

    Shortage(String word) {
      this.word = word;
    }

    /** The words of the contract. */
    public String description() {
      return "Not enough " + word + " resource available.";
    }
  }

  /** Takes room for {@code holder}, all or nothing; replaces what the holder had. */
  public synchronized Optional<Shortage> reserve(String holder, int memory, int disk) {
    Share had = shares.getOrDefault(holder, new Share(0, 0));
    if (memoryHeld - had.memoryMb() + memory > memoryMb) {
      return Optional.of(Shortage.MEMORY);
    }
    if (diskHeld - had.diskMb() + disk > diskMb) {
      return Optional.of(Shortage.DISK);
    }
    hold(holder, memory, disk);
    return Optional.empty();
  }

  /** Counts what is taken already, even past the limit: instances that an earlier run started. */
  public synchronized void hold(String holder, int memory, int disk) {
    release(holder);
    shares.put(holder, new Share(memory, disk));
    memoryHeld += memory;
    diskHeld += disk;
  }

  /** Gives back what the holder has; does nothing when it has nothing. */
  public synchronized void release(String holder) {
    Share share = shares.remove(holder);
    if (share != null) {
      memoryHeld -= share.memoryMb();
      diskHeld -= share.diskMb();
    }
  }

  public synchronized int availableMemoryMb() {
    return Math.max(0, memoryMb - memoryHeld);
  }

  /** From 0 to 1. */
  public double availableMemoryRatio() {
    return (double) availableMemoryMb() / memoryMb;
  }

  /** From 0 to 1. */
  public double availableDiskRatio() {
    return (double) availableDiskMb() / diskMb;
  }

  public synchronized int availableDiskMb() {
    return Math.max(0, diskMb - diskHeld);
  }
}
