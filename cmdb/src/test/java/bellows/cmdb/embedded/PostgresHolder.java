package bellows.cmdb.embedded;

import bellows.base.time.SystemScheduler;
import java.nio.file.Path;
import java.util.concurrent.CountDownLatch;

/**
 * A process that runs the server of a directory until it is killed: prints the server's pid when it
 * is there. Arguments: directory, directory of the programs.
 */
final class PostgresHolder {
  private PostgresHolder() {}

  public static void main(String[] arguments) throws InterruptedException {
    EmbeddedPostgres postgres =
        new EmbeddedPostgres(
            new EmbeddedPostgres.Config(Path.of(arguments[0])),
            () -> Distribution.bundled(Path.of(arguments[1])),
            new SystemScheduler());
    postgres.start();
    System.out.println("server " + postgres.pid().orElseThrow());
    new CountDownLatch(1).await();
  }
}
