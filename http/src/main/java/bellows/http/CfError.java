package bellows.http;

import java.io.Serial;
import java.util.Locale;

/**
 * An error of the V3 API: the HTTP status, code and title are the contract's, the detail says what
 * happened to this request. Body: {@code {"errors":[{"code","title","detail"}]}} (reference/api.md,
 * section 4.4).
 */
public final class CfError extends RuntimeException {
  @Serial private static final long serialVersionUID = 1L;

  private final Kind kind;

  private CfError(Kind kind, String detail) {
    super(detail);
    this.kind = kind;
  }

  /** The contract's table of errors. */
  public enum Kind {
    MESSAGE_PARSE_ERROR(400, 1001, "CF-MessageParseError"),
    BAD_REQUEST(400, 1004, "CF-BadRequest"),
    BAD_QUERY_PARAMETER(400, 10005, "CF-BadQueryParameter"),
    INVALID_AUTH_TOKEN(401, 1000, "CF-InvalidAuthToken"),
    NOT_AUTHENTICATED(401, 10002, "CF-NotAuthenticated"),
    NOT_AUTHORIZED(403, 10003, "CF-NotAuthorized"),
    INSUFFICIENT_SCOPE(403, 10007, "CF-InsufficientScope"),
    ORG_SUSPENDED(403, 10017, "CF-OrgSuspended"),
    FEATURE_DISABLED(403, 330002, "CF-FeatureDisabled"),
    NOT_FOUND(404, 10000, "CF-NotFound"),
    RESOURCE_NOT_FOUND(404, 10010, "CF-ResourceNotFound"),
    PAYLOAD_TOO_LARGE(413, 1004, "CF-BadRequest"),
    UNPROCESSABLE_ENTITY(422, 10008, "CF-UnprocessableEntity"),
    UNIQUENESS_ERROR(422, 10016, "CF-UniquenessError"),
    RESOURCE_BEING_DELETED(422, 10020, "CF-ResourceBeingDeleted"),
    ALREADY_BOUND_TO_SAME_ROUTE(422, 130008, "CF-ServiceInstanceAlreadyBoundToSameRoute"),
    STAGING_IN_PROGRESS(422, 170017, "CF-StagingInProgress"),
    BUILDPACK_TAKEN(422, 290000, "CF-BuildpackNameStackLifecycleTaken"),
    SCALE_DISABLED_DURING_DEPLOYMENT(422, 390016, "CF-ScaleDisabledDuringDeployment"),
    RATE_LIMIT_EXCEEDED(429, 10013, "CF-RateLimitExceeded"),
    SERVER_ERROR(500, 10001, "CF-ServerError"),
    SERVICE_UNAVAILABLE(503, 10015, "CF-ServiceUnavailable"),
    INSUFFICIENT_RUNNING_RESOURCES(503, 150003, "CF-InsufficientRunningResourcesAvailable"),
    STATS_UNAVAILABLE(503, 200002, "CF-StatsUnavailable"),
    INSUFFICIENT_STORAGE(507, 10001, "CF-ServerError");

    private final int status;
    private final int code;
    private final String title;

    Kind(int status, int code, String title) {
      this.status = status;
      this.code = code;
      this.title = title;
    }

    public int status() {
      return status;
    }

    public int code() {
      return code;
    }

    public String title() {
      return title;
    }

    /** The error of this kind; {@code detail} is a format string when there are arguments. */
    public CfError because(String detail, Object... arguments) {
      return new CfError(
          this, arguments.length == 0 ? detail : String.format(Locale.ROOT, detail, arguments));
    }
  }

  public Kind kind() {
    return kind;
  }

  /** The text of the error body's {@code detail}. */
  public String detail() {
    return String.valueOf(getMessage());
  }
}
