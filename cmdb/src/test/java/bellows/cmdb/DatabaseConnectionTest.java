package bellows.cmdb;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import bellows.cmdb.DatabaseException.Failure;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.time.Duration;
import org.junit.jupiter.api.Assertions;
import org.junit.jupiter.api.Test;

class DatabaseConnectionTest {
  private static Database at(int port) {
    return new Database(
        new Database.Config("jdbc:postgresql://127.0.0.1:" + port + "/bellows", "b", "s3cret", 2));
  }

  @Test
  void namesTheAddressWhereNothingListens() throws IOException {
    int port;
    try (ServerSocket closed = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
      port = closed.getLocalPort();
    }

    assertThatThrownBy(() -> at(port).start())
        .isInstanceOfSatisfying(
            DatabaseException.class, e -> assertThat(e.failure()).isEqualTo(Failure.UNREACHABLE))
        .hasMessageContaining("jdbc:postgresql://127.0.0.1:" + port + "/bellows cannot be reached")
        .hasMessageNotContaining("s3cret");
  }

  @Test
  void doesNotWaitForEverForAServerThatIsSilent() throws IOException {
    try (ServerSocket silent = new ServerSocket(0, 10, InetAddress.getLoopbackAddress());
        Database database = at(silent.getLocalPort())) {
      Assertions.assertTimeoutPreemptively(
          Duration.ofSeconds(20),
          () ->
              assertThatThrownBy(database::start)
                  .isInstanceOfSatisfying(
                      DatabaseException.class,
                      e -> assertThat(e.failure()).isEqualTo(Failure.UNREACHABLE)));
    }
  }

  @Test
  void refusesAConfigurationThatCannotWork() {
    assertThatThrownBy(() -> new Database.Config("jdbc:mysql://x/y?password=z", "u", "p", 1))
        .hasMessage("cmdb.jdbc_url must start with jdbc:postgresql: but is jdbc:mysql://x/y");
    assertThatThrownBy(() -> new Database.Config("jdbc:postgresql://x/y", "u", "p", 0))
        .hasMessageContaining("cmdb.max_connections");
    assertThat(new Database.Config("jdbc:postgresql://x/y?password=z", "u", "p4ss", 1).toString())
        .doesNotContain("p4ss")
        .doesNotContain("=z");
    assertThatThrownBy(() -> at(1).inTransaction(_ -> 1)).hasMessageContaining("not started");
  }
}
