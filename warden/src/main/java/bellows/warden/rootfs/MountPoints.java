package bellows.warden.rootfs;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;

/** Makes the places that mounts go to, without following any link that an app may have laid. */
public final class MountPoints {
  private MountPoints() {}

  /**
   * Makes {@code inside} below {@code root}, a directory or an empty file, unless it is there.
   *
   * @param inside absolute path as the container sees it
   * @throws IllegalArgumentException when a part of the path is a link or of the wrong kind
   */
  public static void make(Path root, Path inside, boolean directory) {
    Path path = root;
    Path parts = inside.normalize();
    try {
      for (int i = 0; i < parts.getNameCount(); i++) {
        path = path.resolve(parts.getName(i));
        boolean wantDirectory = directory || i < parts.getNameCount() - 1;
        if (!Files.exists(path, LinkOption.NOFOLLOW_LINKS)) {
          if (wantDirectory) {
            Files.createDirectory(path);
          } else {
            Files.createFile(path);
          }
        } else if (Files.isSymbolicLink(path)
            || Files.isDirectory(path, LinkOption.NOFOLLOW_LINKS) != wantDirectory) {
          throw new IllegalArgumentException(
              "cannot mount at "
                  + inside
                  + ": "
                  + path.getFileName()
                  + " is a link or of another kind");
        }
      }
    } catch (IOException e) {
      throw new UncheckedIOException("cannot make mount point " + inside, e);
    }
  }
}
