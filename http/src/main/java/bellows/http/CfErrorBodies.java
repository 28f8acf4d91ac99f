package bellows.http;

import bellows.base.json.Json;
import java.util.List;
import java.util.Optional;

/** The general form of an error: {@code {"errors":[{"code","title","detail"}]}}. */
public final class CfErrorBodies implements ErrorBodies {
  /** What makes a service unavailable for now is over in seconds, or a person must look. */
  private static final String RETRY_AFTER_SECONDS = "2";

  /** One entry of {@code errors}; jobs carry the same. */
  public record Entry(int code, String title, String detail) {
    public static Entry of(CfError error) {
      return new Entry(error.kind().code(), error.kind().title(), error.detail());
    }
  }

  private record Errors(List<Entry> errors) {}

  @Override
  public Optional<Reply> reply(Request request, Exception failure) {
    return failure instanceof CfError error ? Optional.of(of(error)) : Optional.empty();
  }

  /** The answer that tells {@code error}. */
  public static Reply of(CfError error) {
    Reply reply = Reply.json(error.kind().status(), new Errors(List.of(Entry.of(error))));
    return error.kind() == CfError.Kind.SERVICE_UNAVAILABLE
        ? reply.with("Retry-After", RETRY_AFTER_SECONDS)
        : reply;
  }

  static byte[] bytes(CfError error) {
    return Json.bytes(new Errors(List.of(Entry.of(error))));
  }
}
