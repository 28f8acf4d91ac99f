package bellows.router.testing;

import java.io.ByteArrayOutputStream;
import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/** A second, simple reader of HTTP/1, so that the router's own is not its own judge. */
final class Wire {
  private Wire() {}

  /** Lines up to the empty one; empty at the end of the stream. */
  static List<String> readHead(InputStream in) throws IOException {
    List<String> lines = new ArrayList<>();
    while (true) {
      String line = readLine(in);
      if (line == null) {
        if (lines.isEmpty()) {
          return lines;
        }
        throw new EOFException("within a head: " + lines);
      }
      if (line.isEmpty()) {
        return lines;
      }
      lines.add(line);
    }
  }

  private static @Nullable String readLine(InputStream in) throws IOException {
    ByteArrayOutputStream line = new ByteArrayOutputStream();
    while (true) {
      int b = in.read();
      if (b < 0) {
        return line.size() == 0 ? null : fail("end within a line");
      }
      if (b == '\n') {
        byte[] bytes = line.toByteArray();
        if (bytes.length == 0 || bytes[bytes.length - 1] != '\r') {
          throw new IOException("bare line feed after " + line);
        }
        return new String(bytes, 0, bytes.length - 1, StandardCharsets.ISO_8859_1);
      }
      line.write(b);
    }
  }

  private static String fail(String why) throws IOException {
    throw new EOFException(why);
  }

  static String header(List<String> lines, String name) {
    for (String line : lines) {
      if (line.toLowerCase(Locale.ROOT).startsWith(name + ":")) {
        return line.substring(name.length() + 1).strip();
      }
    }
    return "";
  }

  /**
   * @param toEnd without a length the body goes on to the end of the stream
   */
  static String readBody(InputStream in, List<String> headers, boolean toEnd) throws IOException {
    if (header(headers, "transfer-encoding").equals("chunked")) {
      return readChunks(in);
    }
    String length = header(headers, "content-length");
    if (!length.isEmpty()) {
      byte[] body = in.readNBytes(Integer.parseInt(length));
      if (body.length < Integer.parseInt(length)) {
        throw new EOFException("body cut short at " + body.length);
      }
      return new String(body, StandardCharsets.ISO_8859_1);
    }
    return toEnd ? new String(in.readAllBytes(), StandardCharsets.ISO_8859_1) : "";
  }

  private static String readChunks(InputStream in) throws IOException {
    StringBuilder body = new StringBuilder();
    while (true) {
      String line = readLine(in);
      int size = Integer.parseInt(line == null ? fail("no chunk") : line, 16);
      if (size == 0) {
        List<String> trailers = readHead(in);
        if (!trailers.isEmpty()) {
          throw new IOException("trailers: " + trailers);
        }
        return body.toString();
      }
      byte[] chunk = in.readNBytes(size);
      if (chunk.length < size) {
        throw new EOFException("chunk cut short");
      }
      body.append(new String(chunk, StandardCharsets.ISO_8859_1));
      if (!"".equals(readLine(in))) {
        throw new IOException("no CRLF after a chunk");
      }
    }
  }
}
