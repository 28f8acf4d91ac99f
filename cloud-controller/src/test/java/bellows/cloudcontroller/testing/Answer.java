package bellows.cloudcontroller.testing;

import bellows.base.json.Json;
import java.net.http.HttpResponse;
import tools.jackson.databind.JsonNode;

/** What the API answered. */
public record Answer(HttpResponse<String> response) {
  public int status() {
    return response.statusCode();
  }

  public String text() {
    return response.body();
  }

  public JsonNode json() {
    return Json.tree(response.body());
  }

  /** The text at a JSON pointer such as {@code /guid}. */
  public String at(String pointer) {
    return json().at(pointer).asString();
  }

  public String guid() {
    return at("/guid");
  }

  /** The first error's text. */
  public String detail() {
    return at("/errors/0/detail");
  }

  public int code() {
    return json().at("/errors/0/code").asInt();
  }

  public String header(String name) {
    return response.headers().firstValue(name).orElse("");
  }
}
