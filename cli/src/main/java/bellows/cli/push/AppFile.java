package bellows.cli.push;

import java.nio.file.Path;

/**
 * One entry of an app's folder.
 *
 * @param path relative, with {@code /}, without one at the end
 * @param mode permission bits
 * @param size bytes of a file; 0 for all else
 */
record AppFile(Path file, String path, Kind kind, int mode, long size) {
  enum Kind {
    FILE,
    DIRECTORY,
    LINK
  }
}
