package bellows.cloudcontroller.packages;

import bellows.base.archive.ArchiveException;
import bellows.base.archive.Archives;
import bellows.base.files.Trees;
import bellows.base.ids.Ids;
import bellows.base.lifecycle.Component;
import bellows.blobstore.BlobKey;
import bellows.blobstore.Blobstore;
import bellows.blobstore.Stored;
import bellows.cloudcontroller.api.Caller;
import bellows.cloudcontroller.resources.KnownResources;
import bellows.cloudcontroller.resources.MatchedResource;
import bellows.cmdb.Database;
import bellows.http.CfError;
import bellows.http.Request;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.Semaphore;
import org.jspecify.annotations.Nullable;

/**
 * Takes the bits of a package: streams them to a file, adds what was known, checks the whole by
 * unpacking it, stores it. The row changes last and once, so an upload that breaks off, at whatever
 * point, can be repeated, and of two at once one is told that the other was first.
 *
 * <p>Thread-safe; each upload works in a directory of its own, which is gone when it ends. What a
 * killed process left is removed at the next start.
 */
public final class PackageUpload implements Component {
  private static final String FOLDER = "packages";
  private static final String ARRIVALS = "package-uploads";

  private final Config config;
  private final Database database;
  private final Blobstore blobs;
  private final PackageStore packages;
  private final KnownResources resources;
  private final Semaphore places;

  /**
   * @param workDirectory on a disk with room for {@code concurrency} packages and what they unpack
   *     to
   * @param mostBytes of the zip
   * @param mostUnpackedBytes of the files in it
   * @param mostFiles in it
   * @param concurrency uploads at a time; more are asked to come again
   */
  public record Config(
      Path workDirectory, long mostBytes, long mostUnpackedBytes, int mostFiles, int concurrency) {
    /** 1 GiB of zip, 4 GiB of files. */
    public static Config in(Path workDirectory) {
      return new Config(workDirectory, 1L << 30, 4L << 30, 500_000, 16);
    }
  }

  public PackageUpload(
      Config config,
      Database database,
      Blobstore blobs,
      PackageStore packages,
      KnownResources resources) {
    this.config = config;
    this.database = database;
    this.blobs = blobs;
    this.packages = packages;
    this.resources = resources;
    this.places = new Semaphore(config.concurrency());
  }

  @Override
  public void start() {
    Trees.delete(config.workDirectory());
    try {
      Files.createDirectories(config.workDirectory());
    } catch (IOException e) {
      throw new UncheckedIOException("cannot make " + config.workDirectory(), e);
    }
  }

  @Override
  public void close() {}

  /**
   * @return the package, READY or FAILED
   * @throws CfError when the body is wrong or too large; the package still awaits its upload then
   */
  AppPackage upload(Request request, Caller caller, AppPackage target) throws IOException {
    requireAwaiting(target);
    if (!places.tryAcquire()) {
      throw CfError.Kind.SERVICE_UNAVAILABLE.because(
          "%d uploads are running, which is as many as this platform takes at once; try again",
          config.concurrency());
    }
    Path directory = Files.createTempDirectory(config.workDirectory(), "upload-");
    try {
      UploadForm form = UploadForm.read(request, directory.resolve("sent.zip"), config.mostBytes());
      requireKnown(caller, form.resources());
      return take(form, directory, target);
    } finally {
      places.release();
      Trees.delete(directory);
    }
  }

  private AppPackage take(UploadForm form, Path directory, AppPackage target) throws IOException {
    Path tree = Files.createTempDirectory(config.workDirectory(), "tree-");
    boolean kept = false;
    try {
      Path zip = checked(form, directory, tree);
      AppPackage ready = store(zip, target);
      kept = true;
      resources.keep(target.organization(), tree);
      return ready;
    } catch (ArchiveException e) {
      return failed(target, "The uploaded zip is invalid: " + e.getMessage());
    } finally {
      if (!kept) {
        Trees.delete(tree);
      }
    }
  }

  /** The whole package, unpacked into {@code tree} without complaint. */
  private Path checked(UploadForm form, Path directory, Path tree) throws IOException {
    Path sent = form.zip();
    Archives.Limits limits = new Archives.Limits(config.mostUnpackedBytes(), config.mostFiles());
    if (sent != null && form.resources().isEmpty()) {
      Archives.unzip(sent, tree, limits);
      return sent;
    }
    if (sent != null) {
      Path sentTree = Files.createTempDirectory(directory, "sent-");
      Archives.unzip(sent, sentTree, limits);
      Trees.delete(sentTree);
    }
    Path whole = directory.resolve("whole.zip");
    PackageZip.write(sent, form.resources(), resources, whole);
    Archives.unzip(whole, tree, limits);
    return whole;
  }

  private AppPackage store(Path zip, AppPackage target) throws IOException {
    BlobKey arrival = new BlobKey(ARRIVALS, Ids.uuid());
    try {
      Stored stored;
      try (InputStream content = Files.newInputStream(zip)) {
        stored = blobs.put(arrival, content);
      }
      if (!database.inTransaction(db -> packages.claimUpload(db, target.guid()))) {
        throw alreadyUploaded();
      }
      blobs.copy(arrival, new BlobKey(FOLDER, target.guid()));
      return database.inTransaction(db -> {
        packages.ready(db, target.guid(), stored);
        return again(packages.find(db, target.guid()).orElse(null));
      });
    } finally {
      blobs.delete(arrival);
    }
  }

  private AppPackage failed(AppPackage target, String error) {
    return database.inTransaction(db -> {
      if (!packages.fail(db, target.guid(), error)) {
        throw alreadyUploaded();
      }
      return again(packages.find(db, target.guid()).orElse(null));
    });
  }

  private static AppPackage again(@Nullable AppPackage found) {
    if (found == null) {
      throw CfError.Kind.RESOURCE_NOT_FOUND.because("Package not found");
    }
    return found;
  }

  private static void requireAwaiting(AppPackage target) {
    switch (target.state()) {
      case AWAITING_UPLOAD, PROCESSING_UPLOAD -> {}
      case READY, FAILED -> throw alreadyUploaded();
    }
  }

  private void requireKnown(Caller caller, List<MatchedResource> sentBack) {
    Set<String> known = new HashSet<>();
    resources.match(caller, sentBack).forEach(resource -> known.add(resource.sha1()));
    for (MatchedResource resource : sentBack) {
      if (!known.contains(resource.sha1())) {
        throw PackageZip.unknown(resource.sha1());
      }
    }
  }

  private static CfError alreadyUploaded() {
    return CfError.Kind.UNPROCESSABLE_ENTITY.because(
        "Bits may be uploaded only once. Create a new package to upload different bits.");
  }
}
