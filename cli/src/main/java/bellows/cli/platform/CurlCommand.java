package bellows.cli.platform;

import bellows.cli.api.Answer;
import bellows.cli.api.ApiException;
import bellows.cli.api.Call;
import bellows.cli.command.Command;
import bellows.cli.failure.CommandFailure;
import bellows.cli.session.Session;
import bellows.cli.terminal.Terminal;
import java.io.IOException;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

@CommandLine.Command(
    name = "curl",
    description = "Call the API with your login and print what it says.",
    footer = {
      "",
      "Examples:",
      "  bellows curl /v3/apps",
      "  bellows curl /v3/organizations -X POST -d '{\"name\":\"acme\"}'",
      "  bellows curl /v3/apps -i --fail"
    })
final class CurlCommand extends Command {
  @Parameters(paramLabel = "PATH", description = "Path, with its query.")
  private String path = "";

  @Option(names = "-X", paramLabel = "METHOD", description = "Method (default GET; POST with -d).")
  private @Nullable String method;

  @Option(names = "-H", paramLabel = "HEADER", description = "Header, as 'Name: value'.")
  private List<String> headers = new ArrayList<>();

  @Option(names = "-d", paramLabel = "DATA", description = "Body, or @FILE.")
  private @Nullable String data;

  @Option(names = "-i", description = "Print the status and the headers, too.")
  private boolean include;

  @Option(names = "--output", paramLabel = "FILE", description = "Write the body to a file.")
  private @Nullable Path output;

  @Option(names = "--fail", description = "Fail when the status is 400 or more.")
  private boolean fail;

  @Override
  public void run(Session session) {
    URI address = session.api().resolve(path);
    URI api = session.api().resolve("/");
    if (!api.getRawAuthority().equals(address.getRawAuthority())) {
      throw CommandFailure.usage("The token goes to the API only: PATH starts with /");
    }
    Call call =
        Call.of(method != null ? method : data != null ? "POST" : "GET", address)
            .with("Accept", "application/json");
    if (data != null) {
      call = call.with("application/json", new Call.Body.Bytes(body(data)));
    }
    for (String header : headers) {
      int colon = header.indexOf(':');
      if (colon < 1) {
        throw CommandFailure.usage("-H is 'Name: value', not '" + header + "'");
      }
      call = call.with(header.substring(0, colon), header.substring(colon + 1).strip());
    }
    Answer answer = session.api().exchange(call);
    print(session.terminal(), answer);
    if (fail && answer.status() >= 400) {
      throw ApiException.from(answer);
    }
  }

  private static byte[] body(String data) {
    try {
      return data.startsWith("@")
          ? Files.readAllBytes(Path.of(data.substring(1)))
          : data.getBytes(java.nio.charset.StandardCharsets.UTF_8);
    } catch (IOException e) {
      throw CommandFailure.of("Cannot read '" + data.substring(1) + "'");
    }
  }

  private void print(Terminal terminal, Answer answer) {
    if (include) {
      terminal.line("HTTP/1.1 " + answer.status());
      answer
          .headers()
          .forEach((name, values) -> values.forEach(each -> terminal.line(name + ": " + each)));
      terminal.line();
    }
    if (output == null) {
      terminal.raw(answer.body());
      if (terminal.interactive()) {
        terminal.line();
      }
      return;
    }
    try {
      Files.write(output, answer.body());
    } catch (IOException e) {
      throw CommandFailure.of("Cannot write '" + output + "'");
    }
  }
}
