package bellows.cli.push;

import bellows.cli.api.Api;
import bellows.cli.api.Call;
import bellows.cli.api.Json;
import bellows.cli.failure.CommandFailure;
import bellows.cli.session.Session;
import bellows.cli.terminal.ProgressBar;
import bellows.cli.terminal.Spinner;
import bellows.cli.time.Polling;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/** Sends an app's source code and waits until the platform has it as a package. */
final class Upload {
  private static final Duration PROCESSING = Duration.ofMinutes(15);

  private final Session session;
  private final Api api;

  Upload(Session session) {
    this.session = session;
    this.api = session.api();
  }

  /**
   * @param source a folder, or a zip archive such as a jar
   * @return the guid of a package that is ready
   */
  String run(Json app, Path source) {
    try {
      session.terminal().line("Packaging files to upload...");
      List<Json> known = List.of();
      @Nullable Bits bits;
      if (Files.isDirectory(source)) {
        Matching matching = Matching.of(api, AppFolder.files(source));
        known = matching.known();
        bits = matching.complete() ? null : new Bits.Folder(matching.missing());
      } else if (Bits.Archive.is(source)) {
        bits = new Bits.Archive(source);
      } else {
        throw CommandFailure.of(
            "'" + source + "' is neither a folder nor a zip archive",
            "name the app's folder, jar, war or zip with -p.");
      }
      Json created =
          api.post(
              "/v3/packages",
              Json.object(
                  "type",
                  "bits",
                  "relationships",
                  Json.object("app", Json.reference(app.text("guid")))));
      return ready(send(created.text("guid"), known, bits));
    } catch (IOException e) {
      throw CommandFailure.of("Cannot read '" + source + "': " + e.getMessage());
    }
  }

  private Json send(String guid, List<Json> known, @Nullable Bits bits) throws IOException {
    String boundary = "bellows-" + UUID.randomUUID();
    long total = bits == null ? 0 : bits.size();
    if (bits == null) {
      session.terminal().line("All files found in remote cache; nothing to upload.");
    } else {
      session.terminal().line("Uploading files...");
    }
    ProgressBar bar = new ProgressBar(session.terminal(), session.time(), total);
    Call.Body body =
        new Call.Body.Stream(out -> {
          bar.restart();
          part(out, boundary, "name=\"resources\"", "application/json");
          text(out, Json.of(known).write());
          if (bits != null) {
            text(out, "\r\n");
            part(out, boundary, "name=\"bits\"; filename=\"package.zip\"", "application/zip");
            bits.writeTo(out, bar::add);
          }
          text(out, "\r\n--" + boundary + "--\r\n");
        });
    Json uploaded =
        api.send(
                "POST",
                "/v3/packages/" + guid + "/upload",
                "multipart/form-data; boundary=" + boundary,
                body)
            .json();
    if (bits != null) {
      bar.finish();
    }
    return uploaded;
  }

  private static void part(OutputStream out, String boundary, String name, String type)
      throws IOException {
    text(
        out,
        "--"
            + boundary
            + "\r\nContent-Disposition: form-data; "
            + name
            + "\r\nContent-Type: "
            + type
            + "\r\n\r\n");
  }

  private static void text(OutputStream out, String text) throws IOException {
    out.write(text.getBytes(StandardCharsets.UTF_8));
  }

  private String ready(Json uploaded) {
    String guid = uploaded.text("guid");
    session.terminal().line();
    session.terminal().line("Waiting for API to complete processing files...");
    Polling polling = new Polling(session.time(), PROCESSING);
    try (Spinner _ = new Spinner(session.terminal(), session.time(), () -> "Processing")) {
      Json state = uploaded; // often ready already
      do {
        switch (state.text("state")) {
          case "READY" -> {
            session.terminal().line();
            return guid;
          }
          case "FAILED", "EXPIRED" ->
              throw CommandFailure.of("Package processing failed: " + state.text("data", "error"));
          default -> state = api.get("/v3/packages/" + guid); // still being stored
        }
      } while (polling.again());
    }
    throw CommandFailure.of(
        "The platform has not stored the files after " + PROCESSING.toMinutes() + " minutes");
  }
}
