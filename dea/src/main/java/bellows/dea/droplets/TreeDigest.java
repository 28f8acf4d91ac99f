package bellows.dea.droplets;

import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.attribute.BasicFileAttributes;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;
import java.util.List;
import java.util.stream.Stream;
import java.util.zip.CRC32C;

/**
 * Tells whether an unpacked tree still is what it was: names, modes, links and content. Against a
 * failing disk, not against an attacker: nobody but root can write there. CRC32C runs at the speed
 * of memory.
 */
record TreeDigest(String value, long bytes) {
  static TreeDigest of(Path root) throws IOException {
    MessageDigest whole;
    try {
      whole = MessageDigest.getInstance("SHA-256");
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException("every JDK has SHA-256", e);
    }
    List<Path> paths;
    try (Stream<Path> walk = Files.walk(root)) {
      paths = walk.sorted().toList();
    }
    byte[] buffer = new byte[64 << 10];
    long bytes = 0;
    for (Path path : paths) {
      BasicFileAttributes attributes =
          Files.readAttributes(path, BasicFileAttributes.class, LinkOption.NOFOLLOW_LINKS);
      String content;
      if (attributes.isSymbolicLink()) {
        content = "-> " + Files.readSymbolicLink(path);
      } else if (attributes.isRegularFile()) {
        bytes += attributes.size();
        content = attributes.size() + " " + crc(path, buffer);
      } else {
        content = "/";
      }
      Object mode = Files.getAttribute(path, "unix:mode", LinkOption.NOFOLLOW_LINKS);
      String line = root.relativize(path) + "\0" + mode + "\0" + content + "\n";
      whole.update(line.getBytes(StandardCharsets.UTF_8));
    }
    return new TreeDigest(HexFormat.of().formatHex(whole.digest()), bytes);
  }

  private static long crc(Path file, byte[] buffer) throws IOException {
    CRC32C crc = new CRC32C();
    try (InputStream in = Files.newInputStream(file, LinkOption.NOFOLLOW_LINKS)) {
      for (int n = in.read(buffer); n >= 0; n = in.read(buffer)) {
        crc.update(buffer, 0, n);
      }
    }
    return crc.getValue();
  }
}
