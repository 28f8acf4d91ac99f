package bellows.warden.machine;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.Optional;

/**
 * Decides which slots to keep ready: one for each of the shapes that were wanted last, and more of
 * them in turn while there is room. Pure; for one thread.
 */
final class SlotPlan {
  private final int size;
  private final Deque<SlotShape> recent = new ArrayDeque<>();

  SlotPlan(int size) {
    this.size = size;
  }

  /** Such a container was asked for, or will be. */
  void wanted(SlotShape shape) {
    if (size > 0 && shape.possible()) {
      recent.remove(shape);
      recent.addFirst(shape);
      if (recent.size() > size) {
        recent.removeLast();
      }
    }
  }

  /** None could be made. */
  void forget(SlotShape shape) {
    recent.remove(shape);
  }

  /** What to make next. */
  Optional<SlotShape> missing(List<SlotShape> ready) {
    List<SlotShape> open = target();
    ready.forEach(open::remove);
    return open.stream().findFirst();
  }

  /** What to give up to make room for what is missing. */
  Optional<SlotShape> surplus(List<SlotShape> ready) {
    if (ready.size() < size || missing(ready).isEmpty()) {
      return Optional.empty();
    }
    List<SlotShape> over = new ArrayList<>(ready);
    target().forEach(over::remove);
    return over.stream().findFirst();
  }

  private List<SlotShape> target() {
    List<SlotShape> target = new ArrayList<>();
    while (target.size() < size && !recent.isEmpty()) {
      recent.stream().limit((long) size - target.size()).forEach(target::add);
    }
    return target;
  }
}
