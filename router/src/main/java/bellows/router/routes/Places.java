package bellows.router.routes;

import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/** All places by address. Of the registry's writer only. */
final class Places {
  private @Nullable Place[] slots = new Place[Probing.room(0)];
  private int count;

  int count() {
    return count;
  }

  /** The known place with the address of {@code like}; null when there is none. */
  @Nullable Place find(Place like) {
    int slot = Probing.slot(like.hash(), slots.length);
    Place place = slots[slot];
    while (place != null && !place.hasAddressOf(like)) {
      slot = Probing.next(slot, slots.length);
      place = slots[slot];
    }
    return place;
  }

  /** Adds one whose address is not known yet. */
  void add(Place place) {
    if (Probing.isFull(count, slots.length)) {
      @Nullable Place[] larger = new Place[Probing.room(count)];
      Probing.addAll(larger, slots);
      slots = larger;
    }
    Probing.add(slots, place);
    count++;
  }

  void remove(Place place) {
    int slot = Probing.slot(place.hash(), slots.length);
    while (!place.equals(slots[slot])) {
      slot = Probing.next(slot, slots.length);
    }
    Probing.removeAt(slots, slot);
    count--;
  }

  /** Shows each; the visitor must not add or remove any. */
  void forEach(Consumer<Place> visitor) {
    for (Place place : slots) {
      if (place != null) {
        visitor.accept(place);
      }
    }
  }
}
