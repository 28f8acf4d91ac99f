package bellows.router.routes;

import org.jspecify.annotations.Nullable;

/**
 * Hash tables that are one array each: an item stands at the slot of its hash or at one of the next
 * ones, before the first empty slot. Slots come from a hash's high bits, so that the low bits can
 * choose among arrays. Half is filled at most.
 */
final class Probing {
  private Probing() {}

  /** What such a table holds. */
  interface Hashed {
    int hash();
  }

  /** Where to begin to look. */
  static int slot(int hash, int length) {
    return (int) (((hash & 0xffff_ffffL) * length) >>> 32);
  }

  static int next(int slot, int length) {
    return slot + 1 == length ? 0 : slot + 1;
  }

  /** How long an array of {@code count} items is to be, with room for some more. */
  static int room(int count) {
    return 3 * count + 2;
  }

  /** Whether one more of {@code count} items is too many for the array. */
  static boolean isFull(int count, int length) {
    return 2 * (count + 1) > length;
  }

  /** Adds an item that is not there yet; there must be room. */
  static <T extends Hashed> void add(@Nullable T[] slots, T item) {
    int slot = slot(item.hash(), slots.length);
    while (slots[slot] != null) {
      slot = next(slot, slots.length);
    }
    slots[slot] = item;
  }

  /** Adds all items of {@code from}; there must be room. */
  static <T extends Hashed> void addAll(@Nullable T[] slots, @Nullable T[] from) {
    for (@Nullable T item : from) {
      if (item != null) {
        add(slots, item);
      }
    }
  }

  /** Empties a slot, and moves those behind it that could not be found beyond the gap. */
  static <T extends Hashed> void removeAt(@Nullable T[] slots, int emptied) {
    slots[emptied] = null;
    int slot = next(emptied, slots.length);
    for (@Nullable T item = slots[slot]; item != null; item = slots[slot]) {
      slots[slot] = null;
      add(slots, item);
      slot = next(slot, slots.length);
    }
  }

  static int count(@Nullable Object[] slots) {
    int count = 0;
    for (@Nullable Object item : slots) {
      count += item == null ? 0 : 1;
    }
    return count;
  }
}
