package bellows.cloudcontroller.jobs;

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
}
