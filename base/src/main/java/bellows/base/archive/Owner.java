package bellows.base.archive;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;

/**
 * Who is to own what is unpacked.
 *
 * @param uid -1 for whoever we are
 */
record Owner(int uid, int gid) {
  static final Owner UNCHANGED = new Owner(-1, -1);

  void give(Path path) throws IOException {
    if (uid >= 0) {
      Files.setAttribute(path, "unix:uid", uid, LinkOption.NOFOLLOW_LINKS);
      Files.setAttribute(path, "unix:gid", gid, LinkOption.NOFOLLOW_LINKS);
    }
  }
}
