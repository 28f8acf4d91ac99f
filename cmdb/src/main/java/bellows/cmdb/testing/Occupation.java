package bellows.cmdb.testing;

import bellows.cmdb.Database;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;

/** Transactions that hold all connections of a database and do nothing. */
public final class Occupation implements AutoCloseable {
  private final CountDownLatch over = new CountDownLatch(1);

  Occupation(Database database, int connections) {
    CountDownLatch taken = new CountDownLatch(connections);
    for (int i = 0; i < connections; i++) {
      Thread.ofVirtual()
          .start(() ->
              database.useTransaction(_ -> {
                taken.countDown();
                await(over);
              }));
    }
    await(taken);
  }

  private static void await(CountDownLatch latch) {
    try {
      if (!latch.await(1, TimeUnit.MINUTES)) {
        throw new IllegalStateException("nobody ended the occupation");
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IllegalStateException(e);
    }
  }

  @Override
  public void close() {
    over.countDown();
  }
}
