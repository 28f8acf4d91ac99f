package bellows.cli.api;

import bellows.cli.failure.CommandFailure;
import java.io.Serial;
import java.util.List;
import java.util.stream.Collectors;

/** An answer that says no. Commands that expect one match on its text; others let it end them. */
public final class ApiException extends RuntimeException {
  @Serial private static final long serialVersionUID = 1L;

  private final int status;
  private final String title;

  ApiException(int status, String title, String detail) {
    super(detail);
    this.status = status;
    this.title = title;
  }

  /** From an error body of the V3 API or of UAA, or from anything else an intermediary sends. */
  public static ApiException from(Answer answer) {
    Json body = answer.json();
    List<Json> errors = body.items("errors");
    if (!errors.isEmpty()) {
      return new ApiException(
          answer.status(),
          errors.getFirst().text("title"),
          errors.stream().map(error -> error.text("detail")).collect(Collectors.joining("\n")));
    }
    if (body.at("error").present()) {
      return new ApiException(answer.status(), body.text("error"), body.text("error_description"));
    }
    return new ApiException(
        answer.status(), "", "The server answered with status " + answer.status());
  }

  public int status() {
    return status;
  }

  public String title() {
    return title;
  }

  public String detail() {
    return String.valueOf(getMessage());
  }

  public boolean says(String part) {
    return detail().contains(part);
  }

  /** As the end of a command, with the step that usually helps. */
  public CommandFailure toFailure() {
    return switch (status) {
      case 401 ->
          CommandFailure.of(detail(), "use 'bellows login' (or 'bellows auth') to log in again.");
      case 403 ->
          CommandFailure.of(
              detail(), "ask an org manager or an admin for the role, 'bellows target' shows you.");
      case 413 ->
          CommandFailure.of(
              detail(), "leave out what the app does not need, by a line in .cfignore.");
      case 503, 507 -> CommandFailure.of(detail(), "free room ('bellows apps'), or try later.");
      default -> CommandFailure.of(detail());
    };
  }
}
