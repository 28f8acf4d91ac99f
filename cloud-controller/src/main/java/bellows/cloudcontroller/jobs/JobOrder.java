package bellows.cloudcontroller.jobs;

import org.jspecify.annotations.Nullable;

/**
 * A job to be done.
 *
 * @param operation names its {@link JobWork}, for instance {@code app.delete}
 * @param resourceType key of the job's link, for instance {@code space}; null for no link
 * @param resourceGuid what the link leads to
 * @param work any record; kept sealed
 */
public record JobOrder(
    String operation, @Nullable String resourceType, @Nullable String resourceGuid, Object work) {
  /** What a job that deletes one resource has to know. */
  public record Target(String guid) {}

  /** Deletes a resource, which is gone when the job is done, so there is no link. */
  public static JobOrder delete(String operation, String guid) {
    return new JobOrder(operation, null, null, new Target(guid));
  }
}
