package bellows.cloudcontroller.workloads;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.zip.ZipEntry;
import java.util.zip.ZipOutputStream;
import org.jspecify.annotations.Nullable;

/** Writes the bodies that clients upload. */
final class Multipart {
  private Multipart() {}

  static List<byte[]> parts(byte @Nullable [] bits, @Nullable String resources) {
    List<byte[]> parts = new ArrayList<>();
    if (resources != null) {
      parts.add(
          text(
              "--frontier\r\nContent-Disposition: form-data; name=\"resources\"\r\n\r\n"
                  + resources
                  + "\r\n"));
    }
    if (bits != null) {
      parts.add(
          text(
              "--frontier\r\nContent-Disposition: form-data; name=\"bits\";"
                  + " filename=\"package.zip\"\r\nContent-Type: application/zip\r\n\r\n"));
      parts.add(bits);
      parts.add(text("\r\n"));
    }
    parts.add(text("--frontier--\r\n"));
    return parts;
  }

  static byte[] zip(Map<String, String> files) {
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    try (ZipOutputStream zip = new ZipOutputStream(bytes)) {
      for (Map.Entry<String, String> file : files.entrySet()) {
        zip.putNextEntry(new ZipEntry(file.getKey()));
        zip.write(text(file.getValue()));
        zip.closeEntry();
      }
    } catch (IOException e) {
      throw new AssertionError(e);
    }
    return bytes.toByteArray();
  }

  private static byte[] text(String text) {
    return text.getBytes(StandardCharsets.UTF_8);
  }
}
