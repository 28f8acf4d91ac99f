package bellows.warden.machine;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.Test;

class RecipeTest {
  private final List<String> done = new ArrayList<>();

  @Test
  void undoesBackwardsFromTheStepThatFailed() {
    Recipe recipe = new Recipe(List.of(step("a"), step("b", Set.of("make b")), step("c")));

    assertThatThrownBy(() -> recipe.make(name -> {})).hasMessage("make b");

    assertThat(done).containsExactly("make a", "make b", "undo b", "undo a");
  }

  @Test
  void triesEverythingButKeepsTheRecordWhenSomethingResists() {
    Recipe recipe =
        new Recipe(
            List.of(
                step("record"),
                step("b", Set.of("undo b")),
                step("c"),
                step("d", Set.of("undo d"))));

    assertThatThrownBy(recipe::undo)
        .hasMessage("undo d")
        .satisfies(e -> assertThat(e.getSuppressed()).hasSize(1));

    assertThat(done).containsExactly("undo d", "undo c", "undo b");
  }

  @Test
  void aFailureAfterAStepCountsAsTheSteps() {
    Recipe recipe = new Recipe(List.of(step("a"), step("b")));

    assertThatThrownBy(() ->
            recipe.make(name -> {
              throw new IllegalStateException("after " + name);
            }))
        .hasMessage("after a");
    assertThat(done).containsExactly("make a", "undo a");
  }

  private Recipe.Step step(String name) {
    return step(name, Set.of());
  }

  private Recipe.Step step(String name, Set<String> failing) {
    return new Recipe.Step(
        name, () -> act("make " + name, failing), () -> act("undo " + name, failing));
  }

  private void act(String what, Set<String> failing) {
    done.add(what);
    if (failing.contains(what)) {
      throw new IllegalStateException(what);
    }
  }
}
