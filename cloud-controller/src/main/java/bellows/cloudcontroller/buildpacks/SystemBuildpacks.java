package bellows.cloudcontroller.buildpacks;

import bellows.base.ids.Ids;
import bellows.blobstore.BlobKey;
import bellows.blobstore.Blobstore;
import bellows.blobstore.Stored;
import bellows.cloudcontroller.api.Metadata;
import bellows.cmdb.Database;
import java.io.BufferedInputStream;
import java.io.BufferedOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.DigestInputStream;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;
import org.jdbi.v3.core.Handle;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Installs the buildpacks that come with the platform, one for each folder, and again when a folder
 * has changed. One whose bits, lock or place an administrator changed is left as it is.
 */
public final class SystemBuildpacks {
  private static final Logger log = LoggerFactory.getLogger(SystemBuildpacks.class);

  /** The more specific ones are asked first. Folders not named here come last, by name. */
  private static final List<String> ORDER =
      List.of("java", "node", "python", "ruby", "go", "php", "static", "binary");

  private static final String FILE_SUFFIX = "-system.zip";

  private final Path directory;
  private final Database database;
  private final Blobstore blobs;
  private final BuildpackStore store = new BuildpackStore();

  /**
   * @param directory one folder for each buildpack; may be missing
   */
  public SystemBuildpacks(Path directory, Database database, Blobstore blobs) {
    this.directory = directory;
    this.database = database;
    this.blobs = blobs;
  }

  public void install() {
    for (String name : names()) {
      try {
        install(name);
      } catch (IOException e) {
        throw new UncheckedIOException("cannot install the buildpack " + name, e);
      }
    }
  }

  private List<String> names() {
    List<String> names = new ArrayList<>();
    if (!Files.isDirectory(directory)) {
      log.atWarn().addKeyValue("directory", directory).log("buildpacks.missing");
      return names;
    }
    try (Stream<Path> folders = Files.list(directory)) {
      folders
          .filter(Files::isDirectory)
          .map(folder -> folder.getFileName().toString())
          .filter(name -> !name.startsWith("."))
          .sorted()
          .forEach(names::add);
    } catch (IOException e) {
      throw new UncheckedIOException("cannot list " + directory, e);
    }
    List<String> ordered = new ArrayList<>(ORDER);
    ordered.retainAll(names);
    names.removeAll(ORDER);
    ordered.addAll(names);
    return ordered;
  }

  private void install(String name) throws IOException {
    Path zip = Files.createTempFile("buildpack-", ".zip");
    try {
      try (OutputStream out = new BufferedOutputStream(Files.newOutputStream(zip))) {
        FolderZip.write(directory.resolve(name), out);
      }
      Buildpack buildpack =
          database.inTransaction(db -> {
            store.lockOrder(db);
            return findOrInsert(db, name);
          });
      if (isOurs(buildpack, name) && needsBits(buildpack, sha256(zip))) {
        upload(buildpack, name, zip);
      }
    } finally {
      Files.deleteIfExists(zip);
    }
  }

  private Buildpack findOrInsert(Handle db, String name) {
    Optional<Buildpack> existing = store.findNamed(db, name);
    if (existing.isPresent()) {
      return existing.get();
    }
    Buildpack fresh =
        new Buildpack(
            Ids.uuid(),
            Instant.EPOCH,
            Instant.EPOCH,
            name,
            null,
            "buildpack",
            Integer.MAX_VALUE,
            true,
            false,
            null,
            null,
            Metadata.NONE);
    store.insert(db, fresh);
    store.moveTo(db, fresh.guid(), Integer.MAX_VALUE);
    return store.find(db, fresh.guid()).orElseThrow();
  }

  private static boolean isOurs(Buildpack buildpack, String name) {
    String filename = buildpack.filename();
    return !buildpack.locked() && (filename == null || filename.equals(name + FILE_SUFFIX));
  }

  private boolean needsBits(Buildpack buildpack, String sha256) {
    return !sha256.equals(buildpack.sha256())
        || blobs.size(new BlobKey(Buildpacks.FOLDER, buildpack.guid())).isEmpty();
  }

  private void upload(Buildpack buildpack, String name, Path zip) throws IOException {
    try (InputStream content = new BufferedInputStream(Files.newInputStream(zip))) {
      Stored stored = blobs.put(new BlobKey(Buildpacks.FOLDER, buildpack.guid()), content);
      database.useTransaction(
          db -> store.setBits(db, buildpack.guid(), name + FILE_SUFFIX, stored.sha256()));
    }
    log.atInfo().addKeyValue("buildpack", name).log("buildpack.installed");
  }

  private static String sha256(Path file) throws IOException {
    try (DigestInputStream in =
        new DigestInputStream(
            new BufferedInputStream(Files.newInputStream(file)),
            MessageDigest.getInstance("SHA-256"))) {
      in.transferTo(OutputStream.nullOutputStream());
      return HexFormat.of().formatHex(in.getMessageDigest().digest());
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException("every JDK has SHA-256", e);
    }
  }
}
