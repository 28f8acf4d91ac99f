package bellows.base.archive;

import bellows.base.archive.ArchiveException.Failure;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;

/**
 * The name of an entry, proven to stay in the tree by its text alone.
 *
 * @param parts without empty ones, {@code .} and {@code ..}; none for the root itself
 */
record EntryName(List<String> parts) {
  /** PATH_MAX and NAME_MAX of Linux. */
  private static final int MAX_BYTES = 4096;

  private static final int MAX_PART_BYTES = 255;

  EntryName {
    parts = List.copyOf(parts);
  }

  static EntryName parse(String raw) {
    if (raw.startsWith("/")) {
      throw unsafe(raw, "is absolute");
    }
    if (raw.indexOf('\0') >= 0) {
      throw unsafe(raw.replace('\0', '?'), "has a NUL");
    }
    if (raw.length() > MAX_BYTES || bytes(raw) > MAX_BYTES) {
      throw unsafe(raw.substring(0, 80) + "...", "is too long");
    }
    List<String> parts = new ArrayList<>();
    for (String part : raw.split("/", -1)) {
      if (part.equals("..")) {
        throw unsafe(raw, "has a '..'");
      }
      if (bytes(part) > MAX_PART_BYTES) {
        throw unsafe(raw, "has a part longer than " + MAX_PART_BYTES + " bytes");
      }
      if (!part.isEmpty() && !part.equals(".")) {
        parts.add(part);
      }
    }
    return new EntryName(parts);
  }

  boolean isRoot() {
    return parts.isEmpty();
  }

  EntryName parent() {
    return new EntryName(parts.subList(0, parts.size() - 1));
  }

  @Override
  public String toString() {
    return String.join("/", parts);
  }

  private static int bytes(String text) {
    return text.getBytes(StandardCharsets.UTF_8).length;
  }

  private static ArchiveException unsafe(String raw, String why) {
    return new ArchiveException(Failure.UNSAFE_PATH, "'" + raw + "' " + why);
  }
}
