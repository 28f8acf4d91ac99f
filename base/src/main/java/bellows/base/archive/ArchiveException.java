package bellows.base.archive;

import java.io.Serial;
import org.jspecify.annotations.Nullable;

/** An archive was refused; the message names the entry, fit for the person who made the archive. */
public final class ArchiveException extends RuntimeException {
  @Serial private static final long serialVersionUID = 1L;

  private final Failure failure;

  /** Why. */
  public enum Failure {
    /** An absolute name, one with {@code ..}, one that is there twice or lies below a file. */
    UNSAFE_PATH,
    /** A link that leads out of the tree, or a name below a link. */
    UNSAFE_LINK,
    /** More bytes than allowed, counted while unpacking; what the headers claim does not matter. */
    TOO_LARGE,
    /** More files, directories and links than allowed. */
    TOO_MANY_ENTRIES,
    /** No archive, cut off, or a checksum that does not match. */
    CORRUPT,
    /** A device, a pipe, something encrypted. */
    UNSUPPORTED_ENTRY
  }

  ArchiveException(Failure failure, String message) {
    this(failure, message, null);
  }

  ArchiveException(Failure failure, String message, @Nullable Throwable cause) {
    super(message, cause);
    this.failure = failure;
  }

  public Failure failure() {
    return failure;
  }
}
