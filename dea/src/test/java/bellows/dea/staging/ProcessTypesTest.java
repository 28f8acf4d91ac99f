package bellows.dea.staging;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.Map;
import org.junit.jupiter.api.Test;

class ProcessTypesTest {
  @Test
  void letsTheLaterWin() {
    ProcessTypes types =
        new ProcessTypes()
            .release("default_process_types:\n  web: released\n  worker: work\n")
            .launch("processes:\n- type: web\n  command: launched\n- {type: task, command: t}\n")
            .procfile("# a comment\nweb: run --title 'a: b' $PORT\n\n");
    assertThat(types.web()).contains("run --title 'a: b' $PORT");
    assertThat(types.commands()).containsAllEntriesOf(Map.of("worker", "work", "task", "t"));
  }

  @Test
  void acceptsNothingAtAll() {
    ProcessTypes types = new ProcessTypes().release("").launch("").procfile("# none\n");
    assertThat(types.web()).isEmpty();
    assertThat(types.release("--- {}\n").commands()).isEmpty();
  }

  @Test
  void makesNoObjectsOfForeignTags() {
    assertThatThrownBy(() -> new ProcessTypes().release("!!java.net.URL [\"http://127.0.0.1\"]"))
        .isInstanceOf(StagingFailure.class);
  }

  @Test
  void refusesAProcfileThatIsNoMap() {
    assertThatThrownBy(() -> new ProcessTypes().procfile("just words"))
        .hasMessage("Procfile must have lines of the form 'type: command'");
    assertThatThrownBy(() -> new ProcessTypes().procfile("web: [a, b]"))
        .isInstanceOf(StagingFailure.class);
  }
}
