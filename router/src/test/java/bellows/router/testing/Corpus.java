package bellows.router.testing;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.stream.Stream;

/** Messages in the files of {@code bellows/router/corpus}: one per line, bytes as Latin-1. */
public final class Corpus {
  private final String line;
  private final StringBuilder text = new StringBuilder();
  private int at;

  private Corpus(String line) {
    this.line = line;
  }

  /** All messages of a file; empty lines and those that begin with # are for people. */
  public static List<String> read(String file) {
    try (InputStream in = Corpus.class.getResourceAsStream("/bellows/router/corpus/" + file)) {
      if (in == null) {
        throw new IllegalArgumentException("no corpus " + file);
      }
      return new String(in.readAllBytes(), StandardCharsets.US_ASCII)
          .lines()
          .filter(line -> !line.isEmpty() && !line.startsWith("#"))
          .map(line -> new Corpus(line).decode())
          .toList();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** These and what a fuzzer has found from them, for a target of {@code scripts/fuzz}. */
  public static Stream<byte[]> withFound(String target, Stream<byte[]> these) {
    return Stream.concat(
        these,
        read("found/" + target + ".txt").stream()
            .map(text -> text.getBytes(StandardCharsets.ISO_8859_1)));
  }

  private String decode() {
    while (at < line.length()) {
      char c = next();
      if (c == '\\') {
        escape(next());
      } else {
        text.append(c);
      }
    }
    return text.toString();
  }

  private char next() {
    return line.charAt(at++);
  }

  private void escape(char kind) {
    switch (kind) {
      case 'r' -> text.append('\r');
      case 'n' -> text.append('\n');
      case 't' -> text.append('\t');
      case '\\' -> text.append('\\');
      case 'x' -> {
        text.append((char) Integer.parseInt(line.substring(at, at + 2), 16));
        at += 2;
      }
      case '{' -> {
        int star = line.indexOf('*', at);
        int end = line.indexOf('}', star);
        String piece = new Corpus(line.substring(star + 1, end)).decode();
        text.append(piece.repeat(Integer.parseInt(line.substring(at, star))));
        at = end + 1;
      }
      default -> throw new IllegalArgumentException("\\" + kind + " in " + line);
    }
  }
}
