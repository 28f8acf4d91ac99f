package bellows.warden.machine;

import java.util.ArrayList;
import java.util.List;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * Steps that build something up, each with its own way back. Undoing goes backwards, tries
 * everything, and may be repeated.
 */
final class Recipe {
  /**
   * @param undo removes what {@code make} made, as far as it came; fine when there is nothing
   */
  record Step(String name, Runnable make, Runnable undo) {}

  private final List<Step> steps;

  Recipe(List<Step> steps) {
    this.steps = List.copyOf(steps);
  }

  /**
   * Takes all steps; when one fails, undoes it and those before it.
   *
   * @param after told after each step; what it throws counts as that step's failure
   */
  void make(Consumer<String> after) {
    List<Step> begun = new ArrayList<>();
    for (Step step : steps) {
      begun.add(step);
      try {
        step.make().run();
        after.accept(step.name());
      } catch (RuntimeException | Error e) {
        RuntimeException alsoFailed = undo(begun);
        if (alsoFailed != null) {
          e.addSuppressed(alsoFailed);
        }
        throw e;
      }
    }
  }

  /** Undoes every step; a step that another one's failure keeps from being undone is told, too. */
  void undo() {
    RuntimeException failed = undo(steps);
    if (failed != null) {
      throw failed;
    }
  }

  /**
   * The first step is the record of the rest: it stays when anything else does.
   *
   * @return the first failure with the others suppressed
   */
  private static @Nullable RuntimeException undo(List<Step> steps) {
    RuntimeException failed = null;
    for (int i = steps.size() - 1; i >= 0 && (i > 0 || failed == null); i--) {
      try {
        steps.get(i).undo().run();
      } catch (RuntimeException e) {
        if (failed == null) {
          failed = e;
        } else {
          failed.addSuppressed(e);
        }
      }
    }
    return failed;
  }
}
