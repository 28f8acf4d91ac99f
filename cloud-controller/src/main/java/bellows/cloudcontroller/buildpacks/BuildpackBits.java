package bellows.cloudcontroller.buildpacks;

import bellows.base.archive.ArchiveException;
import bellows.base.archive.Archives;
import bellows.base.files.Trees;
import bellows.http.CfError;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Locale;

/**
 * The form of one upload of a buildpack. Nothing of it is believed before all of it is here and was
 * unpacked once: a buildpack that no host can unpack would end every staging of the platform.
 *
 * <p>Not thread-safe.
 */
final class BuildpackBits implements AutoCloseable {
  private static final long MAX_BITS = 2L << 30;

  /** As the hosts unpack it. */
  private static final Archives.Limits LIMITS = new Archives.Limits(2L << 30, 200_000);

  private final Path directory;
  private final Path zip;
  private String filename = "";

  /**
   * @param work where files are kept meanwhile
   */
  BuildpackBits(Path work) throws IOException {
    this.directory = Files.createTempDirectory(work, "buildpack-");
    this.zip = directory.resolve("sent.zip");
  }

  /** Takes a part of the form. */
  void take(String name, String sentAs, InputStream content) throws IOException {
    if (!name.equals("bits")) {
      return;
    }
    if (!sentAs.toLowerCase(Locale.ROOT).endsWith(".zip")) {
      throw CfError.Kind.UNPROCESSABLE_ENTITY.because("Buildpack bits must be a .zip file");
    }
    filename = sentAs.substring(Math.max(sentAs.lastIndexOf('/'), sentAs.lastIndexOf('\\')) + 1);
    Files.deleteIfExists(zip);
    Files.copy(new ZipStream(content, MAX_BITS), zip);
  }

  /**
   * The file, after the whole form was taken.
   *
   * @throws CfError 422 when there is none, or none that can be unpacked
   */
  Path checked() {
    if (filename.isEmpty()) {
      throw CfError.Kind.UNPROCESSABLE_ENTITY.because(
          "Upload must have a file in the field 'bits'");
    }
    try {
      Archives.unzip(zip, directory.resolve("tree"), LIMITS);
      return zip;
    } catch (ArchiveException e) {
      throw CfError.Kind.UNPROCESSABLE_ENTITY.because(
          "The uploaded zip is invalid: %s", String.valueOf(e.getMessage()));
    }
  }

  /** As the client calls it, without directories. */
  String filename() {
    return filename;
  }

  @Override
  public void close() {
    Trees.delete(directory);
  }
}
