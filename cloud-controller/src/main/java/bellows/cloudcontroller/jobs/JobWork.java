package bellows.cloudcontroller.jobs;

import bellows.cmdb.Database;
import java.util.function.BiConsumer;
import java.util.function.Consumer;
import org.jdbi.v3.core.Handle;

/**
 * Does what a job of one operation is about. It may run again after it had begun or even ended, so
 * what is already done must not hurt it.
 */
@FunctionalInterface
public interface JobWork {
  /**
   * A {@link bellows.http.CfError} fails the job at once and is told in it; anything else is tried
   * again a few times.
   */
  void run(Job job) throws Exception;

  /** Work on the resource that was named by {@link JobOrder#delete}. */
  static JobWork on(Consumer<String> guid) {
    return job -> guid.accept(job.work(JobOrder.Target.class).guid());
  }

  /** As {@link #on}, in one transaction. */
  static JobWork inTransaction(Database database, BiConsumer<Handle, String> work) {
    return on(guid -> database.useTransaction(db -> work.accept(db, guid)));
  }
}
