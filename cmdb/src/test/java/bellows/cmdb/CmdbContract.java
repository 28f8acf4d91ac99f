package bellows.cmdb;

import static org.assertj.core.api.Assertions.assertThat;

import bellows.cmdb.testing.TestDatabase;
import bellows.cmdb.testing.TestServer;
import org.junit.jupiter.api.Test;

abstract class CmdbContract {
  abstract TestServer server();

  @Test
  void migrates() {
    for (int i = 0; i < 5; i++) {
      long t = System.nanoTime();
      try (TestDatabase d = TestDatabase.create(server())) {
        System.err.println("create " + (System.nanoTime() - t) / 1e6);
        int n =
            d.database()
                .inTransaction(
                    h -> h.createQuery("select count(*) from apps").mapTo(Integer.class).one());
        assertThat(n).isZero();
      }
    }
  }
}
