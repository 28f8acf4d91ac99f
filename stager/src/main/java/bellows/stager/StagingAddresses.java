package bellows.stager;

import bellows.blobstore.BlobKey;
import bellows.blobstore.Blobstore;
import bellows.blobstore.SignedUrls;
import bellows.contracts.ids.TaskId;
import bellows.contracts.staging.StagingStart;
import bellows.contracts.staging.StagingStart.AdminBuildpack;
import java.time.Duration;
import java.util.List;

/**
 * Replaces the blob keys of a request ({@code folder/name}) by signed addresses.
 *
 * <p>Each attempt uploads its droplet to a place of its own, from where it is copied when the task
 * has ended: a DEA that was given up, but works on, can then not overwrite the droplet of the one
 * that took over.
 */
final class StagingAddresses {
  private static final String UPLOADS = "droplet-uploads";

  /** A droplet and a build cache may be as big as the disk they were made on, not more. */
  private static final long BYTES_PER_MB = 1024L * 1024;

  private final Blobstore blobs;
  private final SignedUrls urls;

  StagingAddresses(Blobstore blobs, SignedUrls urls) {
    this.blobs = blobs;
    this.urls = urls;
  }

  /** The request as it is sent; the addresses live a little longer than the task may take. */
  StagingStart address(StagingStart request, TaskId task, Duration margin) {
    Duration valid = Duration.ofSeconds(request.timeoutSeconds()).plus(margin);
    long maxBytes = request.diskLimitMb() * BYTES_PER_MB;
    List<AdminBuildpack> buildpacks =
        request.adminBuildpacks().stream()
            .map(buildpack ->
                new AdminBuildpack(
                    buildpack.key(), urls.get(key(buildpack.url()), valid), buildpack.name()))
            .toList();
    return new StagingStart(
        request.app(),
        task,
        request.stack(),
        request.properties(),
        urls.get(key(request.downloadUri()), valid),
        urls.put(upload(task), valid, maxBytes),
        urls.get(key(request.cacheDownloadUri()), valid),
        urls.put(key(request.cacheUploadUri()), valid, maxBytes),
        buildpacks,
        null,
        request.egressRules(),
        request.memoryLimitMb(),
        request.diskLimitMb(),
        request.timeoutSeconds());
  }

  /**
   * Puts the uploaded droplet where the request wanted it.
   *
   * @return false when nothing was uploaded
   */
  boolean deliver(StagingStart request, TaskId task) {
    boolean there = blobs.copy(upload(task), key(request.uploadUri()));
    discard(task);
    return there;
  }

  /** Removes what an attempt that failed may have uploaded. */
  void discard(TaskId task) {
    blobs.delete(upload(task));
  }

  private static BlobKey upload(TaskId task) {
    return new BlobKey(UPLOADS, task.value());
  }

  private static BlobKey key(String folderAndName) {
    int slash = folderAndName.indexOf('/');
    return new BlobKey(folderAndName.substring(0, slash), folderAndName.substring(slash + 1));
  }
}
