package bellows.cloudcontroller.api;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import bellows.cloudcontroller.api.LabelSelector.Operator;
import bellows.cloudcontroller.api.LabelSelector.Requirement;
import java.util.Collections;
import java.util.List;
import org.junit.jupiter.api.Test;

class LabelSelectorTest {
  @Test
  void readsEveryForm() {
    assertThat(
            LabelSelector.parse("a,!b,c=1,d==2,e!=3,f in (x, y),x.org/g notin (z)").requirements())
        .containsExactly(
            new Requirement("a", Operator.EXISTS, List.of()),
            new Requirement("b", Operator.ABSENT, List.of()),
            new Requirement("c", Operator.IN, List.of("1")),
            new Requirement("d", Operator.IN, List.of("2")),
            new Requirement("e", Operator.NOT_IN, List.of("3")),
            new Requirement("f", Operator.IN, List.of("x", "y")),
            new Requirement("x.org/g", Operator.NOT_IN, List.of("z")));
  }

  @Test
  void refusesEverythingElse() {
    for (String text : List.of("", "a,,b", "a=b=c", "a in x", "a b", "=1", "a=%", "(a)")) {
      assertThatThrownBy(() -> LabelSelector.parse(text))
          .describedAs(text)
          .isInstanceOf(IllegalArgumentException.class);
    }
  }

  @Test
  void hasABound() {
    assertThatThrownBy(() -> LabelSelector.parse(String.join(",", Collections.nCopies(51, "a"))))
        .isInstanceOf(IllegalArgumentException.class);
  }
}
