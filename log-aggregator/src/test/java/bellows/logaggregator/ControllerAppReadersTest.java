package bellows.logaggregator;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import bellows.base.time.testing.ManualScheduler;
import bellows.http.HttpServer;
import bellows.http.Reply;
import bellows.http.Request;
import bellows.http.Route;
import java.io.UncheckedIOException;
import java.net.URI;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class ControllerAppReadersTest {
  private final ManualScheduler scheduler = new ManualScheduler();
  private final List<String> asked = new CopyOnWriteArrayList<>();
  private final HttpServer controller =
      new HttpServer(
          new HttpServer.Config("127.0.0.1", 0),
          List.of(Route.get("/v3/apps/:guid", this::answer)));
  private volatile int status = 200;
  private ControllerAppReaders readers;

  @BeforeEach
  void start() {
    controller.start();
    URI address = URI.create("http://127.0.0.1:" + controller.port() + "/");
    readers = new ControllerAppReaders(ControllerAppReaders.Config.of(address), scheduler);
  }

  @AfterEach
  void close() {
    controller.close();
  }

  private Reply answer(Request request) {
    asked.add(request.pathParam("guid") + " " + request.header("Authorization").orElse("-"));
    return Reply.json(status, List.of());
  }

  @Test
  void theControllerIsAskedWithTheClientsToken() {
    assertThat(readers.mayRead("bearer alice", "guid-1")).isTrue();
    assertThat(asked).containsExactly("guid-1 bearer alice");
  }

  @ParameterizedTest
  @ValueSource(ints = {401, 403, 404})
  void aRefusalIsANo(int refusal) {
    status = refusal;
    assertThat(readers.mayRead("bearer alice", "guid-1")).isFalse();
  }

  @Test
  void aYesIsBelievedForAWhile() {
    assertThat(readers.mayRead("bearer alice", "guid-1")).isTrue();
    status = 404;
    scheduler.advance(Duration.ofSeconds(9));
    assertThat(readers.mayRead("bearer alice", "guid-1")).isTrue();
    scheduler.advance(Duration.ofSeconds(1));
    assertThat(readers.mayRead("bearer alice", "guid-1")).isFalse();
    assertThat(asked).hasSize(2);
  }

  @Test
  void aYesIsForOneTokenAndOneApp() {
    readers.mayRead("bearer alice", "guid-1");
    readers.mayRead("bearer bob", "guid-1");
    readers.mayRead("bearer alice", "guid-2");
    assertThat(asked).hasSize(3);
  }

  @Test
  void aNoIsNotRemembered() {
    status = 404;
    assertThat(readers.mayRead("bearer alice", "guid-1")).isFalse();
    status = 200;
    assertThat(readers.mayRead("bearer alice", "guid-1")).isTrue();
  }

  @ParameterizedTest
  @ValueSource(strings = {"", "..", "../info", "a/b", "a?b", "a%2fb", "a b", "grün"})
  void whatIsNoGuidIsNotAskedFor(String app) {
    assertThat(readers.mayRead("bearer alice", app)).isFalse();
    assertThat(asked).isEmpty();
  }

  @Test
  void aControllerThatFailsIsNoAnswer() {
    status = 500;
    assertThatThrownBy(() -> readers.mayRead("bearer alice", "guid-1"))
        .isInstanceOf(UncheckedIOException.class);
    controller.close();
    assertThatThrownBy(() -> readers.mayRead("bearer alice", "guid-1"))
        .isInstanceOf(UncheckedIOException.class);
  }

  @Test
  void whatIsRememberedIsBounded() {
    URI address = URI.create("http://127.0.0.1:" + controller.port());
    ControllerAppReaders two =
        new ControllerAppReaders(
            new ControllerAppReaders.Config(address, Duration.ofHours(1), Duration.ofSeconds(5), 2),
            scheduler);
    for (String app : List.of("a", "b", "c", "a")) {
      assertThat(two.mayRead("bearer alice", app)).isTrue();
    }
    assertThat(asked).hasSize(4);
  }
}
