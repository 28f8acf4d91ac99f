package bellows.contracts;

import static org.assertj.core.api.Assertions.assertThat;

import bellows.bus.Subject;
import bellows.contracts.ids.DeaId;
import java.lang.reflect.Field;
import java.lang.reflect.Modifier;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

class SubjectsTest {
  @Test
  void namesAreThoseOfTheContract() throws IllegalAccessException {
    assertThat(constants())
        .extracting(Subject::name)
        .containsExactlyInAnyOrder(
            "router.register",
            "router.unregister",
            "router.start",
            "router.greet",
            "vcap.component.announce",
            "vcap.component.discover",
            "dea.advertise",
            "dea.locate",
            "dea.start",
            "dea.shutdown",
            "dea.heartbeat",
            "dea.stop",
            "dea.update",
            "dea.find.droplet",
            "droplet.exited",
            "staging.advertise",
            "staging.stop",
            "hm9000.start",
            "hm9000.stop",
            "bellows.dea.changes",
            "bellows.route.grants",
            "bellows.dea.sleep",
            "bellows.dea.wake",
            "bellows.logs",
            "bellows.staging.queued",
            "bellows.staging.ended");
  }

  @Test
  void aDeaHasSubjectsOfItsOwn() {
    DeaId dea = new DeaId("0-abc");
    assertThat(Subjects.deaStart(dea).name()).isEqualTo("dea.0-abc.start");
    assertThat(Subjects.stagingStart(dea).name()).isEqualTo("staging.0-abc.start");
  }

  private static List<Subject<?>> constants() throws IllegalAccessException {
    List<Subject<?>> subjects = new ArrayList<>();
    for (Field field : Subjects.class.getFields()) {
      if (Modifier.isStatic(field.getModifiers())
          && field.get(null) instanceof Subject<?> subject) {
        subjects.add(subject);
      }
    }
    return subjects;
  }
}
