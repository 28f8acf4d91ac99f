package bellows.http;

import bellows.base.json.Json;
import java.util.List;
import java.util.Optional;

/** The general form of an error: {@code {"errors":[{"code","title","detail"}]}}. */
public final class CfErrorBodies implements ErrorBodies {
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
    return Reply.json(error.kind().status(), new Errors(List.of(Entry.of(error))));
  }

  static byte[] bytes(CfError error) {
    return Json.bytes(new Errors(List.of(Entry.of(error))));
  }
}
