package bellows.uaa.protocol;

import java.io.Serial;
import java.util.Locale;

/** An error of the UAA API; body {@code {"error","error_description"}} (api.md, section 2.5). */
public final class UaaError extends RuntimeException {
  @Serial private static final long serialVersionUID = 1L;

  private final Kind kind;

  private UaaError(Kind kind, String description) {
    super(description);
    this.kind = kind;
  }

  /** Status and word of each error; the clients act on both. */
  public enum Kind {
    INVALID_REQUEST(400),
    INVALID_SCOPE(400),
    UNSUPPORTED_GRANT_TYPE(400),
    INVALID_SCIM_RESOURCE(400),
    /** A bearer token in the Authorization header that is not good. */
    INVALID_TOKEN(401),
    /** A token that was sent to be looked at. */
    UNUSABLE_TOKEN(400, "invalid_token"),
    INVALID_GRANT(401),
    INVALID_CLIENT(401),
    UNAUTHORIZED(401),
    INSUFFICIENT_SCOPE(403),
    SCIM_RESOURCE_NOT_FOUND(404),
    NOT_FOUND(404),
    SCIM_RESOURCE_ALREADY_EXISTS(409),
    /** Somebody else changed it meanwhile. */
    SCIM_RESOURCE_CONFLICT(409),
    INVALID_PASSWORD(422),
    TEMPORARILY_UNAVAILABLE(503);

    private final int status;
    private final String word;

    Kind(int status) {
      this.status = status;
      this.word = name().toLowerCase(Locale.ROOT);
    }

    Kind(int status, String word) {
      this.status = status;
      this.word = word;
    }

    public int status() {
      return status;
    }

    public UaaError because(String description) {
      return new UaaError(this, description);
    }
  }

  public Kind kind() {
    return kind;
  }

  String description() {
    return String.valueOf(getMessage());
  }

  String word() {
    return kind.word;
  }
}
